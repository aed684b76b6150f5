"""Queries for articles, which can be combined like the querysets of Django."""

from sqlalchemy import ColumnElement, Select, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload, with_expression

from conduit.accounts.auth import current_user
from conduit.accounts.models import User
from conduit.articles.models import Article
from conduit.comments.models import Comment
from conduit.extensions import db
from conduit.favorites.models import Favorite
from conduit.tags.models import Tag


def all_articles() -> Select[tuple[Article]]:
    return select(Article).options(
        joinedload(Article.author),
        selectinload(Article.tags),
        with_expression(Article.favorites_count, favorites_count()),
        with_expression(Article.is_favorite, is_favorite_of(current_user)),
    )


def favorites_count() -> ColumnElement[int]:
    count = select(func.count()).select_from(Favorite).where(Favorite.article_id == Article.id)
    return count.correlate(Article).scalar_subquery()


def is_favorite_of(user: User) -> ColumnElement[bool]:
    return exists().where(Favorite.article_id == Article.id, Favorite.user_id == user.id) if user else false()


def published() -> Select[tuple[Article]]:
    return all_articles().where(Article.draft.is_(False))


def written_by(user: User) -> Select[tuple[Article]]:
    """The published articles of this user."""
    return published().where(Article.author_id == user.id)


def favorites_of(user: User) -> Select[tuple[Article]]:
    """The published articles that this user likes."""
    return published().where(is_favorite_of(user))


def drafts_of(user: User) -> Select[tuple[Article]]:
    return all_articles().where(Article.draft.is_(True), Article.author_id == user.id)


def visible_to(user: User) -> Select[tuple[Article]]:
    """The published articles, and the drafts of this user. The user may be anonymous."""
    own = [Article.author_id == user.id] if user else []
    return all_articles().where(or_(Article.draft.is_(False), *own))


def tagged(name: str) -> Select[tuple[Article]]:
    """The published articles with this tag."""
    return published().where(Article.tags.any(Tag.name == name))


def newest_first(articles: Select[tuple[Article]]) -> Select[tuple[Article]]:
    return articles.order_by(Article.created_at.desc(), Article.id.desc())


def get_article_or_404(slug: str) -> Article:
    """The article with this slug. If the visitor may not see it, it doesn't exist."""
    articles = visible_to(current_user).where(Article.slug == slug)
    return db.first_or_404(articles, description="This article doesn't exist.")


def comments_of(article: Article) -> list[Comment]:
    """The comments, oldest first, with their authors."""
    comments = select(Comment).options(joinedload(Comment.author)).where(Comment.article_id == article.id)
    return list(db.session.scalars(comments.order_by(Comment.created_at, Comment.id)))
