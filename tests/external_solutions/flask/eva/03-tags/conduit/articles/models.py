from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.extensions import db
from conduit.models import TimestampMixin, now

if TYPE_CHECKING:
    from conduit.comments.models import Comment
    from conduit.tags.models import Tag


class Article(TimestampMixin, db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    comments: Mapped[list[Comment]] = relationship(
        back_populates="article",
        cascade="all, delete-orphan",
        passive_deletes=True,
        order_by="(Comment.created_at, Comment.id)",
    )
    tags: Mapped[list[Tag]] = relationship(secondary="tagging", back_populates="articles", passive_deletes=True)

    def __str__(self) -> str:
        return self.title
