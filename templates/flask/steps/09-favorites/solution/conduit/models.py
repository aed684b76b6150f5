"""The tables of the database. Each class is a table, and each attribute with `Mapped` is a column."""

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, ForeignKey, String, Text, false, func, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

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
    draft: Mapped[bool] = mapped_column(default=False, server_default=false())
    comments: Mapped[list["Comment"]] = relationship(
        back_populates="article", order_by="Comment.id", cascade="all, delete-orphan"
    )
    tags: Mapped[list["Tag"]] = relationship(
        secondary="article_tag", back_populates="articles", order_by="func.lower(Tag.name)"
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    author: Mapped["User"] = relationship(back_populates="articles")
    # Your own lines go below this one.


class Comment(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    article: Mapped[Article] = relationship(back_populates="comments")
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    author: Mapped["User"] = relationship(back_populates="comments")
    # Your own lines go below this one.


article_tag = db.Table(
    "article_tag",
    Column("article_id", ForeignKey("article.id"), primary_key=True),
    Column("tag_id", ForeignKey("tag.id"), primary_key=True, index=True),
    Column("tagged_at", DateTime, default=now, nullable=False),
)


class Tag(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50), unique=True)
    articles: Mapped[list[Article]] = relationship(secondary=article_tag, back_populates="tags")
    # Your own lines go below this one.


class User(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(50), unique=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(300))
    bio: Mapped[str | None] = mapped_column(Text)
    image: Mapped[str | None] = mapped_column(String(2_000))
    articles: Mapped[list[Article]] = relationship(back_populates="author")
    comments: Mapped[list[Comment]] = relationship(back_populates="author")

    def is_following(self, other: "User") -> bool:
        return db.session.get(Follow, (self.id, other.id)) is not None

    # Your own lines go below this one.


class SignIn(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(100), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    # Your own lines go below this one.


class LoginAttempt(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
    # Your own lines go below this one.


class Follow(db.Model):
    follower_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    followed_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
    # Your own lines go below this one.


class Favorite(db.Model):
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), primary_key=True, index=True)
    # Your own lines go below this one.


# The database counts the favorites in the query that loads the articles.
Article.favorites_count = column_property(
    select(func.count()).where(Favorite.article_id == Article.id).correlate_except(Favorite).scalar_subquery()
)


# Your own lines go below this one.
