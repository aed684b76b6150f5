"""Computes the status of all people from their events in results/*.jsonl.

It reads no repositories. Both `collect` and `grade` record the work that they see. The later event counts.
results/.status.json caches a summary of each events file, with the file's size and time. So only changed files are read
again.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from starterkit.crash_report import error_of
from starterkit.git.bare import refs_on_disk
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file
from starterkit.progress import Progress, no_progress
from starterkit.template.model import BASE
from starterkit.testing.results import Outcome
from starterkit.workshop import events as event_log
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.parallel import each
from starterkit.workshop.repositories import metadata_of

STUCK_MINUTES = 20
_AWAY = timedelta(hours=8)  # a person without work for this long has probably gone home, so they aren't stuck
_CACHE, _CACHE_FORMAT = ".status.json", 2
GREEN, RED, NOT_GRADED, NOT_BEGUN, NOT_REACHED = "green", "red", "not graded", "not begun", "not reached"
NOTHING = "nothing"


@dataclass(frozen=True)
class PersonProgress:
    """A summary of one person's events. Times are texts in ISO 8601 (UTC), or empty.

    `begun` says if there is more than the first commit of the project. `refs` is a fingerprint of the branches that
    `collect` last saw. `filled` are the steps from `catch-up`. `green` and `tests` count the passing tests and all
    tests, without stretch tests. `stretch_green` and `stretch_tests` count the stretch tests. `same_red` counts
    successive commits with the same first failing test.
    """

    reached: bool | None = None
    why: str = ""
    commit: str = ""
    committed: str = ""
    branch: str = ""
    step: str = ""
    solved: bool = False
    begun: bool = False
    refs: str = ""
    filled: tuple[str, ...] = ()
    graded_commit: str = ""
    graded_own: str = ""
    graded_step: str = ""
    verdict: str = ""
    verdict_why: str = ""
    first_red: str = ""
    sentence: str = ""
    green: int = 0
    tests: int = 0
    stretch_green: int = 0
    stretch_tests: int = 0
    late: bool = False
    same_red: int = 0

    @property
    def is_current(self) -> bool:
        """True if the latest work is graded."""
        return bool(self.commit) and self.commit == self.graded_commit


@dataclass(frozen=True)
class PersonStatus:
    """The status of one person at one time.

    `state` is a verdict of `grade`, or why there is none. `active` is the time of the last work. `stuck` says why the
    person may need help, or is empty. `called` is the display name. If names are hidden, `label` replaces it. If the
    names are shown, `board_label` is the label that this person has on a screen with hidden names.
    """

    person: Person
    known: PersonProgress
    state: str
    active: datetime | None
    late: bool
    stuck: str
    called: str
    label: str = ""
    board_label: str = ""

    @property
    def has_begun(self) -> bool:
        """True if the person has written code. Steps from `catch-up` don't count."""
        return self.known.begun and self.state != NOT_BEGUN

    @property
    def filled(self) -> tuple[str, ...]:
        """The steps before the person's present step that `catch-up` solved for them."""
        known = self.known
        return tuple(step for step in known.filled if known.begun and step < known.step != BASE)


@dataclass(frozen=True)
class WorkshopStatus:
    """The status of all people at one time. `steps` has the name and title of each step."""

    workshop: Workshop
    at: datetime
    people: tuple[PersonStatus, ...]
    steps: tuple[tuple[str, str], ...]

    @property
    def stuck(self) -> tuple[PersonStatus, ...]:
        return tuple(status for status in self.people if status.stuck)

    def count(self, state: str) -> int:
        """Return the number of people in a state."""
        return sum(status.state == state for status in self.people)

    def at_step(self, step: str) -> int:
        """Return the number of people who have started and are at a step."""
        return sum(status.known.step == step and status.has_begun for status in self.people)


def workshop_status(
    workshop: Workshop, at: datetime, stuck_after: int = STUCK_MINUTES, say: Progress = no_progress
) -> WorkshopStatus:
    """Return the status of all people at the time `at`, from their events.

    A person with a failing test and no commit for `stuck_after` minutes counts as stuck.
    """
    file = workshop.folder / "results" / _CACHE
    before = _cached(file)
    rows = each(workshop.people, lambda person: _row(workshop, person, before["people"]), 1, say, "Reading the results")
    people = {person.folder: row for person, row in rows}
    steps = before["steps"]
    if before["texts"] != workshop.texts:
        with metadata_of(workshop) as template:
            steps = [[step.name, step.title] for step in template.steps]
    after = {"format": _CACHE_FORMAT, "texts": workshop.texts, "steps": steps, "people": people}
    if after != before and file.parent.is_dir():
        with suppress(OSError):  # the cache isn't necessary: without it, the next call reads all files
            write_file(file.parent, _CACHE, File(FILE, json.dumps(after).encode()))
    beginnings = frozenset((refs_on_disk(workshop.path_repository) or {}).values())

    def status(person: Person) -> PersonStatus:
        try:
            values = people[person.folder][2]
            begun = values["begun"] and values["commit"] not in beginnings
            known = PersonProgress(**{**values, "begun": begun, "filled": tuple(values["filled"])})
            return standing(workshop, person, known, at, stuck_after)
        except Exception as error:
            return standing(workshop, person, _unreadable(error), at, stuck_after)

    statuses = tuple(map(status, workshop.people))
    return WorkshopStatus(workshop, at, statuses, tuple((name, title) for name, title in steps))


def _unreadable(error: Exception) -> PersonProgress:
    return PersonProgress(reached=False, why=error_of(error).message)


def standing(workshop: Workshop, person: Person, known: PersonProgress, at: datetime, stuck_after: int) -> PersonStatus:
    """Return the status of a person at the time `at`. `known` is the summary of the person's events.

    With a failing test, the person counts as stuck after `stuck_after` minutes without a commit.
    """
    active = event_log.time_of(known.committed) if known.begun else None
    if not known.commit:
        state = NOT_REACHED if known.reached is False else NOT_BEGUN
    elif not known.begun:
        state = NOT_BEGUN
    else:
        state = known.verdict if known.is_current and known.verdict else NOT_GRADED
        state = NOT_BEGUN if state == NOTHING else state  # `grade` found no commits but those of `catch-up`
    late = known.late if known.is_current else bool(workshop.due and active and active > workshop.due)
    stuck = _stuck(known, at, active, stuck_after) if state == RED else ""
    return PersonStatus(person, known, state, active, late, stuck, workshop.called[person.folder])


def _stuck(known: PersonProgress, at: datetime, active: datetime | None, stuck_after: int) -> str:
    idle = at - active if active else timedelta(0)
    if idle > _AWAY:
        return ""
    if known.same_red >= 2:
        return f"same failing test after {known.same_red} commits"
    minutes = int(idle.total_seconds() // 60)
    return f"no commit for {minutes} minutes" if minutes >= stuck_after else ""


def summary(events: Iterable[Mapping[str, Any]]) -> PersonProgress:
    """Return the summary of a person's events. Values with an unexpected type are ignored."""
    known = PersonProgress()
    for event in events:
        if apply := _APPLY.get(_text(event, "kind")):
            known = apply(known, event)
    return known


def _apply_collected(known: PersonProgress, event: Mapping[str, Any]) -> PersonProgress:
    refs = _text(event, "refs")
    known = replace(known, reached=event.get("reached") is True, why=_text(event, "why"))
    if known.commit and refs == known.refs:
        return known  # `collect` found nothing new, and the summary may have a newer commit from `grade`
    return replace(
        known,
        refs=refs,
        commit=_text(event, "commit"),
        committed=_worked(event),
        branch=_text(event, "branch"),
        step=_text(event, "step"),
        solved=event.get("solved") is True,
        begun=event.get("begun") is True or bool(known.filled),
    )


def _apply_graded(known: PersonProgress, event: Mapping[str, Any]) -> PersonProgress:
    known = _seen_by_grading(known, event)
    if event.get("aside") is True:
        return known  # a grade of older work or of another step doesn't change the present verdict
    commit, first, step = _text(event, "commit") or known.commit, _text(event, "first_red"), _text(event, "step")
    own, verdict = _text(event, "own") or commit, _text(event, "verdict")
    rows = event.get("results")
    tests = [test for test in rows if isinstance(test, Mapping)] if isinstance(rows, list) else []
    tests = [test for test in tests if test.get("outcome") != Outcome.NOT_HERE]
    core, stretch = ([test for test in tests if (test.get("stretch") is True) is kind] for kind in (False, True))
    is_same = first and first == known.first_red and step == known.graded_step
    tries = known.same_red + (own != known.graded_own) if is_same else int(bool(first))
    return replace(
        known,
        graded_commit=commit,
        graded_own=own,
        graded_step=step,
        verdict=verdict,
        verdict_why=_text(event, "why"),
        first_red=first,
        sentence=next((_text(test, "sentence") for test in tests if test.get("test") == first), ""),
        green=_passed(core) if verdict in (GREEN, RED) else 0,
        tests=len(core),
        stretch_green=_passed(stretch) if verdict in (GREEN, RED) else 0,
        stretch_tests=len(stretch),
        late=event.get("late") is True,
        same_red=tries,
    )


def _passed(tests: Iterable[Mapping[str, Any]]) -> int:
    return sum(test.get("outcome") == Outcome.PASSED for test in tests)


def _seen_by_grading(known: PersonProgress, event: Mapping[str, Any]) -> PersonProgress:
    """Add the graded commit to the summary if it is newer. `grade --due` also grades older commits."""
    commit, committed = _text(event, "commit"), _worked(event)  # ISO 8601 texts in UTC sort by time
    if commit in ("", known.commit) or committed < known.committed:
        return known
    step = event["stands"] if isinstance(event.get("stands"), str) else _text(event, "step")
    solved, branch = event.get("solved") is True, _text(event, "branch")
    begun = known.begun or _text(event, "verdict") != NOTHING
    return replace(known, commit=commit, committed=committed, branch=branch, step=step, solved=solved, begun=begun)


def _apply_filled(known: PersonProgress, event: Mapping[str, Any]) -> PersonProgress:
    """Add steps from `catch-up`. If they are on the person's own branch, the person's step changes."""
    steps = event.get("steps")
    new = [step for step in steps if isinstance(step, str)] if isinstance(steps, list) else []
    known = replace(known, filled=tuple(sorted({*known.filled, *new})))
    if event.get("theirs") is not True or not _text(event, "commit"):
        return known
    commit, step, branch = (_text(event, name) for name in ("commit", "step", "branch"))
    return replace(known, commit=commit, branch=branch, step=step, solved=False, begun=True)


_APPLY = {event_log.COLLECTED: _apply_collected, event_log.GRADED: _apply_graded, event_log.FILLED: _apply_filled}


def _worked(event: Mapping[str, Any]) -> str:
    return _text(event, "worked" if "worked" in event else "committed")


def _text(event: Mapping[str, Any], name: str) -> str:
    value = event.get(name)
    return value if isinstance(value, str) else ""


def _row(workshop: Workshop, person: Person, before: Mapping[str, Any]) -> list[Any]:
    """Return the size, time and summary of a person's events file. An unchanged file isn't read.

    `before` has the rows of the cache.
    """
    file = workshop.results(person)
    try:
        status = file.stat()
        row = before.get(person.folder)
        if row is not None and row[:2] == [status.st_size, status.st_mtime_ns]:
            return list(row)
        return [status.st_size, status.st_mtime_ns, asdict(summary(event_log.read(workshop, person)))]
    except FileNotFoundError:
        return [0, 0, asdict(PersonProgress())]
    except Exception as error:
        return [0, 0, asdict(_unreadable(error))]


def _cached(file: Path) -> dict[str, Any]:
    names = {field.name for field in fields(PersonProgress)}
    with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
        cache: dict[str, Any] = json.loads(file.read_bytes())
        is_right = cache["format"] == _CACHE_FORMAT and {"texts", "steps"} <= cache.keys()
        if is_right and all(len(row) == 3 and row[2].keys() == names for row in cache["people"].values()):
            return cache
    return {"format": _CACHE_FORMAT, "texts": "", "steps": [], "people": {}}
