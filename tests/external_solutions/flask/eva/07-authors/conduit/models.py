"""What the models of all features share. Each feature has its tables in its own `models.py`."""

from datetime import UTC, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column


def now() -> datetime:
    """The current time in UTC. The database stores times without a time zone."""
    return datetime.now(UTC).replace(tzinfo=None)


class TimestampMixin:
    """Adds the time when a row was created."""

    created_at: Mapped[datetime] = mapped_column(default=now)


class AuthoredMixin:
    """Adds the user who wrote a row. The model adds the relationship `author`."""

    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)


# Your own lines go below this one.
