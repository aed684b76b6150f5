"""The people and the settings of a workshop, as plain data.

A workshop is a folder:
    workshop.yml
    repos/.path.git      the objects of the learning path, its two refs, and `main` with the first commit for all
    repos/<folder>.git   one for each person or team, shares the objects of .path.git
                         refs/heads/*             what people without a remote push
                         refs/collected/heads/*   what `collect` fetched from people with a remote
                         refs/starterkit/*        the two refs of the path
    results/<folder>.jsonl
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
from starterkit.git.bare import HEADS
from starterkit.paths import expand_user_path
from starterkit.workshop.names import key_of, told_apart
from starterkit.yamlfile import did_you_mean

WORKSHOP_FILE = "workshop.yml"
COLLECTED_HEADS = "refs/collected/heads/"
HANDOUTS = ("zip", "folders")
METHODS = (*HANDOUTS, "clone")
# A host in `host:path` needs two characters, because a single letter before a colon is a drive letter on Windows.
_GIT_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://|(?:[\w.-]+@)?[\w.-]{2,}:(?!//)")


@dataclass(frozen=True)
class Member:
    """One person of a team. A team shares one repository and is one `Person`."""

    name: str
    login: str = ""
    email: str = ""


@dataclass(frozen=True)
class Person:
    """A person, or a team with its members.

    `folder` is a safe and readable name, unique in the workshop. `remote` is the URL or the folder of their repository.
    A relative folder starts at the workshop's folder. People without a remote push to repos/<folder>.git. `identifier`
    is a number or word from the roster, such as a student number. `begins` says how they start (an item of `METHODS`).
    It is empty if the workshop has only ever had one method.
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
        """The members of a team, or the person alone as the only member."""
        return self.members or (Member(self.name, self.login, self.email),)

    @property
    def heads(self) -> str:
        """The prefix of the refs in repos/<folder>.git that hold this person's branches."""
        return COLLECTED_HEADS if self.remote else HEADS


def is_address(remote: str) -> bool:
    """True for a git URL (`https://…`, `git@host:…`), False for a folder."""
    return _GIT_URL.match(remote) is not None


def is_odd(remote: str) -> bool:
    """True if git would read a remote as an option (`-…`) or run a program for it (`ext::…`)."""
    return remote.startswith("-") or "::" in remote.partition("/")[0]


@dataclass(frozen=True)
class Workshop:
    """A workshop: the content of its workshop.yml, and the places of its files.

    All people start at `step`, with its solution if `solved`. The base always counts as solved. `path` and `texts` are
    the ids of the learning path's commits (layers and metadata). `handouts` has a folder for each method: zips (`zip`)
    and working folders (`folders`). New people get the last method. `corrected` is the source of the last corrected
    template, or empty if that is `template`. `older` has keys from older versions of starterkit, which are kept.
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
        """Return the path of a person's bare repository."""
        return self.folder / "repos" / f"{person.folder}.git"

    def results(self, person: Person) -> Path:
        """Return the path of a person's events file."""
        return self.folder / "results" / f"{person.folder}.jsonl"

    def remote_folder(self, person: Person) -> Path | None:
        """Return the folder that is a person's remote, or None if it is a URL or missing. Raises `FileError`."""
        return self._expand(person.remote) if person.remote and not is_address(person.remote) else None

    def works_in(self, person: Person, folder: Path) -> bool:
        """True if the person's remote is this folder, even if it is written as another path."""
        remote = self.remote_folder(person)
        return remote is not None and os.path.realpath(remote) == os.path.realpath(folder)

    def is_from_template(self, person: Person) -> bool:
        """True if a person's remote is the URL that `--remote-template` gives them."""
        remote = self.remote_template.replace("{login}", person.login).replace("{folder}", person.folder)
        return bool(remote) and remote == person.remote

    def start_method(self, person: Person) -> str:
        """Return how a person started: an item of `METHODS`.

        Older workshops don't store the method for each person. If they have two methods, the person's remote decides.
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
        """True if a person started with a zip and hasn't handed in their folder yet."""
        return self.start_method(person) == "zip" and not person.remote

    def handout_folder(self, method: str) -> Path | None:
        """Return the folder with all zips or all working folders, or None. Raises `FileError`."""
        return self._expand(self.handouts[method]) if method in self.handouts else None

    def _expand(self, path: str) -> Path:
        try:
            return expand_user_path(path, self.folder)
        except UsageError as error:
            raise FileError(WORKSHOP_FILE, None, error.message.removesuffix("."), error.fix) from error

    @cached_property
    def called(self) -> Mapping[str, str]:
        """Maps each person's folder to a display name. Equal names get the login or folder added."""
        return told_apart((person.folder, person.name, person.login) for person in self.people)

    @cached_property
    def by_word(self) -> Mapping[str, tuple[Person, ...]]:
        """Maps a word to the people that it may mean, to find participants that an instructor names.

        The words are normalized folders, logins, names and e-mail addresses. A team is also found by its members.
        """
        matches: dict[str, dict[str, Person]] = {}
        for person in self.people:
            member_words = (word for each in person.members for word in (each.login, each.name, each.email))
            for word in filter(None, (person.folder, person.login, person.name, person.email, *member_words)):
                matches.setdefault(key_of(word), {})[person.folder] = person
        return {word: tuple(people.values()) for word, people in matches.items()}

    def chosen(self, names: Sequence[str]) -> tuple[Person, ...]:
        """Return the people that an instructor named, or all people if `names` is empty.

        A name is a folder, login, name or e-mail address. Raises `UsageError` for an unknown or ambiguous name.
        """
        folders: set[str] = set()
        for name in names:
            exact = [person for person in self.people if person.folder == name]
            people = exact or self.by_word.get(key_of(name), ())
            if not people:
                known = [person.folder for person in self.people]
                raise UsageError(f'No participant is called "{name}".', did_you_mean(name, known))
            if len(people) > 1:
                fix = f"Use the folder of the right participant: {', '.join(map(_with_login, people[:12]))}."
                raise UsageError(f'"{name}" matches {len(people)} participants.', fix)
            folders.add(people[0].folder)
        return tuple(person for person in self.people if person.folder in folders or not names)


def _with_login(person: Person) -> str:
    more = person.login or person.email or ", ".join(member.name for member in person.members)
    return f"{person.folder} ({more})" if more else person.folder
