"""A workshop is a folder: workshop.yml, repos/ and results/.

    repos/.path.git      the objects of the path, its two refs, and `main` as everybody begins
    repos/<folder>.git   one for each person or team; borrows the objects of .path.git
                         refs/heads/*             what they push here (people without a remote)
                         refs/collected/heads/*   what `collect` fetched (people with a remote)
                         refs/starterkit/*        the two refs of the path
    results/<folder>.jsonl

A person with a `remote` (an address, or a folder) works there; without one, they push to repos/<folder>.git.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path

from starterkit.errors import FileError, UsageError
from starterkit.paths import expand_user_path, folder_with
from starterkit.repository.bare import HEADS
from starterkit.repository.objects import FULL_ID
from starterkit.workshop.lines import lines_of, person_lines
from starterkit.workshop.naming import is_safe, key_of, told_apart
from starterkit.yamlfile import Value, parse

WORKSHOP_FILE = "workshop.yml"
WORKSHOP_FORMAT = 1
COLLECTED_HEADS = "refs/collected/heads/"
_REQUIRED = ("format", "template", "version", "answers", "step", "solved", "path", "texts", "people")
_OLDER = ("imported", "group")
HANDOUTS = ("zip", "folders")
WAYS = (*HANDOUTS, "clone")
_OF_A_PERSON = ("login", "email", "identifier", "remote", "begins")
# One letter before a colon is a drive of Windows.
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|(?:[\w.-]+@)?[\w.-]{2,}:(?!//)")


@dataclass(frozen=True)
class Member:
    """One person of a team."""

    name: str
    login: str = ""
    email: str = ""


@dataclass(frozen=True)
class Person:
    """One person, or one team with its members.

    `folder` is a safe, readable name, unique in the workshop. `remote` is where the work lives: an address, or a folder
    (from the workshop's own, where it is not absolute); empty: they push to repos/<folder>.git itself.
    `identifier` is a number or word that stands for them in the roster, a student number, say.
    `begins` is one of `WAYS`, and empty where the workshop has had but one way for all of them.
    """

    folder: str
    name: str
    login: str = ""
    email: str = ""
    members: tuple[Member, ...] = ()
    remote: str = ""
    begins: str = ""
    identifier: str = ""

    @property
    def everybody(self) -> tuple[Member, ...]:
        """The members of a team, or this one person alone."""
        return self.members or (Member(self.name, self.login, self.email),)

    @property
    def heads(self) -> str:
        """The beginning of the names of the refs in which this person's branches lie in repos/<folder>.git."""
        return COLLECTED_HEADS if self.remote else HEADS

    @property
    def has_address(self) -> bool:
        """Whether the remote is an address for git (`https://…`, `git@host:…`) and no folder."""
        return is_address(self.remote)


def is_address(words: str) -> bool:
    """Tell whether these words are an address for git (`https://…`, `git@host:…`) and no folder."""
    return _ADDRESS.match(words) is not None


def is_odd(remote: str) -> bool:
    """Tell whether git would do something else with an address than fetch from it."""
    return remote.startswith("-") or "::" in remote.partition("/")[0]


@dataclass(frozen=True)
class Workshop:
    """A workshop that was opened. `step` and `solved` say where everybody begins; base counts as solved.

    `handouts` names the folders in which zips (`zip`) and working folders (`folders`) were written for people; what
    stands last in it is the way in which those who are new begin.
    `corrected` is the place of the template from which the path was corrected, empty where it is that of `template`.
    `older` has the keys that older versions wrote and this one only keeps.
    """

    folder: Path
    template: str
    version: str
    answers: Mapping[str, str]
    step: str
    solved: bool
    path: str
    texts: str
    remote_template: str = ""
    due: datetime | None = None
    people: tuple[Person, ...] = ()
    handouts: Mapping[str, str] = field(default_factory=dict)
    corrected: str = ""
    older: Mapping[str, object] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.folder / WORKSHOP_FILE

    @property
    def path_repository(self) -> Path:
        return self.folder / "repos" / ".path.git"

    def repository(self, person: Person) -> Path:
        """Return where a person's bare repository is."""
        return self.folder / "repos" / f"{person.folder}.git"

    def results(self, person: Person) -> Path:
        """Return the file with what is known of a person."""
        return self.folder / "results" / f"{person.folder}.jsonl"

    def remote_folder(self, person: Person) -> Path | None:
        """Return the folder in which a person works, or None where that is an address or nothing was said.

        Raises `FileError` where it is in a home folder that this machine does not know.
        """
        return self._place(person.remote) if person.remote and not person.has_address else None

    def works_in(self, person: Person, folder: Path) -> bool:
        """Tell whether a person works in this very folder, however its place is written."""
        mine = self.remote_folder(person)
        return mine is not None and os.path.realpath(mine) == os.path.realpath(folder)

    def is_from_template(self, person: Person) -> bool:
        """Tell whether a person's remote is the one that the remote template names."""
        remote = self.remote_template.replace("{login}", person.login).replace("{folder}", person.folder)
        return bool(remote) and remote == person.remote

    def way_of(self, person: Person) -> str:
        """Return how a person began, one of `WAYS`.

        Older workshops don't keep this for each person. If they have two ways, the person's remote decides.
        """
        if person.begins or not self.handouts:
            return person.begins or "clone"
        if self.is_from_template(person):
            return list(self.handouts)[-1]
        folders = self.handout_folder("folders")
        if folders is not None and self.works_in(person, folders / person.folder):
            return "folders"
        return "zip" if "zip" in self.handouts else "clone"

    def waits_for(self, person: Person) -> bool:
        """Tell whether a person began with a zip, and no remote names the folder that they handed in."""
        return self.way_of(person) == "zip" and not person.remote

    def handout_folder(self, way: str) -> Path | None:
        """Return where what is handed out lies, for the ways `zip` and `folders`; None where nothing was.

        Raises as `remote_folder` does.
        """
        return self._place(self.handouts[way]) if way in self.handouts else None

    def _place(self, words: str) -> Path:
        try:
            return expand_user_path(words, self.folder)
        except UsageError as wrong:
            raise FileError(WORKSHOP_FILE, None, wrong.message.removesuffix("."), wrong.fix) from wrong

    @cached_property
    def called(self) -> Mapping[str, str]:
        """What everybody is called on a screen, by their folders: those of one name are told apart."""
        return told_apart((one.folder, one.name, one.login) for one in self.people)

    @cached_property
    def by_word(self) -> Mapping[str, tuple[Person, ...]]:
        """The people by every word that may stand for them: folder, login, name, e-mail; letter case does not count.

        A team has its own words, and those of its members.
        """
        found: dict[str, dict[str, Person]] = {}
        for person in self.people:
            of_members = (word for one in person.members for word in (one.login, one.name, one.email))
            for word in (person.folder, person.login, person.name, person.email, *of_members):
                if word:
                    found.setdefault(key_of(word), {})[person.folder] = person
        return {word: tuple(people.values()) for word, people in found.items()}

    def chosen(self, words: Sequence[str]) -> tuple[Person, ...]:
        """Return the people that the words name (none: everybody). Raises `UsageError` for a word that names nobody."""
        from starterkit.yamlfile import nearest

        wanted: set[str] = set()
        for word in words:
            exact = [person for person in self.people if person.folder == word]
            people = exact or self.by_word.get(key_of(word), ())
            if not people:
                raise UsageError(
                    f'Nobody in this workshop is called "{word}".', nearest(word, [one.folder for one in self.people])
                )
            if len(people) > 1:
                raise UsageError(
                    f'"{word}" can be {len(people)} people here.',
                    f"Name the folder: {', '.join(map(_with_login, people[:12]))}.",
                )
            wanted.add(people[0].folder)
        return tuple(person for person in self.people if person.folder in wanted or not words)


def _with_login(person: Person) -> str:
    """A person's folder, with what tells whose it is."""
    who = person.login or person.email or ", ".join(one.name for one in person.members)
    return f"{person.folder} ({who})" if who else person.folder


def open_workshop(folder: Path) -> Workshop:
    """Open the workshop in exactly this folder. Raises `UsageError` where there is none, `FileError` for bad lines."""
    file = folder / WORKSHOP_FILE
    try:
        data = file.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        raise UsageError(
            f"There is no workshop in {folder} (no {WORKSHOP_FILE}).",
            "Go into the workshop's folder (or name it: `starterkit -C FOLDER workshop …`), "
            "or make one: `starterkit workshop create ROSTER.csv`.",
        ) from None
    return read_workshop(data, folder)


def find_workshop(start: Path) -> Path:
    """Return the folder of the workshop that `start` lies in. Raises `UsageError` outside of one."""
    start = start.absolute()
    return folder_with(WORKSHOP_FILE, start) or open_workshop(start).folder


def read_workshop(data: bytes, folder: Path) -> Workshop:
    """Read workshop.yml. Raises `FileError` with the line."""
    optional = ("remote_template", "due", "handouts", "corrected", *_OLDER)
    keys = parse(data, WORKSHOP_FILE).mapping(_REQUIRED, optional)
    keys["format"].integer(WORKSHOP_FORMAT, WORKSHOP_FORMAT)
    for name in ("path", "texts"):
        if not FULL_ID.fullmatch(keys[name].scalar()):
            raise keys[name].wrong("expected the 40 hexadecimal digits of a git id")
    answers = keys["answers"].mapping((), optional=None)
    handouts = keys["handouts"].mapping((), HANDOUTS) if "handouts" in keys else {}
    return Workshop(
        folder=folder,
        template=keys["template"].text(),
        version=keys["version"].text(),
        answers={name: value.scalar() for name, value in answers.items()},
        step=keys["step"].text(),
        solved=keys["solved"].boolean(),
        path=keys["path"].text(),
        texts=keys["texts"].text(),
        remote_template=_optional(keys, "remote_template"),
        due=_due(keys.get("due")),
        people=_people(keys["people"]),
        handouts={way: place.text() for way, place in handouts.items()},
        corrected=_optional(keys, "corrected"),
        older={name: plain_value(keys[name]) for name in _OLDER if name in keys},
    )


def _optional(keys: Mapping[str, Value], name: str) -> str:
    return keys[name].scalar() if name in keys else ""


def _due(value: Value | None) -> datetime | None:
    from starterkit.workshop.times import parse_time

    if value is None or not value.scalar():
        return None
    try:
        return parse_time(value.scalar())
    except UsageError as wrong:
        raise value.wrong(wrong.message, wrong.fix) from wrong


def _people(value: Value) -> tuple[Person, ...]:
    found: dict[str, Person] = {}
    for item in value.items():
        keys = item.mapping(("folder", "name"), (*_OF_A_PERSON, "members"))
        person = Person(
            folder=keys["folder"].text(),
            name=keys["name"].text(),
            login=_optional(keys, "login"),
            email=_optional(keys, "email"),
            identifier=_optional(keys, "identifier"),
            members=tuple(map(_member, keys["members"].items())) if "members" in keys else (),
            remote=_optional(keys, "remote"),
            begins=keys["begins"].choice(WAYS) if "begins" in keys else "",
        )
        if not is_safe(person.folder):
            raise keys["folder"].wrong("this cannot be the name of a folder on every machine", "Name it plainly.")
        if is_odd(person.remote):
            raise keys["remote"].wrong("this is no address and no folder", "For example: git@example.org:ada/site.git")
        if key_of(person.folder) in found:
            raise keys["folder"].wrong(
                f'"{person.folder}" stands here twice', "Every person has a folder of their own."
            )
        found[key_of(person.folder)] = person
    return tuple(found.values())


def _member(value: Value) -> Member:
    """A member of a team: a mapping, or the name alone."""
    if not value.is_mapping():
        return Member(value.text())
    keys = value.mapping(("name",), ("login", "email"))
    return Member(keys["name"].text(), _optional(keys, "login"), _optional(keys, "email"))


def plain_value(value: Value) -> object:
    """Return a value of a part that we only keep: texts, lists and mappings of them."""
    if value.is_mapping():
        return {name: plain_value(one) for name, one in value.mapping((), optional=None).items()}
    if value.is_list():
        return [plain_value(one) for one in value.items()]
    return value.scalar()


def workshop_bytes(workshop: Workshop) -> bytes:
    """Return workshop.yml; the people stand last, so that more can be appended."""
    lines = [
        "# A workshop of starterkit: who takes part, and where everybody begins. Put it under git as you like.",
        "# `remote`, `due` and the names may be edited; a folder's name is also that of files in repos/ and results/.",
        f"format: {WORKSHOP_FORMAT}",
        *lines_of("template", workshop.template),
        *lines_of("version", workshop.version),
        *lines_of("answers", workshop.answers),
        *lines_of("step", workshop.step),
        f"solved: {'true' if workshop.solved else 'false'}",
        *lines_of("path", workshop.path),
        *lines_of("texts", workshop.texts),
    ]
    if workshop.corrected:
        lines += lines_of("corrected", workshop.corrected)
    if workshop.remote_template:
        lines += lines_of("remote_template", workshop.remote_template)
    if workshop.due:
        lines += lines_of("due", workshop.due.isoformat(timespec="seconds"))
    if workshop.handouts:
        lines += lines_of("handouts", workshop.handouts)
    for name, value in workshop.older.items():
        lines += lines_of(name, value)
    lines.append("people:" if workshop.people else "people: []")
    return "".join(f"{line}\n" for line in lines).encode() + people_bytes(workshop.people)


def people_bytes(people: Sequence[Person]) -> bytes:
    """Return the lines of workshop.yml for people."""
    lines = [
        line
        for one in people
        for line in person_lines(
            one.folder,
            {name: getattr(one, name) for name in ("name", *_OF_A_PERSON)},
            [vars(member) for member in one.members],
        )
    ]
    return "".join(f"{line}\n" for line in lines).encode()
