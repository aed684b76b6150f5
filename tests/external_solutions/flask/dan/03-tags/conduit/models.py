"""The tables of the database. Each class is a table, and each attribute with `Mapped` is a column."""

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, ForeignKey, String, Text
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
    tags: Mapped[list["Tag"]] = relationship(secondary="article_tag", back_populates="articles")


# Your own lines go below this one.


class Comment(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(default=now)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    article: Mapped[Article] = relationship(back_populates="comments")


article_tag = db.Table(
    "article_tag",
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True),
    Column("added_at", DateTime, default=now, nullable=False),
)


class Tag(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    articles: Mapped[list[Article]] = relationship(secondary=article_tag, back_populates="tags")
