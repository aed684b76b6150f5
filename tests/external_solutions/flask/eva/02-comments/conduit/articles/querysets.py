"""Queries for articles, which can be combined like the querysets of Django."""

from sqlalchemy import Select, select

from conduit.articles.models import Article
from conduit.extensions import db


def all_articles() -> Select[tuple[Article]]:
    return select(Article)


def newest_first(articles: Select[tuple[Article]]) -> Select[tuple[Article]]:
    return articles.order_by(Article.created_at.desc(), Article.id.desc())


def get_article_or_404(slug: str) -> Article:
    """The article with this slug. If there is none, the visitor gets the 404 page."""
    return db.first_or_404(all_articles().where(Article.slug == slug), description="This article doesn't exist.")
