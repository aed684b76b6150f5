from __future__ import annotations

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.extensions import db
from conduit.tables.articles import Article
from conduit.tables.authorship import HasAuthor
from conduit.tables.clock import CreatedAt, Id


class Comment(HasAuthor, db.Model):
    __tablename__ = "comment"

    id: Mapped[Id]
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[CreatedAt]
    about_id: Mapped[int] = mapped_column(ForeignKey("article.id", ondelete="CASCADE"), index=True)

    about: Mapped[Article] = relationship(back_populates="discussion")
