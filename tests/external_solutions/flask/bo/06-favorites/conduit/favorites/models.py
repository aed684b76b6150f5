"""The table of marks, and their number on each article."""

from sqlalchemy import ForeignKey, func, select
from sqlalchemy.orm import column_property, Mapped, mapped_column

from conduit.articles import Article
from conduit.database import db


class Favorite(db.Model):
    """One reader's mark on one article."""

    reader_id: Mapped[int] = mapped_column(
        ForeignKey('user.id', ondelete='CASCADE'), primary_key=True
    )
    article_id: Mapped[int] = mapped_column(
        ForeignKey('article.id', ondelete='CASCADE'),
        primary_key=True,
        index=True,
    )


Article.favorites_count = column_property(
    select(func.count())
    .select_from(Favorite)
    .where(Favorite.article_id == Article.id)
    .correlate_except(Favorite)
    .scalar_subquery()
)
