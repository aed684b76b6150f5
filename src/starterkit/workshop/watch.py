"""Runs one round of `workshop status --watch`: collect, then grade changed work.

The caller decides how to grade. Its `GradePeople` function gets people with ungraded work, and records their grades.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from starterkit.progress import Progress
from starterkit.workshop.collect import collect
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.status import STUCK_MINUTES, WorkshopStatus, workshop_status
from starterkit.workshop.store import working

_AT_ONCE = max(4, 2 * (os.cpu_count() or 1))
GradePeople = Callable[[Workshop, Sequence[Person], Progress], None]


def watch_once(
    workshop: Workshop,
    grade: GradePeople | None,
    say: Progress,
    *,
    stuck_after: int = STUCK_MINUTES,
    show: Callable[[WorkshopStatus], None] | None = None,
) -> WorkshopStatus:
    """Collect everybody's work, grade changed work in small groups, and return the new status.

    Calls `show` with the status before each group, so that the screen stays up to date. Without `grade`, only collects.
    """
    with working(workshop.folder, say):
        collect(workshop, workshop.people, say)
    status = workshop_status(workshop, datetime.now(UTC), stuck_after, say)
    waiting = [row.person for row in status.people if row.known.begun and not row.known.is_current]
    for first in range(0, len(waiting) if grade else 0, _AT_ONCE):
        if show is not None:
            show(status)
        assert grade is not None
        grade(workshop, waiting[first : first + _AT_ONCE], say)
        status = workshop_status(workshop, datetime.now(UTC), stuck_after, say)
    return status
