"""Times as instructors type them."""

from __future__ import annotations

import re
from datetime import datetime, time

from starterkit.errors import UsageError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")


def parse_time(words: str) -> datetime:
    """Return the time that the words mean, in this machine's zone where they name none.

    A date alone means the end of that day, a clock's time alone means today. Raises `UsageError`.
    """
    words = words.strip()
    try:
        if _DATE.fullmatch(words):
            return datetime.combine(datetime.fromisoformat(words), time(23, 59, 59)).astimezone()
        if _CLOCK.fullmatch(words):
            return datetime.combine(datetime.now(), time.fromisoformat(words.zfill(5))).astimezone()
        found = datetime.fromisoformat(words)
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f'"{words}" is no time.', 'Write it as 2026-11-30, "2026-11-30 17:00" or 2026-11-30T17:00+01:00.'
        ) from None
    return found if found.tzinfo else found.astimezone()
