"""The table of articles."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.ext.associationproxy import AssociationProxy, association_proxy
from sqlalchemy.orm import Mapped, mapped_column, relationship

from conduit.database import Base, now, when_created
from conduit.labels import Label, labelled


class Article(Base):
    __tablename__ = "article"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(100), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(500))
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=when_created)
    # Your own lines go below this one.

    labels: Mapped[set[Label]] = relationship(lazy="selectin", cascade="all, delete-orphan", passive_deletes=True)
    tag_list: AssociationProxy[set[str]] = association_proxy("labels", "word", creator=labelled)
