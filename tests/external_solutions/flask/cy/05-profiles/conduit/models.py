"""The tables of the site."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.database import db, now


class Article(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)

    author: Mapped["User"] = relationship(lazy="joined", innerjoin=True)
    comments: Mapped[list["Comment"]] = relationship(
        back_populates="article", cascade="all, delete-orphan", order_by="Comment.id"
    )
    tags: Mapped[list["Tag"]] = relationship(
        cascade="all, delete-orphan", order_by="func.lower(Tag.name)", lazy="selectin"
    )


class Comment(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)

    article: Mapped[Article] = relationship(back_populates="comments")
    author: Mapped["User"] = relationship(lazy="joined", innerjoin=True)


class Tag(db.Model):
    """One tag on one article: a row for each pair. The name alone says which tag it is."""

    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(50), primary_key=True, index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class User(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(50), unique=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    password: Mapped[str] = mapped_column(String(300))  # its hash
    bio: Mapped[str] = mapped_column(Text, default="")
    image: Mapped[str] = mapped_column(Text, default="")

    def follows(self, other: "User") -> bool:
        return db.session.get(Follow, (self.id, other.id)) is not None


class Follow(db.Model):
    """Who reads whom. The pair is the key, so that nobody follows anybody twice."""

    reader_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    writer_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True, index=True)
