from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.extensions import db
from conduit.tables.clock import ChangedAt, CreatedAt, Id

if TYPE_CHECKING:
    from conduit.tables.comments import Comment
    from conduit.tables.tags import Tag, Tagging


class Article(db.Model):
    __tablename__ = "article"

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[ChangedAt]

    discussion: Mapped[list[Comment]] = relationship(
        back_populates="about", order_by="Comment.id", cascade="all, delete-orphan", passive_deletes=True
    )
    taggings: Mapped[list[Tagging]] = relationship(
        back_populates="article", cascade="all, delete-orphan", passive_deletes=True, lazy="selectin"
    )

    @property
    def tag_names(self) -> list[str]:
        return sorted((one.tag.name for one in self.taggings), key=lambda name: (name.casefold(), name))

    def use_tags(self, tags: Iterable[Tag]) -> None:
        """Replace the tags. A tag that stays keeps the time of its use."""
        from conduit.tables.tags import Tagging

        before = {one.tag: one for one in self.taggings}
        self.taggings = [before.get(tag) or Tagging(tag=tag) for tag in tags]
