"""Profiles: a page about each user."""

from flask import Blueprint, render_template
from sqlalchemy import select

from conduit.extensions import db
from conduit.models import User

bp = Blueprint("profiles", __name__, url_prefix="/profile/<username>")


@bp.get("")
def show(username: str) -> str:
    return render_template("profiles/profile.html", user=find_profile(username))


def find_profile(username: str) -> User:
    """The user with this name. If there is none, the visitor gets the 404 page."""
    return db.first_or_404(select(User).where(User.username == username), description="This user doesn't exist.")
