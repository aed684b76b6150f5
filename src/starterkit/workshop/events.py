"""Reads and writes the events of people: what was collected, graded and delivered.

Each person has a file results/<folder>.jsonl with one JSON object per line. An event `pushed` says whether the first
commit reached the person's remote. `catch-up` writes `filling` before it adds steps, and `filled` afterwards.
`push-fix` writes `fixing` and `fixed` in the same way. Readers ignore unknown kinds and keys.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starterkit.workshop.model import Person, Workshop

COLLECTED, GRADED, PUSHED, FILLED, FIXED = "collected", "graded", "pushed", "filled", "fixed"
FILLING, FIXING = "filling", "fixing"  # written before a branch moves, so that a killed command leaves a trace
_TAIL_BYTES = 65_536


def append(workshop: Workshop, person: Person, event: Mapping[str, Any]) -> None:
    """Append an event to a person's file with a single write. Raises `OSError` if the disk is full."""
    file = workshop.results(person)
    line = json.dumps(dict(event), separators=(",", ":")).encode() + b"\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab+", buffering=0) as stream:
        if end := stream.seek(0, os.SEEK_END):
            stream.seek(end - 1)
            if stream.read(1) != b"\n":  # a killed command has left an incomplete line
                line = b"\n" + line
        if stream.write(line) != len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))


def read(workshop: Workshop, person: Person) -> list[dict[str, Any]]:
    """Return a person's events, oldest first. Incomplete lines are skipped."""
    try:
        data = workshop.results(person).read_bytes()
    except FileNotFoundError:
        return []
    return [event for line in data.split(b"\n") if line and (event := _event(line)) is not None]


def last(workshop: Workshop, person: Person, kind: str) -> dict[str, Any] | None:
    """Return a person's last event of a kind, or None. Usually only the end of a long file is read."""
    file = workshop.results(person)
    try:
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - _TAIL_BYTES))
            tail = stream.read()
    except FileNotFoundError:
        return None
    event = _last(tail.split(b"\n")[size > _TAIL_BYTES :], kind)
    return event if event is not None or size <= _TAIL_BYTES else _last(file.read_bytes().split(b"\n"), kind)


def _last(lines: list[bytes], kind: str) -> dict[str, Any] | None:
    events = (_event(line) for line in reversed(lines) if kind.encode() in line)
    return next((event for event in events if event is not None and event.get("kind") == kind), None)


def filled(workshop: Workshop, person: Person) -> tuple[str, ...]:
    """Return the sorted steps that `catch-up` added on the person's own branch."""
    names: set[str] = set()
    for event in read(workshop, person):
        steps = event.get("steps")
        if event.get("kind") == FILLED and event.get("theirs") is True and isinstance(steps, list):
            names.update(step for step in steps if isinstance(step, str))
    return tuple(sorted(names))


def ours(workshop: Workshop, person: Person) -> dict[str, str]:
    """Return the commits that the workshop itself made.

    Each has the person's commit that it follows. `catch-up` and `push-fix` make such commits.
    """
    parents = {}
    for event in read(workshop, person):
        commit, parent = event.get("commit"), event.get("from")
        is_ours = event.get("kind") in (FILLING, FILLED, FIXING, FIXED)
        if is_ours and isinstance(commit, str) and isinstance(parent, str):
            parents[commit] = parent
    return parents


def moment(when: datetime | None = None) -> str:
    """Return a time (default: now) in ISO 8601 and UTC, with whole seconds."""
    return (when or datetime.now(UTC)).astimezone(UTC).isoformat(timespec="seconds")


def time_of(text: object) -> datetime | None:
    """Return the time in an ISO 8601 text (default: UTC), or None if the text isn't a valid time."""
    try:
        when = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


def _event(line: bytes) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None
