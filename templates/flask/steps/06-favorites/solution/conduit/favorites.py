"""Favorites: the articles that readers mark, how many did, and what somebody marked."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, g, request, url_for
from sqlalchemy import ForeignKey, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, column_property, mapped_column
from werkzeug.wrappers import Response

from conduit.accounts import login_required
from conduit.articles import Article, find_article, list_page
from conduit.back import back
from conduit.database import db
from conduit.profiles import find_person

bp = Blueprint("favorites", __name__)


class Favorite(db.Model):
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(
        ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    # Your own lines go below this one.


# Counted by the database, in the same question that asks for the articles
Article.favorites_count = column_property(
    select(func.count()).where(Favorite.article_id == Article.id).correlate_except(Favorite).scalar_subquery()
)


@bp.post("/article/<slug>/favorite")
@login_required
def add(slug: str) -> Response:
    db.session.add(Favorite(user_id=g.user.id, article_id=find_article(slug).id))
    try:
        db.session.commit()
    except IntegrityError:  # marked already
        db.session.rollback()
    return back(url_for("articles.read", slug=slug))


@bp.post("/article/<slug>/unfavorite")
@login_required
def remove(slug: str) -> Response:
    mark = (Favorite.user_id == g.user.id, Favorite.article_id == find_article(slug).id)
    db.session.execute(delete(Favorite).where(*mark))
    db.session.commit()
    return back(url_for("articles.read", slug=slug))


@bp.get("/profile/<username>/favorites")
def marked_by(username: str) -> str:
    user = find_person(username)
    articles = select(Article).join(Favorite).where(Favorite.user_id == user.id)
    return list_page(articles, "profiles/profile.html", user=user)


@bp.app_context_processor
def for_templates() -> dict[str, Callable[..., Any]]:
    return {"is_favorite": is_favorite, "this_page": this_page}


def is_favorite(article: Article) -> bool:
    """Whether the visitor has marked this article. One question answers it for all articles of a page."""
    if g.user is None:
        return False
    if "favorites" not in g:
        marked = select(Favorite.article_id).where(Favorite.user_id == g.user.id)
        g.favorites = set(db.session.scalars(marked))
    return article.id in g.favorites


def this_page() -> str:
    """The address of the page that is being drawn, to come back to."""
    query = request.query_string.decode()
    return quote(request.path) + (f"?{query}" if query else "")
