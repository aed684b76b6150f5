"""What time it is, and columns for it."""

from datetime import UTC, datetime
from typing import Annotated

from sqlalchemy.orm import mapped_column


def utc_now() -> datetime:
    """The current time in UTC, without a time zone."""
    return datetime.now(UTC).replace(tzinfo=None)


CreatedAt = Annotated[datetime, mapped_column(default=utc_now)]
ChangedAt = Annotated[datetime, mapped_column(default=utc_now, onupdate=utc_now)]
Id = Annotated[int, mapped_column(primary_key=True)]
