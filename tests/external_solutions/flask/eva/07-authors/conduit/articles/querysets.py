"""Queries for articles, which can be combined like the querysets of Django."""

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload, selectinload

from conduit.accounts.auth import current_user
from conduit.accounts.models import User
from conduit.articles.models import Article
from conduit.comments.models import Comment
from conduit.extensions import db
from conduit.tags.models import Tag


def all_articles() -> Select[tuple[Article]]:
    return select(Article).options(joinedload(Article.author), selectinload(Article.tags))


def published() -> Select[tuple[Article]]:
    return all_articles().where(Article.draft.is_(False))


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
