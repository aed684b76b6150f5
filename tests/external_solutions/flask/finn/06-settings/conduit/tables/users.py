"""Users, the browsers in which they are signed in, and attempts to guess a password."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.extensions import db
from conduit.tables.clock import CreatedAt, Id


class User(db.Model):
    __tablename__ = "users"

    id: Mapped[Id]
    username: Mapped[str] = mapped_column(String(50), unique=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(300))
    bio: Mapped[str | None] = mapped_column(Text)
    image: Mapped[str | None] = mapped_column(Text)

    browsers: Mapped[list[Browser]] = relationship(
        back_populates="user", cascade="all, delete-orphan", passive_deletes=True
    )


class Browser(db.Model):
    """A browser in which a user is signed in. Only the hash of its token is stored."""

    __tablename__ = "browser"

    id: Mapped[Id]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    since: Mapped[CreatedAt]

    user: Mapped[User] = relationship(back_populates="browsers")


class Guess(db.Model):
    """An attempt to sign in. A successful one deletes all guesses for its e-mail."""

    __tablename__ = "guess"
    __table_args__ = (Index("ix_guess_email_at", "email", "at"),)

    id: Mapped[Id]
    email: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
