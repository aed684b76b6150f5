"""Reads and writes workshop.yml, and locks the workshop for one command at a time."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path

from starterkit.errors import FileError, UsageError
from starterkit.git.objects import FILE, FULL_ID, File
from starterkit.git.worktree import write_file
from starterkit.paths import folder_with, locked
from starterkit.progress import Progress
from starterkit.workshop.model import HANDOUTS, METHODS, WORKSHOP_FILE, Member, Person, Workshop, is_odd
from starterkit.workshop.names import is_safe, key_of
from starterkit.yamlfile import Value, parse

DRAFT = ".making-"
_FORMAT = 1
_REQUIRED = ("format", "template", "version", "answers", "step", "solved", "path", "texts", "people")
_OLDER = ("imported", "group")
_PERSON_KEYS = ("login", "email", "identifier", "remote", "begins")
_WEEK = re.compile(r"\d{4}-?W\d{2}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}")
# JSON allows these characters in strings, but YAML doesn't.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def is_workshop(folder: Path) -> bool:
    """True if the folder contains a workshop: a file workshop.yml."""
    return (folder / WORKSHOP_FILE).is_file()


def open_workshop(folder: Path) -> Workshop:
    """Read the workshop in this folder. Raises `UsageError` without workshop.yml, `FileError` if it is invalid."""
    try:
        data = (folder / WORKSHOP_FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise UsageError(
            f"{folder} isn't a workshop, because it has no {WORKSHOP_FILE}.",
            "Go to the workshop's folder, or use `starterkit -C FOLDER workshop …`. "
            "To create a workshop, type `starterkit workshop create ROSTER.csv`.",
        ) from None
    return read_workshop(data, folder)


def find_workshop(start: Path) -> Path:
    """Return the workshop's folder: `start` or its nearest parent with a workshop.yml. Raises `UsageError`."""
    start = start.absolute()
    return folder_with(WORKSHOP_FILE, start) or open_workshop(start).folder


@contextmanager
def working(folder: Path, say: Progress) -> Iterator[None]:
    """Lock the workshop for this command during the block. Another command waits until it ends.

    Removes unfinished repositories that a killed command left.
    """
    repositories = folder / "repos"
    repositories.mkdir(parents=True, exist_ok=True)
    with locked(repositories / ".lock", say=say, what="this workshop"):
        for draft in repositories.glob(f"{DRAFT}*"):
            shutil.rmtree(draft, ignore_errors=True)
        yield


def add_people(workshop: Workshop, new: Sequence[Person]) -> Workshop:
    """Write new people into workshop.yml. Return the larger workshop.

    Existing lines stay unchanged, with the instructor's comments. If the people can't be appended at the end, the whole
    file is written again.
    """
    larger = replace(workshop, people=(*workshop.people, *new))
    if not is_workshop(workshop.folder):
        return save(larger)
    if not new:
        return workshop
    appended = workshop.file.read_bytes().rstrip() + b"\n" + _people_bytes(new)
    try:
        is_right = bool(workshop.people) and read_workshop(appended, workshop.folder).people == larger.people
    except FileError:  # raised if `people:` isn't the last key, because the instructor has moved it
        is_right = False
    if not is_right:
        return save(larger)
    write_file(workshop.folder, WORKSHOP_FILE, File(FILE, appended))
    return larger


def save(workshop: Workshop) -> Workshop:
    """Write the whole workshop.yml in one step, and return the workshop. Comments in the old file are lost."""
    write_file(workshop.folder, WORKSHOP_FILE, File(FILE, workshop_bytes(workshop)))
    return workshop


def read_workshop(data: bytes, folder: Path) -> Workshop:
    """Return the workshop in the bytes of a workshop.yml. Raises `FileError` with the line of a mistake."""
    optional = ("remote_template", "due", "handouts", "corrected", *_OLDER)
    keys = parse(data, WORKSHOP_FILE).mapping(_REQUIRED, optional)
    keys["format"].integer(_FORMAT, _FORMAT)
    for name in ("path", "texts"):
        if not FULL_ID.fullmatch(keys[name].scalar()):
            raise keys[name].wrong("expected a git id (40 hexadecimal digits)")
    answers = keys["answers"].mapping((), optional=None)
    handouts = keys["handouts"].mapping((), HANDOUTS) if "handouts" in keys else {}
    return Workshop(
        folder=folder,
        answers={name: value.scalar() for name, value in answers.items()},
        solved=keys["solved"].boolean(),
        due=_due(keys.get("due")),
        people=_people(keys["people"]),
        handouts={method: value.text() for method, value in handouts.items()},
        older={name: _plain_value(keys[name]) for name in _OLDER if name in keys},
        **{name: keys[name].text() for name in ("template", "version", "step", "path", "texts")},
        **{name: _optional(keys, name) for name in ("remote_template", "corrected")},
    )


def _optional(keys: Mapping[str, Value], name: str) -> str:
    return keys[name].scalar() if name in keys else ""


def _due(value: Value | None) -> datetime | None:
    if value is None or not value.scalar():
        return None
    try:
        return parse_time(value.scalar())
    except UsageError as error:
        raise value.wrong(error.message, error.fix) from error


def _people(value: Value) -> tuple[Person, ...]:
    people: dict[str, Person] = {}
    for item in value.items():
        keys = item.mapping(("folder", "name"), (*_PERSON_KEYS, "members"))
        person = Person(
            folder=keys["folder"].text(),
            name=keys["name"].text(),
            members=tuple(map(_member, keys["members"].items())) if "members" in keys else (),
            begins=keys["begins"].choice(METHODS) if "begins" in keys else "",
            **{name: _optional(keys, name) for name in ("login", "email", "identifier", "remote")},
        )
        if not is_safe(person.folder):
            raise keys["folder"].wrong("some machines can't have a folder with this name", "Use letters, digits and -.")
        if is_odd(person.remote):
            raise keys["remote"].wrong("this isn't a URL or a folder", "For example: git@example.org:ada/site.git")
        if key_of(person.folder) in people:
            message = f'two people have the folder "{person.folder}"'
            raise keys["folder"].wrong(message, "Give each person another folder.")
        people[key_of(person.folder)] = person
    return tuple(people.values())


def _member(value: Value) -> Member:
    if not value.is_mapping():
        return Member(value.text())
    keys = value.mapping(("name",), ("login", "email"))
    return Member(keys["name"].text(), _optional(keys, "login"), _optional(keys, "email"))


def _plain_value(value: Value) -> object:
    """Return the text, list or mapping of a key that only older versions use. It is written back unchanged."""
    if value.is_mapping():
        return {name: _plain_value(item) for name, item in value.mapping((), optional=None).items()}
    return [_plain_value(item) for item in value.items()] if value.is_list() else value.scalar()


def workshop_bytes(workshop: Workshop) -> bytes:
    """Return the content of workshop.yml. People come last, so that `add_people` can append to it."""
    optional = {
        "corrected": workshop.corrected,
        "remote_template": workshop.remote_template,
        "due": workshop.due.isoformat(timespec="seconds") if workshop.due else "",
        "handouts": workshop.handouts,
    }
    lines = [
        "# A starterkit workshop: the participants, and the step where they begin. You may put it under git.",
        "# You may edit `remote`, `due` and names. Don't edit `folder`: repos/ and results/ have files of this name.",
        f"format: {_FORMAT}",
        *(
            line
            for name in ("template", "version", "answers", "step")
            for line in yaml_lines(name, vars(workshop)[name])
        ),
        f"solved: {'true' if workshop.solved else 'false'}",
        *yaml_lines("path", workshop.path),
        *yaml_lines("texts", workshop.texts),
        *(line for name, value in optional.items() if value for line in yaml_lines(name, value)),
        *(line for name, value in workshop.older.items() for line in yaml_lines(name, value)),
        "people:" if workshop.people else "people: []",
    ]
    return "".join(f"{line}\n" for line in lines).encode() + _people_bytes(workshop.people)


def _people_bytes(people: Sequence[Person]) -> bytes:
    lines: list[str] = []
    for person in people:
        lines += _item_lines({name: getattr(person, name) for name in ("folder", "name", *_PERSON_KEYS)}, "  ")
        if person.members:
            lines.append("    members:")
        for member in person.members:
            lines += _item_lines(vars(member), "      ")
    return "".join(f"{line}\n" for line in lines).encode()


def _item_lines(texts: Mapping[str, str], indent: str) -> list[str]:
    lines = [f"{key}: {_quoted(text)}" for key, text in texts.items() if text]
    return [f"{indent}{'  ' if number else '- '}{line}" for number, line in enumerate(lines)]


def yaml_lines(key: str, value: object, indent: str = "") -> list[str]:
    """Return the lines of a key and its value (a text, mapping or list) in YAML."""
    if isinstance(value, Mapping):
        lines, empty = _mapping_lines(value, f"{indent}  "), "{}"
    elif isinstance(value, list | tuple):
        lines, empty = [line for item in value for line in _list_item(item, f"{indent}  ")], "[]"
    else:
        lines, empty = [], _quoted(str(value))
    return [f"{indent}{key}:", *lines] if lines else [f"{indent}{key}: {empty}"]


def _mapping_lines(values: Mapping[object, object], indent: str) -> list[str]:
    return [line for name, value in values.items() for line in yaml_lines(_quoted(str(name)), value, indent)]


def _list_item(value: object, indent: str) -> list[str]:
    if isinstance(value, Mapping) and value:
        lines = _mapping_lines(value, f"{indent}  ")
        return [f"{indent}- {lines[0].lstrip()}", *lines[1:]]
    return [f"{indent}- {_quoted(str(value))}"]


def _quoted(text: str) -> str:
    """Return a text in double quotes. It is valid YAML and JSON, and means the same text in both."""
    return _ESCAPED.sub(lambda character: f"\\u{ord(character[0]):04x}", json.dumps(text, ensure_ascii=False))


def parse_time(text: str) -> datetime:
    """Parse a time that an instructor typed (default: this machine's time zone).

    A date without a time means the end of that day. A time without a date means today. The result has a time zone.
    Raises `UsageError` for an invalid time.
    """
    text = text.strip()
    try:
        parsed = _parsed(text)
        local = parsed.astimezone()
    except (ValueError, OverflowError, OSError):
        fix = 'Use one of these forms: 2026-11-30, "2026-11-30 17:00" or 2026-11-30T17:00+01:00.'
        raise UsageError(f'Invalid time "{text}".', fix) from None
    return parsed if parsed.tzinfo else local


def _parsed(text: str) -> datetime:
    if _WEEK.fullmatch(text):
        raise ValueError("Python reads a week as its first day, and a user more likely means its last day")
    if _CLOCK.fullmatch(text):
        return datetime.combine(datetime.now(), time.fromisoformat(text.zfill(5)))
    try:
        return datetime.combine(date.fromisoformat(text), time(23, 59, 59))
    except ValueError:
        return datetime.fromisoformat(text)
