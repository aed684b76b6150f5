"""Times as instructors type them."""

from __future__ import annotations

import re
from datetime import date, datetime, time

from starterkit.errors import UsageError

_WEEK = re.compile(r"\d{4}-?W\d{2}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")


def parse_time(words: str) -> datetime:
    """Return the time that the words mean, in this machine's zone where they name none.

    A date alone means the end of that day, a clock's time alone means today. Raises `UsageError`.
    """
    words = words.strip()
    try:
        found = _found(words)
        here = found.astimezone()
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f'"{words}" is no time.', 'Write it as 2026-11-30, "2026-11-30 17:00" or 2026-11-30T17:00+01:00.'
        ) from None
    return found if found.tzinfo else here


def _found(words: str) -> datetime:
    if _WEEK.fullmatch(words):
        raise ValueError("Python takes a week for its first day, and who writes a week rather means its last")
    if _CLOCK.fullmatch(words):
        return datetime.combine(datetime.now(), time.fromisoformat(words.zfill(5)))
    try:
        return datetime.combine(date.fromisoformat(words), time(23, 59, 59))
    except ValueError:
        return datetime.fromisoformat(words)
