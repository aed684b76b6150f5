"""Reads a roster, and finds the folder for each person.

A roster is a CSV file with the people of a workshop. People whom the workshop knows already keep their folders, even if
the roster changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from starterkit.errors import FileError, UsageError
from starterkit.workshop.model import Member, Person, is_odd
from starterkit.workshop.names import folder_name, key_of, plain_name, unique
from starterkit.workshop.roster_columns import RosterRow, read_table

_MOST_PEOPLE = 10_000
_SPLIT = "Split the roster, and create a workshop for each part."
_LONGEST_NAME = 500
_A_COUNT = 3  # in a roster with at least this many people, identifiers 1, 2, 3, … are only line numbers
# Gradebooks of learning platforms have lines with these names, which aren't people.
_NO_PEOPLE = ("points possible", "student, test", "points", "total", "class average", "overall average")
_IDENTIFIED_BY = ("email", "login", "identifier", "name")  # the fields that identify a person, most reliable first
_PROFILE = re.compile(r"^(?:https?://)?[\w.-]+\.\w+/@?([^/\s]+)/?$")


@dataclass(frozen=True)
class RosterEntry:
    """A person or team in a roster. `line` is the number of their first line in the file."""

    line: int
    name: str
    login: str = ""
    email: str = ""
    identifier: str = ""
    members: tuple[Member, ...] = ()
    is_team: bool = False


@dataclass(frozen=True)
class Roster:
    """The people and teams of a roster, in file order.

    `left_out` has the number and first text of each line without a person. `columns` maps the columns that starterkit
    uses (such as `email`) to their titles in the file. `unused` are the titles of other columns.
    """

    file: str
    entries: tuple[RosterEntry, ...]
    left_out: tuple[tuple[int, str], ...] = ()
    columns: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class Matched:
    """A roster compared with the people of a workshop.

    It has the known people, the new people, and the teams that have other members now.
    """

    known: tuple[tuple[RosterEntry, Person], ...]
    new: tuple[tuple[RosterEntry, Person], ...]
    changed_teams: tuple[Person, ...] = ()


def read_roster(file: Path) -> Roster:
    """Read a roster. Raises `UsageError` if it can't be read, and `FileError` with the line of an invalid entry."""
    try:
        data = file.read_bytes()
    except OSError as error:
        message = f"starterkit can't read the roster {file}: {error.strerror or error}."
        raise UsageError(message, "Use a CSV file with the participants, for example roster.csv.") from error
    return parse_roster(data, str(file))


def parse_roster(data: bytes, file: str) -> Roster:
    """Return the roster in the bytes of a CSV file. Error messages name `file`. Raises `FileError`."""
    people: list[tuple[RosterEntry, str]] = []
    table = read_table(data, file)
    left_out = [(line, plain_name(text)) for line, text in table.above]
    for row in table.rows:
        if text := row["name"] if row.cells == table.columns else _text_of_the_platform(row):
            left_out.append((row.line, plain_name(text)))
        else:
            people.append((_entry(row, file), plain_name(row["team"])))
    if len(people) >= _A_COUNT and all(entry.identifier == str(at) for at, (entry, _) in enumerate(people, 1)):
        people = [(replace(entry, identifier=""), team) for entry, team in people]
    entries = _with_teams(people, file)
    if not entries:
        fix = "Below the first line, write a line for each participant."
        raise FileError(file, None, "this roster has no participants", fix)
    if len(entries) > _MOST_PEOPLE:
        raise FileError(
            file, entries[_MOST_PEOPLE].line, f"this roster has more than {_MOST_PEOPLE:,} participants", _SPLIT
        )
    return Roster(file, tuple(entries), tuple(left_out), table.columns, table.unused)


def _text_of_the_platform(row: RosterRow) -> str:
    """Return a line's text if the line doesn't name a person (such as "points possible"), or ""."""
    if not any(row.cells.values()):
        return row.other
    name = row["name"] or ", ".join(filter(None, (row["last"], row["first"])))
    return name if name.casefold() in _NO_PEOPLE and not row["email"] else ""


def _whole_name(row: RosterRow) -> str:
    name, first, last = (plain_name(row[column]) for column in ("name", "first", "last"))
    if not name:
        return plain_name(f"{first} {last}")
    return name if first or last.casefold() in name.casefold() else f"{name} {last}"


def _entry(row: RosterRow, file: str) -> RosterEntry:
    login = plain_name(_PROFILE.sub(r"\1", row["login"]).lstrip("@#"))  # Brightspace adds a `#` to each login
    email = "" if row["email"] == "anonymous" else plain_name(row["email"])  # Microsoft Forms writes "anonymous"
    identifier = plain_name(row["identifier"].removeprefix("#"))
    name = _whole_name(row) or identifier or login or email.partition("@")[0]
    if not name:
        raise FileError(
            file, row.line, "this line doesn't name a participant", "Add a name, a login or an e-mail address."
        )
    if len(name) > _LONGEST_NAME:
        fix = f"Shorten the name to at most {_LONGEST_NAME} characters."
        raise FileError(file, row.line, f"the name in this line is too long ({len(name)} characters)", fix)
    if not email and "@" in identifier:
        email = identifier
    return RosterEntry(row.line, name, login, email, identifier if identifier not in (email, login) else "")


def _with_teams(people: Sequence[tuple[RosterEntry, str]], file: str) -> list[RosterEntry]:
    in_order: dict[object, RosterEntry] = {}
    seen: dict[tuple[str, str], RosterEntry] = {}
    for entry, team in people:
        key = key_of(team)
        _check_twice(entry, key, seen, file)
        if team:
            known = in_order.get(key) or RosterEntry(entry.line, team, is_team=True)
            members = (*known.members, Member(entry.name, entry.login, entry.email))
            in_order[key] = replace(known, members=members)
        else:
            in_order[entry.line] = entry
    return list(in_order.values())


def _check_twice(entry: RosterEntry, team: str, seen: dict[tuple[str, str], RosterEntry], file: str) -> None:
    for kind, text in (("login", entry.login), ("e-mail address", entry.email)):
        before = seen.setdefault((kind, f"{team}\0{key_of(text)}"), entry) if text else entry
        if before is not entry:
            message = f'{entry.name} has the same {kind} as {before.name} in line {before.line}: "{text}"'
            raise FileError(file, entry.line, message, "If this is the same person, delete one of the two lines.")


def match(roster: Roster, people: Sequence[Person], taken: Iterable[str] = ()) -> Matched:
    """Find which entries of a roster are people of the workshop. The others are new people and get a folder.

    New folders differ from the names in `taken`. Raises `FileError` if it is unclear who an entry is.
    """
    persons = _known_people(roster, people)
    used = {key_of(name) for name in (*taken, *(person.folder for person in people))}
    known, new, changed = [], [], []
    for entry in roster.entries:
        person = persons.get(entry.line)
        if person is None:
            person = _person(entry, roster.file, used)
            used.add(key_of(person.folder))
            new.append((entry, person))
            continue
        known.append((entry, person))
        if {member.name for member in person.members} != {member.name for member in entry.members}:
            changed.append(person)
    return Matched(tuple(known), tuple(new), tuple(changed))


def _known_people(roster: Roster, people: Sequence[Person]) -> dict[int, Person]:
    left = {person.folder: person for person in people}
    known: dict[int, Person] = {}
    for name in _IDENTIFIED_BY:
        by_key: dict[str, list[Person]] = {}
        for person in left.values():
            by_key.setdefault(key_of(getattr(person, name)), []).append(person)
        candidates: list[tuple[RosterEntry, list[Person]]] = []
        for entry in roster.entries:
            if entry.line not in known and getattr(entry, name):
                equal = by_key.get(key_of(getattr(entry, name)), ())
                candidates.append((entry, [person for person in equal if _may_be(entry, person, name)]))
        if name == "name":
            _check_namesakes(candidates, roster.file)
        for entry, persons in candidates:
            person_left = next((person for person in persons if person.folder in left), None)
            if person_left is not None:
                known[entry.line] = left.pop(person_left.folder)  # a person can only match one line
    return known


def _check_namesakes(candidates: Sequence[tuple[RosterEntry, list[Person]]], file: str) -> None:
    entries_of: dict[str, list[tuple[RosterEntry, int]]] = {}
    names = {}
    for entry, persons in candidates:
        for person in persons:
            entries_of.setdefault(person.folder, []).append((entry, len(persons)))
            names[person.folder] = person.name
    for folder, rows in entries_of.items():
        keys = {tuple(key_of(getattr(entry, name)) for name in _IDENTIFIED_BY) for entry, _ in rows}
        # Lines with equal data are fine if the workshop has as many people with this data.
        if len(rows) > 1 and (len(rows) > rows[0][1] or len(keys) > 1):
            *lines, last = (entry.line for entry, _ in rows)
            raise FileError(
                file,
                last,
                f"lines {', '.join(map(str, lines))} and {last} may {'both' if len(rows) == 2 else 'all'} mean "
                f"{names[folder]} (folder {folder})",
                "Add an e-mail address, a login or an identifier to each line. Then copy the right value into "
                f"workshop.yml, below the folder {folder}, as `email:`, `login:` or `identifier:`.",
            )


def _may_be(entry: RosterEntry, person: Person, equal: str) -> bool:
    """True if a roster entry may be this person. `equal` names a field in which both are equal."""
    if entry.is_team != bool(person.members):
        return False
    if equal == "identifier":  # platforms reuse identifiers, so the names must match too
        return key_of(person.name) in (key_of(entry.name), key_of(entry.identifier))
    pairs = ((key_of(getattr(entry, name)), key_of(getattr(person, name))) for name in _IDENTIFIED_BY)
    return equal != "name" or all(left == right for left, right in pairs if left and right)


def _person(entry: RosterEntry, file: str, used: set[str]) -> Person:
    texts = (entry.name, entry.login, entry.email.partition("@")[0], entry.identifier)
    folder = next(filter(None, map(folder_name, texts)), "")
    if not folder:
        message = f'"{entry.name}" can\'t become the name of a folder, because it has no letter or digit'
        raise FileError(file, entry.line, message, "Add a login or an e-mail address to this line.")
    folder = unique(folder, used)
    return Person(folder, entry.name, entry.login, entry.email, entry.members, identifier=entry.identifier)


_FIELDS = re.compile(r"\{([^{}]*)\}")
_IN_ADDRESS = re.compile(r"[\w@+-][\w.@+-]*")


def check_remote_template(template: str) -> None:
    """Raise `UsageError` if a remote template is invalid or would give all people the same URL.

    A remote template is a URL or folder with {login} or {folder}.
    """
    fields = _FIELDS.findall(template)
    wrong = [field for field in fields if field not in ("login", "folder")]
    if wrong or not fields:
        reason = f"{{{wrong[0]}}} isn't a valid placeholder" if wrong else "all participants would have the same URL"
        fix = "Use {login} or {folder}, for example: git@example.org:course/{login}.git"
        raise UsageError(f'Invalid --remote-template "{template}": {reason}.', fix)
    if is_odd(template):
        message = f'Invalid --remote-template "{template}": it isn\'t a URL or a folder.'
        raise UsageError(message, "For example: git@example.org:course/{login}.git")


def with_remotes(
    new: Sequence[tuple[RosterEntry, Person]], template: str, file: str, *, known: bool = False
) -> list[Person]:
    """Return the new people, each with the remote that the remote template gives them.

    `known` says that the template comes from workshop.yml and not from the command, for the error message. Raises
    `FileError` if a person lacks a login that the template needs, or if two people get the same remote.
    """
    people: list[Person] = []
    lines: dict[str, list[str]] = {}
    for entry, person in new:
        if "{login}" in template and not _IN_ADDRESS.fullmatch(person.login):
            raise _without_login(entry, person, file, known=known)
        remote = template.replace("{login}", person.login).replace("{folder}", person.folder)
        people.append(replace(person, remote=remote))
        lines.setdefault(key_of(remote), []).append(str(entry.line))
    for remote, same in lines.items():
        if len(same) > 1:
            raise FileError(
                file,
                int(same[-1]),
                f"lines {' and '.join(same)} have the same repository URL {remote}",
                "Write a different login into each line.",
            )
    return people


def _without_login(entry: RosterEntry, person: Person, file: str, *, known: bool) -> FileError:
    if entry.is_team:
        message = f"the team {entry.name} has no login, but the remote template contains {{login}}"
        also = "Or leave the team column empty. Then each member has a repository."
    else:
        has = f'the login "{person.login}" can\'t be part of a URL' if person.login else "no login"
        message = f"{entry.name}: {has}, but the remote template contains {{login}}"
        also = "Or correct the login in this line."
    where = "in `remote_template:` of workshop.yml" if known else "in --remote-template"
    kept = "Existing repositories don't change. " if known else ""
    fix = f"Replace {{login}} by {{folder}} {where}. Here, {{folder}} is {person.folder}. {kept}{also}"
    return FileError(file, entry.line, message, fix)
