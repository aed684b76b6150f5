"""Queries for articles, which can be combined like the querysets of Django."""

from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from conduit.articles.models import Article
from conduit.extensions import db
from conduit.tags.models import Tag


def all_articles() -> Select[tuple[Article]]:
    return select(Article).options(selectinload(Article.tags))


def published() -> Select[tuple[Article]]:
    return all_articles().where(Article.draft.is_(False))


def drafts() -> Select[tuple[Article]]:
    return all_articles().where(Article.draft.is_(True))


def tagged(name: str) -> Select[tuple[Article]]:
    """The published articles with this tag."""
    return published().where(Article.tags.any(Tag.name == name))


def newest_first(articles: Select[tuple[Article]]) -> Select[tuple[Article]]:
    return articles.order_by(Article.created_at.desc(), Article.id.desc())


def get_article_or_404(slug: str) -> Article:
    """The article with this slug. If there is none, the visitor gets the 404 page."""
    return db.first_or_404(all_articles().where(Article.slug == slug), description="This article doesn't exist.")
