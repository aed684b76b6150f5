"""Rosters: who takes part, from a CSV file as learning platforms export it, and the folder that each gets.

Whoever has a folder keeps it: a longer roster adds people and renames nobody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from starterkit.errors import FileError, UsageError
from starterkit.workshop.model import Member, Person, is_odd
from starterkit.workshop.names import folder_name, key_of, plain_name, unique
from starterkit.workshop.roster_columns import RosterRow, read_table

MOST_PEOPLE = 10_000
_LONGEST_NAME = 500
_A_COUNT = 3  # from so many people on, identifiers 1, 2, 3, … number the lines of the file and tell nobody
# What gradebooks have among the people.
_NO_PEOPLE = ("points possible", "student, test", "points", "total", "class average", "overall average")
_TOLD_BY = ("email", "login", "identifier", "name")  # the surest first
_PROFILE = re.compile(r"^(?:https?://)?[\w.-]+\.\w+/@?([^/\s]+)/?$")


@dataclass(frozen=True)
class RosterEntry:
    """One person or team of a roster, before it has a folder; `line` is where it first stands."""

    line: int
    name: str
    login: str = ""
    email: str = ""
    identifier: str = ""
    members: tuple[Member, ...] = ()
    is_team: bool = False


@dataclass(frozen=True)
class Roster:
    """The people and teams of a roster, in its order.

    `left_out` has the lines that name no person, with their first text. `columns` maps what was read to the
    title of its column, and `unused` has the titles of all other columns.
    """

    file: str
    entries: tuple[RosterEntry, ...]
    left_out: tuple[tuple[int, str], ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matched:
    """A roster against a workshop: who is known, who is new, and teams whose members differ from what is recorded."""

    known: tuple[tuple[RosterEntry, Person], ...]
    new: tuple[tuple[RosterEntry, Person], ...]
    changed_teams: tuple[Person, ...] = ()


def read_roster(file: Path) -> Roster:
    """Read a roster. Raises `UsageError` where there is no such file, `FileError` naming the line that is wrong."""
    try:
        data = file.read_bytes()
    except OSError as wrong:
        raise UsageError(
            f"The roster {file} cannot be read: {wrong.strerror or wrong}.", "Name a CSV file, for example roster.csv."
        ) from wrong
    return parse_roster(data, str(file))


def parse_roster(data: bytes, file: str) -> Roster:
    """Read a roster's bytes; `file` is what errors call it."""
    people: list[tuple[RosterEntry, str]] = []
    table = read_table(data, file)
    left_out = [(line, plain_name(words)) for line, words in table.above]
    for row in table.rows:
        if nobody := row["name"] if row.cells == table.columns else _of_the_platform(row):
            left_out.append((row.line, plain_name(nobody)))
        else:
            people.append((_entry(row, file), plain_name(row["team"])))
    if len(people) >= _A_COUNT and all(one.identifier == str(at) for at, (one, _) in enumerate(people, 1)):
        people = [(replace(entry, identifier=""), team) for entry, team in people]
    entries = _with_teams(people, file)
    if not entries:
        raise FileError(file, None, "nobody stands in this roster", "It needs a line for each person below the first.")
    if len(entries) > MOST_PEOPLE:
        raise FileError(file, entries[MOST_PEOPLE].line, f"this roster has more than {MOST_PEOPLE:,} people")
    return Roster(file, tuple(entries), tuple(left_out), table.columns, table.unused)


def _of_the_platform(row: RosterRow) -> str:
    """Return the text of a line that stands for no person, such as the points of a gradebook. Empty for a person."""
    if not any(row.cells.values()):
        return row.other
    name = row["name"] or ", ".join(filter(None, (row["last"], row["first"])))
    return name if name.casefold() in _NO_PEOPLE and not row["email"] else ""


def _whole_name(row: RosterRow) -> str:
    """Return the name of a person. A surname next to a name that doesn't have it is added."""
    name, first, last = (plain_name(row[column]) for column in ("name", "first", "last"))
    if not name:
        return plain_name(f"{first} {last}")
    return name if first or last.casefold() in name.casefold() else f"{name} {last}"


def _entry(row: RosterRow, file: str) -> RosterEntry:
    login = plain_name(_PROFILE.sub(r"\1", row["login"]).lstrip("@#"))  # Brightspace puts a `#` before each
    email = "" if row["email"] == "anonymous" else plain_name(row["email"])  # what Microsoft Forms writes
    identifier = plain_name(row["identifier"].removeprefix("#"))
    whole = _whole_name(row)
    name = whole or identifier or login or email.partition("@")[0]
    if not name:
        raise FileError(file, row.line, "nothing in this line tells who it is", "Write a name, a login or an e-mail.")
    if len(name) > _LONGEST_NAME:
        raise FileError(file, row.line, f"this name has {len(name)} letters", f"At most {_LONGEST_NAME}, please.")
    if not email and "@" in identifier:
        email = identifier
    return RosterEntry(row.line, name, login, email, identifier if identifier not in (email, login) else "")


def _with_teams(people: Sequence[tuple[RosterEntry, str]], file: str) -> list[RosterEntry]:
    """The people without a team, and each team once, where its first member stands."""
    teams: dict[str, RosterEntry] = {}
    in_order: dict[object, RosterEntry] = {}
    seen: dict[tuple[str, str], RosterEntry] = {}
    for entry, team in people:
        _check_twice(entry, key_of(team), seen, file)
        if not team:
            in_order[entry.line] = entry
            continue
        known = teams.get(key_of(team)) or RosterEntry(entry.line, team, is_team=True)
        members = (*known.members, Member(entry.name, entry.login, entry.email))
        teams[key_of(team)] = in_order[key_of(team)] = replace(known, members=members)
    return list(in_order.values())


def _check_twice(entry: RosterEntry, team: str, seen: dict[tuple[str, str], RosterEntry], file: str) -> None:
    """Raise `FileError` where one person stands in a roster twice: two may share a name, but no login or e-mail."""
    for what, word in (("login", entry.login), ("e-mail address", entry.email)):
        if not word:
            continue
        before = seen.setdefault((what, f"{team}\0{key_of(word)}"), entry)
        if before is not entry:
            raise FileError(
                file,
                entry.line,
                f'{entry.name} has the same {what} as {before.name} in line {before.line}: "{word}"',
                "If it is one person, take one of the lines out.",
            )


def match(roster: Roster, people: Sequence[Person], taken: Iterable[str] = ()) -> Matched:
    """Find the people of a roster in a workshop, and give the others folders; `taken` are further names in use.

    Raises `FileError` naming the lines of which each may be the same person of the workshop, or that of somebody whose
    name holds no letter to make a folder's name of.
    """
    found = _Finder(roster, people).found()
    used = {key_of(name) for name in (*taken, *(person.folder for person in people))}
    known, new, changed = [], [], []
    for entry in roster.entries:
        person = found.get(entry.line)
        if person is None:
            person = _person(entry, roster.file, used)
            used.add(key_of(person.folder))
            new.append((entry, person))
            continue
        known.append((entry, person))
        if {member.name for member in person.members} != {member.name for member in entry.members}:
            changed.append(person)
    return Matched(tuple(known), tuple(new), tuple(changed))


class _Finder:
    """Finds people that a workshop has already; each is found once, so that two of one name stay two."""

    def __init__(self, roster: Roster, people: Sequence[Person]) -> None:
        self._roster = roster
        self._left = {person.folder: person for person in people}
        self._found: dict[int, Person] = {}
        self._by: dict[tuple[str, str], list[Person]] = {}
        for person in people:
            for what in _TOLD_BY:
                self._by.setdefault((what, key_of(getattr(person, what))), []).append(person)

    def found(self) -> dict[int, Person]:
        """Return who is known, by the lines of the roster: all by what is surest, before any by what is less sure."""
        for what in _TOLD_BY:
            entries = [entry for entry in self._roster.entries if entry.line not in self._found]
            if what == "name":
                self._check_namesakes(entries)
            for entry in entries:
                person = next(self._fitting(entry, what), None)
                if person is not None:
                    self._found[entry.line] = self._left.pop(person.folder)
        return self._found

    def _fitting(self, entry: RosterEntry, what: str) -> Iterator[Person]:
        """Those who are left and may be the one of a line, by their e-mail address, login, identifier or name."""
        word = getattr(entry, what)
        for person in self._by.get((what, key_of(word)), []) if word else []:
            if person.folder in self._left and _may_be(entry, person, what):
                yield person

    def _check_namesakes(self, entries: Sequence[RosterEntry]) -> None:
        """Raise `FileError` where several lines may be one person, by the name alone: nobody gets another one's work.

        Lines that say the same are as good as one another, where there are as many people for them.
        """
        lines: dict[str, list[RosterEntry]] = {}
        for entry in entries:
            for person in self._fitting(entry, "name"):
                lines.setdefault(person.folder, []).append(entry)
        for folder, found in lines.items():
            people = len(list(self._fitting(found[0], "name")))
            if len(found) > 1 and (len(found) > people or len({_told_by(entry) for entry in found}) > 1):
                numbers = [str(entry.line) for entry in found]
                raise FileError(
                    self._roster.file,
                    found[-1].line,
                    f"lines {', '.join(numbers[:-1])} and {numbers[-1]} may {'both' if len(found) == 2 else 'all'} be "
                    f"{self._left[folder].name}, who has the folder {folder}",
                    "Write below that folder in workshop.yml what the line of this person has: its `email:`, `login:` "
                    "or `identifier:`. Where a line has none of them, give it one.",
                )


def _told_by(entry: RosterEntry) -> tuple[str, ...]:
    return tuple(key_of(getattr(entry, what)) for what in _TOLD_BY)


def _may_be(entry: RosterEntry, person: Person, what: str) -> bool:
    """Tell whether nothing speaks against these two being one, who have the same e-mail address, login, … (`what`).

    For a name, another login, e-mail address or identifier does. An identifier may be a number that another platform
    gave to somebody else, so with that it is another name, but for who had no other name than it.
    """
    if entry.is_team != bool(person.members):
        return False
    if what == "identifier":
        return key_of(person.name) in (key_of(entry.name), key_of(entry.identifier))
    pairs = ((getattr(entry, one), getattr(person, one)) for one in _TOLD_BY)
    return what != "name" or all(not mine or not theirs or key_of(mine) == key_of(theirs) for mine, theirs in pairs)


def _person(entry: RosterEntry, file: str, used: set[str]) -> Person:
    words = (entry.name, entry.login, entry.email.partition("@")[0], entry.identifier)
    folder = next(filter(None, map(folder_name, words)), "")
    if not folder:
        raise FileError(
            file,
            entry.line,
            f'no folder can be named after "{entry.name}": there is no letter and no digit in it',
            "Add a login or an e-mail address to this line.",
        )
    return Person(
        unique(folder, used), entry.name, entry.login, entry.email, entry.members, identifier=entry.identifier
    )


_FIELDS = re.compile(r"\{([^{}]*)\}")
_IN_ADDRESS = re.compile(r"[\w@+-][\w.@+-]*")


def check_remote_template(template: str) -> None:
    """Raise `UsageError` for a template of remotes that is none, or that is one address for everybody."""
    fields = _FIELDS.findall(template)
    wrong = [field for field in fields if field not in ("login", "folder")]
    if wrong or not fields:
        said = f"{{{wrong[0]}}} is nothing that a person has" if wrong else "it would be one address for everybody"
        raise UsageError(
            f'--remote-template "{template}": {said}.',
            "{login} and {folder} stand for a person's own: git@example.org:course/{login}.git",
        )
    if is_odd(template):
        raise UsageError(
            f'--remote-template "{template}" is no address and no folder.',
            "For example: git@example.org:course/{login}.git",
        )


def with_remotes(
    new: Sequence[tuple[RosterEntry, Person]], template: str, file: str, *, known: bool = False
) -> list[Person]:
    """Return the new people with their remotes; `known` tells that the template stands in workshop.yml already.

    Raises `FileError` naming the line where a remote cannot be made.
    """
    found = []
    for entry, person in new:
        if "{login}" in template and not _IN_ADDRESS.fullmatch(person.login):
            raise _without_login(entry, person, file, known=known)
        remote = template.replace("{login}", person.login).replace("{folder}", person.folder)
        found.append(replace(person, remote=remote))
    twice = [remote for remote, count in Counter(key_of(one.remote) for one in found).items() if count > 1]
    if twice:
        lines = [str(entry.line) for (entry, _), one in zip(new, found, strict=True) if key_of(one.remote) == twice[0]]
        raise FileError(file, int(lines[-1]), f"lines {' and '.join(lines)} would share the remote {twice[0]}")
    return found


def _without_login(entry: RosterEntry, person: Person, file: str, *, known: bool) -> FileError:
    """The error for somebody for whose login there is a place in the template of remotes, and who has none."""
    if entry.is_team:
        said = f"the team {entry.name} has no login of its own, and the remote template has {{login}} in it"
        also = "Or leave this team's column empty: then each member has a repository."
    else:
        has = f'the login "{person.login}" cannot stand in an address' if person.login else "there is no login"
        said = f"{entry.name}: {has}, and the remote template has {{login}} in it"
        also = "Or write a login into this line."
    where = "`remote_template:` of workshop.yml (who has a repository keeps it)" if known else "--remote-template"
    name = f"(here: {person.folder})"
    return FileError(file, entry.line, said, f"Write {{folder}} instead of {{login}} in {where} {name}. {also}")
