"""The tables of the database. Each class is a table, and each attribute with `Mapped` is a column."""

from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, ForeignKey, String, Text, false
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
    draft: Mapped[bool] = mapped_column(default=False, server_default=false())
    comments: Mapped[list["Comment"]] = relationship(
        back_populates="article", cascade="all, delete-orphan", order_by="Comment.written_at"
    )
    tags: Mapped[list["Tag"]] = relationship(secondary="article_tag", back_populates="articles")
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    author: Mapped["User"] = relationship(back_populates="articles")


# Your own lines go below this one.


class Comment(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(default=now)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    article: Mapped[Article] = relationship(back_populates="comments")
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    author: Mapped["User"] = relationship(back_populates="comments")


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


class User(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(50), unique=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(300))
    bio: Mapped[str | None] = mapped_column(Text)
    image: Mapped[str | None] = mapped_column(Text)
    articles: Mapped[list[Article]] = relationship(back_populates="author")
    comments: Mapped[list[Comment]] = relationship(back_populates="author")
    logins: Mapped[list["Login"]] = relationship(back_populates="user", cascade="all, delete-orphan")

    def follows(self, other):
        return db.session.get(Follow, (self.id, other.id)) is not None


class Login(db.Model):
    """A browser in which a user is signed in."""

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(100), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    user: Mapped[User] = relationship(back_populates="logins")


class WrongPassword(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(200), index=True)
    typed_at: Mapped[datetime] = mapped_column(default=now)


class Follow(db.Model):
    reader_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    writer_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
