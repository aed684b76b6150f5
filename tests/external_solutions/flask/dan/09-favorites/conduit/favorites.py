from flask import Blueprint, g, redirect, request, url_for
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from conduit.accounts import login_required
from conduit.articles import find_article, list_page
from conduit.extensions import db
from conduit.models import Article, Favorite
from conduit.profiles import find_user

favorite_pages = Blueprint("favorites", __name__)


@favorite_pages.post("/article/<slug>/favorite")
@login_required
def add_favorite(slug):
    article = find_article(slug)
    db.session.add(Favorite(user_id=g.user.id, article_id=article.id))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
    return redirect(request.referrer or url_for("articles.read", slug=slug))


@favorite_pages.post("/article/<slug>/unfavorite")
@login_required
def remove_favorite(slug):
    article = find_article(slug)
    db.session.execute(delete(Favorite).where(Favorite.user_id == g.user.id, Favorite.article_id == article.id))
    db.session.commit()
    return redirect(request.referrer or url_for("articles.read", slug=slug))


@favorite_pages.get("/profile/<username>/favorites")
def show_favorites(username):
    user = find_user(username)
    ids = select(Favorite.article_id).where(Favorite.user_id == user.id)
    return list_page(select(Article).where(Article.id.in_(ids)), template="profiles/profile.html", user=user)


@favorite_pages.app_template_global()
def is_favorite(article):
    """True if the visitor has favorited the article."""
    if g.user is None:
        return False
    if "favorite_ids" not in g:
        g.favorite_ids = set(db.session.scalars(select(Favorite.article_id).where(Favorite.user_id == g.user.id)))
    return article.id in g.favorite_ids
