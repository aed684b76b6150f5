"""Profiles: a page about each user, with the user's articles and a button to follow the user."""

from flask import Blueprint, abort, g, redirect, request, url_for
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from conduit.accounts import login_required
from conduit.articles import list_page, published
from conduit.extensions import db
from conduit.models import Article, Follow, User

bp = Blueprint("profiles", __name__, url_prefix="/profile/<username>")


@bp.get("")
def show(username: str) -> str:
    user = find_profile(username)
    return list_page(published().where(Article.author == user), "profiles/profile.html", user=user)


@bp.post("/follow")
@login_required
def follow(username: str) -> Response:
    user = find_profile(username)
    if user == g.user:
        abort(403, "You can't follow yourself.")
    db.session.add(Follow(follower_id=g.user.id, followed_id=user.id))
    try:
        db.session.commit()
    except IntegrityError:  # the visitor follows this user already
        db.session.rollback()
    return redirect(request.referrer or url_for("profiles.show", username=username))


@bp.post("/unfollow")
@login_required
def unfollow(username: str) -> Response:
    user = find_profile(username)
    db.session.execute(delete(Follow).where(Follow.follower_id == g.user.id, Follow.followed_id == user.id))
    db.session.commit()
    return redirect(request.referrer or url_for("profiles.show", username=username))


def find_profile(username: str) -> User:
    """The user with this name. If there is none, the visitor gets the 404 page."""
    return db.first_or_404(select(User).where(User.username == username), description="This user doesn't exist.")
