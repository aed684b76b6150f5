"""The table of comments."""

from datetime import datetime

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.accounts.models import User
from conduit.database import db, now


class Comment(db.Model):
    """One reader's answer; the database drops it along with its article."""

    id: Mapped[int] = mapped_column(primary_key=True)
    article_id: Mapped[int] = mapped_column(
        ForeignKey('article.id', ondelete='CASCADE'), index=True
    )
    author_id: Mapped[int] = mapped_column(ForeignKey('user.id'), index=True)
    author: Mapped[User] = relationship()
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
