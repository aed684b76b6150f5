from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.extensions import db
from conduit.tables.clock import ChangedAt, CreatedAt, Id

if TYPE_CHECKING:
    from conduit.tables.comments import Comment


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
