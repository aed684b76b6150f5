"""The tables of the database. Each class is a table, and each attribute with `Mapped` is a column."""

from datetime import UTC, datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.extensions import db


def now() -> datetime:
    """The current time in UTC. The database stores times without a time zone."""
    return datetime.now(UTC).replace(tzinfo=None)


class Article(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    # Your own lines go below this one.
    comments: Mapped[list["Comment"]] = relationship(
        back_populates="article", cascade="all, delete-orphan", order_by="Comment.written_at"
    )


# Your own lines go below this one.


class Comment(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(default=now)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    article: Mapped[Article] = relationship(back_populates="comments")
