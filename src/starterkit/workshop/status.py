"""Where everybody is, from results/*.jsonl alone.

What `collect` saw and what `grade` saw both count, whichever is the later. What a file of results says in the end is
kept in results/.status.json with the file's size and time, so that only files that grew are read again.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
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
from starterkit.workshop import events as event_log
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.parallel import each
from starterkit.workshop.repositories import metadata_of

STUCK_MINUTES = 20
_AWAY = timedelta(hours=8)  # who has done nothing for so long is not stuck; they have gone home
_CACHE, _CACHE_FORMAT = ".status.json", 2
GREEN, RED, NOT_GRADED, NOT_BEGUN, NOT_REACHED = "green", "red", "not graded", "not begun", "not reached"
NOTHING = "nothing"


@dataclass(frozen=True)
class PersonProgress:
    """What the events of one person come to. Times are texts as results have them, empty where there is none.

    `begun` counts everything that was graded as a beginning; `workshop_status` knows better. `refs` is what `collect`
    found last, `filled` the steps that `catch-up` took from the reference.
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
    late: bool = False
    same_red: int = 0  # so many commits in a row have had this first red test


@dataclass(frozen=True)
class PersonStatus:
    """Where one person is. `state` is green, red, another verdict of `grade`, or why there is none yet.

    `called` is their name, with more behind it where two have the same. `label` is what they are called where names are
    hidden, `board_label` what they are called on a screen that others
    see, where this one shows names. `stuck` says why somebody may need a hand, or nothing.
    """

    person: Person
    label: str
    known: PersonProgress
    state: str
    active: datetime | None
    late: bool
    stuck: str
    called: str = ""
    board_label: str = ""

    @property
    def has_begun(self) -> bool:
        """Whether anything there is their own, and not only what was filled in for them."""
        return self.known.begun and self.state != NOT_BEGUN

    @property
    def filled(self) -> tuple[str, ...]:
        """The steps behind them that were filled in from the reference; what waits to be merged is not behind them."""
        known = self.known
        return tuple(step for step in known.filled if known.begun and step < known.step != BASE)

    @property
    def is_current(self) -> bool:
        """Whether the last grading was of the latest work."""
        return bool(self.known.commit) and self.known.commit == self.known.graded_commit


@dataclass(frozen=True)
class WorkshopStatus:
    """Everybody in a workshop at one moment; `steps` are the steps of the path: name and title."""

    workshop: Workshop
    at: datetime
    people: tuple[PersonStatus, ...]
    steps: tuple[tuple[str, str], ...]

    @property
    def stuck(self) -> tuple[PersonStatus, ...]:
        return tuple(one for one in self.people if one.stuck)

    def count(self, state: str) -> int:
        """Return how many are in a state."""
        return sum(one.state == state for one in self.people)

    def at_step(self, step: str) -> int:
        """Return how many who have begun are at a step."""
        return sum(one.known.step == step and one.has_begun for one in self.people)


def workshop_status(
    workshop: Workshop, at: datetime, stuck_after: int = STUCK_MINUTES, say: Progress = no_progress
) -> WorkshopStatus:
    """Return where everybody is; only results, workshop.yml and the commits with which people begin are read."""
    file = workshop.folder / "results" / _CACHE
    before = _cached(file)
    people = workshop.people
    read = each(people, lambda person: _known(workshop, person, before["people"]), 1, say, "Reading the results")
    known = {person.folder: found for person, found in read}
    steps = before["steps"] if before["texts"] == workshop.texts else _steps(workshop)
    after = {"format": _CACHE_FORMAT, "texts": workshop.texts, "steps": steps, "people": known}
    if after != before and file.parent.is_dir():
        with suppress(OSError):  # where nothing can be kept, everything is read each time
            write_file(file.parent, _CACHE, File(FILE, json.dumps(after).encode()))
    beginnings = frozenset((refs_on_disk(workshop.path_repository) or {}).values())

    def of(person: Person) -> PersonStatus:
        try:
            summary = _settled(known[person.folder][2], beginnings)
            return standing(workshop, person, summary, at, stuck_after)
        except Exception as wrong:
            return standing(workshop, person, _unknown(wrong), at, stuck_after)

    standings = tuple(replace(of(one), called=workshop.called[one.folder]) for one in people)
    return WorkshopStatus(workshop, at, standings, tuple((name, title) for name, title in steps))


def _unknown(wrong: Exception) -> PersonProgress:
    """Return what is known of a person whose results cannot be read: why."""
    return PersonProgress(reached=False, why=error_of(wrong).message)


def _settled(found: Mapping[str, Any], beginnings: Container[str]) -> PersonProgress:
    """A summary as it was kept. Whoever has nothing but a commit with which people begin has not begun."""
    begun = found["begun"] and found["commit"] not in beginnings
    return PersonProgress(**{**found, "begun": begun, "filled": tuple(found["filled"])})


def standing(workshop: Workshop, person: Person, known: PersonProgress, at: datetime, stuck_after: int) -> PersonStatus:
    """Return where a person is at a moment, from what is known of them."""
    active = event_log.time_of(known.committed) if known.begun else None
    is_current = bool(known.commit) and known.commit == known.graded_commit
    if not known.commit:
        state = NOT_REACHED if known.reached is False else NOT_BEGUN
    elif not known.begun:
        state = NOT_BEGUN
    else:
        state = known.verdict if is_current and known.verdict else NOT_GRADED
        state = NOT_BEGUN if state == NOTHING else state  # what is there was filled in for them
    is_past = bool(workshop.due and active and active > workshop.due)
    late = known.late if is_current else is_past
    stuck = _stuck(known, at, active, stuck_after) if state == RED else ""
    return PersonStatus(person, "", known, state, active, late, stuck)


def _stuck(known: PersonProgress, at: datetime, active: datetime | None, stuck_after: int) -> str:
    """Why somebody whose tests are red may need a hand: several tries at one test, or none for a while."""
    idle = at - active if active else timedelta(0)
    if idle > _AWAY:
        return ""
    if known.same_red >= 2:
        return f"the same first red test after {known.same_red} commits"
    minutes = int(idle.total_seconds() // 60)
    return f"no commit for {minutes} minutes" if minutes >= stuck_after else ""


def summary(events: Iterable[Mapping[str, Any]]) -> PersonProgress:
    """Return what events come to, the oldest first. What is not as expected in one is passed over."""
    known = PersonProgress()
    for event in events:
        if event.get("kind") == event_log.COLLECTED:
            known = _after_collecting(known, event)
        elif event.get("kind") == event_log.GRADED:
            known = _after_grading(known, event)
        elif event.get("kind") == event_log.FILLED:
            known = _after_filling(known, event)
    return known


def _after_collecting(known: PersonProgress, event: Mapping[str, Any]) -> PersonProgress:
    refs = _text(event, "refs")
    known = replace(known, reached=event.get("reached") is True, why=_text(event, "why"))
    if known.commit and refs == known.refs:
        return known  # nothing new was found; what was graded since then may be newer
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


def _after_grading(known: PersonProgress, event: Mapping[str, Any]) -> PersonProgress:
    known = _seen_by_grading(known, event)
    if event.get("aside") is True:
        return known  # at another step or time than that of their latest work
    commit, first = _text(event, "commit") or known.commit, _text(event, "first_red")
    own = _text(event, "own") or commit
    found = event.get("results")
    tests = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    if not first or first != known.first_red or _text(event, "step") != known.graded_step:
        tries = 1 if first else 0
    else:
        tries = known.same_red + (own != known.graded_own)
    return replace(
        known,
        graded_commit=commit,
        graded_own=own,
        graded_step=_text(event, "step"),
        verdict=_text(event, "verdict"),
        verdict_why=_text(event, "why"),
        first_red=first,
        sentence=next((_text(one, "sentence") for one in tests if one.get("test") == first), ""),
        green=sum(one.get("outcome") == "passed" for one in tests) if _text(event, "verdict") in (GREEN, RED) else 0,
        tests=len(tests),
        late=event.get("late") is True,
        same_red=tries,
    )


def _seen_by_grading(known: PersonProgress, event: Mapping[str, Any]) -> PersonProgress:
    """What was graded was there, whether or not it was collected. Times are compared as results have them, all in UTC.

    With `grade --due`, that may be older than what is known.
    """
    commit, committed = _text(event, "commit"), _worked(event)
    if commit in ("", known.commit) or committed < known.committed:
        return known
    step = event["stands"] if isinstance(event.get("stands"), str) else _text(event, "step")
    solved, branch = event.get("solved") is True, _text(event, "branch")
    begun = known.begun or _text(event, "verdict") != NOTHING
    return replace(known, commit=commit, committed=committed, branch=branch, step=step, solved=solved, begun=begun)


def _after_filling(known: PersonProgress, event: Mapping[str, Any]) -> PersonProgress:
    """What `catch-up` filled in; they stand there now, where it lies on their own branch."""
    steps = event.get("steps")
    new = [step for step in steps if isinstance(step, str)] if isinstance(steps, list) else []
    known = replace(known, filled=tuple(sorted({*known.filled, *new})))
    if event.get("theirs") is not True or not _text(event, "commit"):
        return known
    commit, step, branch = (_text(event, name) for name in ("commit", "step", "branch"))
    return replace(known, commit=commit, branch=branch, step=step, solved=False, begun=True)


def _worked(event: Mapping[str, Any]) -> str:
    """When they last did something themselves."""
    return _text(event, "worked" if "worked" in event else "committed")


def _text(event: Mapping[str, Any], name: str) -> str:
    found = event.get(name)
    return found if isinstance(found, str) else ""


def _known(workshop: Workshop, person: Person, before: Mapping[str, Any]) -> list[Any]:
    """Size and time of a person's file of results, and what it comes to; not read where it is as it was."""
    file = workshop.results(person)
    try:
        status = file.stat()
        last = before.get(person.folder)
        if last is not None and last[:2] == [status.st_size, status.st_mtime_ns]:
            return list(last)
        return [status.st_size, status.st_mtime_ns, asdict(summary(event_log.read_file(file)))]
    except FileNotFoundError:
        return [0, 0, asdict(PersonProgress())]
    except Exception as wrong:
        return [0, 0, asdict(_unknown(wrong))]


_NAMES = {field.name for field in fields(PersonProgress)}


def _cached(file: Path) -> dict[str, Any]:
    """What was kept the last time; nothing where it is damaged or of another version."""
    try:
        found = json.loads(file.read_bytes())
        is_right = found["format"] == _CACHE_FORMAT and all(
            len(entry) == 3 and entry[2].keys() == _NAMES for entry in found["people"].values()
        )
        return found if is_right and {"texts", "steps"} <= found.keys() else _nothing()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _nothing()


def _nothing() -> dict[str, Any]:
    return {"format": _CACHE_FORMAT, "texts": "", "steps": [], "people": {}}


def _steps(workshop: Workshop) -> list[list[str]]:
    with metadata_of(workshop) as template:
        return [[step.name, step.title] for step in template.steps]
