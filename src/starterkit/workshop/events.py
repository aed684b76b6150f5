"""What is known of each person, as results/<folder>.jsonl: one JSON object a line, appended only.

Kinds of events: `collected` and `graded`, `pushed` (the beginning was pushed to the person's remote), `filling` and
`filled` (steps are to be, and were, filled in from the reference), `fixing` and `fixed` (so with a corrected path).
Readers pass over kinds and keys that they do not know.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starterkit.workshop.model import Person, Workshop

COLLECTED, GRADED, PUSHED, FILLED, FIXED = "collected", "graded", "pushed", "filled", "fixed"
FILLING, FIXING = "filling", "fixing"  # said before the commit is put in: a killed command may not come to say it after
_TAIL_BYTES = 65_536


def append(workshop: Workshop, person: Person, event: Mapping[str, Any]) -> None:
    """Append an event in one write, on a line of its own also where the last write was killed in the middle.

    Raises `OSError` where there is no room for all of it.
    """
    file = workshop.results(person)
    line = json.dumps(dict(event), separators=(",", ":")).encode() + b"\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab+", buffering=0) as stream:
        end = stream.seek(0, os.SEEK_END)
        if end:
            stream.seek(end - 1)
            if stream.read(1) != b"\n":
                line = b"\n" + line
        if stream.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))


def read(workshop: Workshop, person: Person) -> list[dict[str, Any]]:
    """Return all events of a person, the oldest first; a line that was only half written is passed over."""
    return read_file(workshop.results(person))


def read_file(file: Path) -> list[dict[str, Any]]:
    """Return the events in one file of results; none where there is no such file."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return []
    return [event for line in data.split(b"\n") if line and (event := _event(line)) is not None]


def last(workshop: Workshop, person: Person, kind: str) -> dict[str, Any] | None:
    """Return the last event of a kind, or None; of a long file, the end is looked at first."""
    file = workshop.results(person)
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _TAIL_BYTES))
            tail = stream.read()
    except FileNotFoundError:
        return None
    found = _last(tail.split(b"\n")[size > _TAIL_BYTES :], kind)
    return found if found is not None or size <= _TAIL_BYTES else _last(file.read_bytes().split(b"\n"), kind)


def _last(lines: list[bytes], kind: str) -> dict[str, Any] | None:
    events = (_event(line) for line in reversed(lines) if kind.encode() in line)
    return next((event for event in events if event is not None and event.get("kind") == kind), None)


def filled(workshop: Workshop, person: Person) -> tuple[str, ...]:
    """Return the steps that were filled in from the reference on a person's own branch, in the order of the path."""
    found: set[str] = set()
    for event in read(workshop, person):
        steps = event.get("steps")
        if event.get("kind") == FILLED and event.get("theirs") is True and isinstance(steps, list):
            found.update(step for step in steps if isinstance(step, str))
    return tuple(sorted(found))


def ours(workshop: Workshop, person: Person) -> dict[str, str]:
    """Return the commits that the workshop put on top of a person's work, each with the one that it lies on."""
    found = {}
    for event in read(workshop, person):
        commit, below = event.get("commit"), event.get("from")
        if event.get("kind") in (FILLING, FILLED, FIXING, FIXED) and isinstance(commit, str) and isinstance(below, str):
            found[commit] = below
    return found


def moment(when: datetime | None = None) -> str:
    """Return a time (None: now) as results have it: ISO 8601 in UTC, with whole seconds."""
    return (when or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")


def time_of(written: object) -> datetime | None:
    """Return the time that results have in words, or None where it is none."""
    try:
        found = datetime.fromisoformat(str(written))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
