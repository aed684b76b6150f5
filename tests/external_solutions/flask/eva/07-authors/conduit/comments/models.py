from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.accounts.models import User
from conduit.articles.models import Article
from conduit.extensions import db
from conduit.models import AuthoredMixin, TimestampMixin


class Comment(AuthoredMixin, TimestampMixin, db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)
    article: Mapped[Article] = relationship(back_populates="comments")
    author: Mapped[User] = relationship(back_populates="comments")
