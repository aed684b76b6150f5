"""The tables of the database. Each class is a table, and each attribute with `Mapped` is a column."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from conduit.database import Base


def now() -> datetime:
    """The current time in UTC. The database stores times without a time zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def when_created(context: Any) -> datetime:
    """The value of `created_at` of the same row, because a new row hasn't been updated yet."""
    created_at: datetime = context.get_current_parameters()["created_at"]
    return created_at


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


# Your own lines go below this one.
