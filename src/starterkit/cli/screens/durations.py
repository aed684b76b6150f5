"""Lengths of time in words."""

from __future__ import annotations


def minutes(count: int) -> str:
    """Return minutes as people say them: `40 min`, `2 h 15 min`."""
    hours, rest = divmod(count, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"
