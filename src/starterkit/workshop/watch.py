"""A round through the room, as `status --watch` makes it again and again: collect, then grade what changed.

How submissions are graded is the caller's: a `Grade` is called with the people whose latest work was not graded yet,
and appends its results to theirs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from starterkit.progress import Progress
from starterkit.workshop.collect import JOBS, CollectResult, collect
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.status import STUCK_MINUTES, WorkshopStatus, workshop_status
from starterkit.workshop.store import working

_AT_ONCE = max(4, 2 * (os.cpu_count() or 1))
Grade = Callable[[Workshop, Sequence[Person], Progress], None]


def watch_once(
    workshop: Workshop,
    grade: Grade | None,
    say: Progress,
    *,
    jobs: int = JOBS,
    stuck_after: int = STUCK_MINUTES,
    show: Callable[[WorkshopStatus], None] | None = None,
) -> WorkshopStatus:
    """Collect from everybody, grade what is new where that is wanted, and return where everybody is then.

    Grading many takes a while: before it, and after some of them, `show` is given where everybody is by then.
    """
    with working(workshop.folder, say):
        collected = collect(workshop, workshop.people, say, jobs=jobs)
    seen = workshop_status(workshop, datetime.now(UTC), stuck_after, say)
    waiting = to_grade(seen, collected)
    for first in range(0, len(waiting) if grade else 0, _AT_ONCE):
        if show is not None:
            show(seen)
        assert grade is not None
        grade(workshop, waiting[first : first + _AT_ONCE], say)
        seen = workshop_status(workshop, datetime.now(UTC), stuck_after, say)
    return seen


def to_grade(seen: WorkshopStatus, collected: Sequence[CollectResult]) -> tuple[Person, ...]:
    """Return whose latest work was not graded yet: of those who were collected from, and have begun."""
    here = {one.person.folder for one in collected}
    return tuple(
        one.person for one in seen.people if one.person.folder in here and one.known.begun and not one.is_current
    )
