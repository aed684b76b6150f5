"""Tags, and the use of a tag by an article: an association object, because it has a time."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.extensions import db
from conduit.tables.articles import Article
from conduit.tables.clock import CreatedAt, Id


class Tag(db.Model):
    __tablename__ = "tag"

    LONGEST = 50

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(LONGEST), unique=True)


class Tagging(db.Model):
    __tablename__ = "tagging"

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tag.id", ondelete="CASCADE"), primary_key=True, index=True)
    used_at: Mapped[CreatedAt]

    article: Mapped[Article] = relationship(back_populates="taggings")
    tag: Mapped[Tag] = relationship(lazy="joined", innerjoin=True)
