"""The table of articles."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.database import Base, now, when_created
from conduit.models.tag import Tag, article_tag


class Article(Base):
    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=when_created)
    tags: Mapped[list[Tag]] = relationship(secondary=article_tag, lazy="selectin")

    @property
    def tag_list(self) -> list[str]:
        return sorted((tag.name for tag in self.tags), key=str.casefold)

    # Your own lines go below this one.
