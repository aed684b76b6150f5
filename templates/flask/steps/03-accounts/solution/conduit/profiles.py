"""Profiles: a page about each person."""

from flask import Blueprint, abort, render_template
from sqlalchemy import select

from conduit.accounts import User
from conduit.database import db

bp = Blueprint("profiles", __name__, url_prefix="/profile/<username>")


@bp.get("")
def show(username: str) -> str:
    return render_template("profiles/profile.html", user=find_person(username))


def find_person(username: str) -> User:
    """The account of this name; where there is none, the visitor gets the 404 page."""
    user = db.session.scalar(select(User).where(User.username == username))
    if user is None:
        abort(404, "Nobody here has this name.")
    return user
