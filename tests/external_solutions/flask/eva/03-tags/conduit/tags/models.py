from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.extensions import db
from conduit.models import TimestampMixin

if TYPE_CHECKING:
    from conduit.articles.models import Article


class Tagging(TimestampMixin, db.Model):
    """One tag on one article. The `through` table of the relationship."""

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True)


class Tag(db.Model):
    MAX_LENGTH = 50

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(MAX_LENGTH), unique=True)
    articles: Mapped[list[Article]] = relationship(secondary="tagging", back_populates="tags")

    def __str__(self) -> str:
        return self.name
