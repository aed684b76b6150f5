"""Favorites: a user favorites articles, and everyone sees how many users did."""

from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from conduit.accounts import login_required
from conduit.articles import find_article
from conduit.extensions import db
from conduit.models import Article, Favorite

bp = Blueprint("favorites", __name__, url_prefix="/article/<slug>")


@bp.post("/favorite")
@login_required
def add(slug: str) -> Response:
    db.session.add(Favorite(user_id=g.user.id, article_id=find_article(slug).id))
    try:
        db.session.commit()
    except IntegrityError:  # the user has favorited this article already
        db.session.rollback()
    return redirect(request.referrer or url_for("articles.read", slug=slug))


@bp.post("/unfavorite")
@login_required
def remove(slug: str) -> Response:
    article = find_article(slug)
    db.session.execute(delete(Favorite).where(Favorite.user_id == g.user.id, Favorite.article_id == article.id))
    db.session.commit()
    return redirect(request.referrer or url_for("articles.read", slug=slug))


@bp.app_template_global()
def is_favorite(article: Article) -> bool:
    """True if the signed-in user has favorited the article. A page needs one query for all its articles."""
    if g.user is None:
        return False
    if "favorite_ids" not in g:
        g.favorite_ids = set(db.session.scalars(select(Favorite.article_id).where(Favorite.user_id == g.user.id)))
    return article.id in g.favorite_ids
