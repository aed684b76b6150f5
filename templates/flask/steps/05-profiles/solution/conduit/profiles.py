"""Profiles: a page about each person, with what they wrote and a button to follow them."""

from collections.abc import Callable

from flask import Blueprint, abort, g, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from conduit import follows
from conduit.accounts import User, login_required
from conduit.articles import Article, list_page
from conduit.back import back
from conduit.database import db

bp = Blueprint("profiles", __name__, url_prefix="/profile/<username>")


@bp.get("")
def show(username: str) -> str:
    user = find_person(username)
    return list_page(select(Article).where(Article.author == user), "profiles/profile.html", user=user)


@bp.post("/follow")
@login_required
def follow(username: str) -> Response:
    person = find_person(username)
    if person == g.user:
        abort(403, "Nobody follows themselves.")
    follows.follow(g.user, person)
    return back(url_for("profiles.show", username=username))


@bp.post("/unfollow")
@login_required
def unfollow(username: str) -> Response:
    follows.unfollow(g.user, find_person(username))
    return back(url_for("profiles.show", username=username))


def find_person(username: str) -> User:
    """The account of this name; where there is none, the visitor gets the 404 page."""
    user = db.session.scalar(select(User).where(User.username == username))
    if user is None:
        abort(404, "Nobody here has this name.")
    return user


@bp.app_context_processor
def for_templates() -> dict[str, Callable[[User], bool]]:
    return {"is_followed": is_followed}


def is_followed(person: User) -> bool:
    """Whether the visitor follows this person."""
    return g.user is not None and follows.is_following(g.user, person)
