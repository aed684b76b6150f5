"""Somebody's own package-lock.json, written anew: packages of the registry alone, each with its hash.

npm does more with a lock file than to unpack what stands in it. It clones repositories, asks addresses, and follows the
lock files inside of packages; what does not fit together it asks the registry for, and then whatever that needs, from
wherever that says. So what is written holds the parts that are known to do nothing of the kind, and every package asks
for the others in exactly the version that stands there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from starterkit.errors import UsageError
from starterkit.runtime.package_json import declared_packages
from starterkit.textfile import parse_json
from starterkit.workshop.grading.reference_tests import ReferenceTests

_FOLDER = "node_modules/"
_NAME = r"(?!node_modules(?:/|$))(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*"
_PACKAGE = re.compile(_NAME)
# A place in node_modules; what starterkit notes there itself is no package.
_PLACE = re.compile(rf"{_FOLDER}(?!starterkit\.){_NAME}(?:/{_FOLDER}{_NAME})*")
_LONGEST_PLACE = 1000  # letters
_NUMBER = r"(?:0|[1-9][0-9]{0,15})"
_MORE = r"(?:-[0-9A-Za-z.-]{1,200})?(?:\+[0-9A-Za-z.-]{1,200})?"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}{_MORE}")
# One word of a range, such as ">=1.2.x"; the hyphen stands between two versions.
_WORD = re.compile(rf"(?:[<>=^~]*v?(?:{_NUMBER}|[xX*])(?:\.(?:{_NUMBER}|[xX*])){{0,2}}{_MORE}|[<>=^~]+|-)")
_ALIAS = re.compile(rf"npm:({_NAME})(?:@(.*))?")
# The hash of what npm unpacks.
_INTEGRITY = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")
_ASKED = ("dependencies", "peerDependencies", "optionalDependencies")
_ASKED_BY_ALL = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_MUST = ("dependencies", "devDependencies")
_FLAGS = ("dev", "optional", "devOptional")
_PLATFORM = ("os", "cpu", "libc")
_PLATFORM_WORD = re.compile(r"!?[a-z0-9_]{1,40}")


def own_lock(pristine: ReferenceTests, theirs: bytes, most_more: int) -> bytes:
    """Return a lock file that asks for the same packages as somebody's. Raises `UsageError` where it cannot be taken.

    Theirs is to be one of npm's (version 3) without addresses, as the path's .npmrc makes them, with no more than
    `most_more` packages beyond those of the path.
    """
    environment = pristine.template.environment
    root, entries = _read(environment.pins, theirs)
    ours = _names(pristine.pins)
    lock = _Lock(environment.pins, entries, ours)
    if len(entries) > len(ours) + most_more:
        raise UsageError(f"its {environment.pins} names more than {most_more} packages that the path does not")
    written = {place: lock.entry(place) for place in sorted(entries)}
    lists = lock.asked("", root)
    declared = declared_packages(pristine.declaration, environment.declaration).lists
    needed = {name for names in declared.values() for name in names}
    if lacking := needed - {name for names in lists.values() for name in names}:
        raise UsageError(f"its {environment.pins} lacks {', '.join(sorted(lacking)[:3])}")
    top = {"name": "graded", "version": "0.0.0"}
    whole = {**top, "lockfileVersion": 3, "requires": True, "packages": {"": {**top, **lists}, **written}}
    return (json.dumps(whole, indent=2) + "\n").encode()


@dataclass(frozen=True)
class _Lock:
    """The packages of a lock file by their places; `ours` tells which package the path has under a name."""

    file: str
    entries: Mapping[str, object]
    ours: Mapping[str, str]

    def entry(self, place: str) -> dict[str, object]:
        """Return what is written of the package at a place."""
        entry = self.entries[place]
        if len(place) > _LONGEST_PLACE or not _PLACE.fullmatch(place) or not isinstance(entry, dict):
            raise self._wrong(f"has {json.dumps(place[:80])}, which is no package of node_modules")
        name = _called(place)
        if "resolved" in entry or entry.get("link"):
            raise self._wrong(f"names an address for {name[:80]}")
        if not _VERSION.fullmatch(str(entry.get("version"))):
            raise self._wrong(f"has no exact version for {name[:80]}")
        if not _INTEGRITY.fullmatch(str(entry.get("integrity"))):
            raise self._wrong(f"has no hash for {name[:80]}")
        package = entry.get("name", name)
        if not isinstance(package, str) or not _PACKAGE.fullmatch(package) or self.ours.get(name, package) != package:
            raise self._wrong(f"has another package in the place of {name[:80]}")
        return {
            **({"name": package} if package != name else {}),
            **{key: entry[key] for key in ("version", "integrity")},
            **{flag: True for flag in _FLAGS if entry.get(flag) is True},
            **{key: words for key in _PLATFORM if (words := _platform(entry.get(key)))},
            **self.asked(place, entry),
        }

    def asked(self, place: str, entry: Mapping[str, object]) -> dict[str, dict[str, str]]:
        """Return what a package asks for (that at "" is the project), each in the version that it finds."""
        found: dict[str, dict[str, str]] = {}
        for kind in _ASKED if place else _ASKED_BY_ALL:
            for name, spec in _table(self.file, entry, kind):
                self._check(name, spec)
                at = self._found(place, name)
                if not at and not place and kind in _MUST:
                    raise self._wrong(f"does not tell which {name[:80]} is meant")
                if not at:  # for another kind of machine, or asked for only where it is there
                    continue
                for names in found.values():
                    names.pop(name, None)
                found.setdefault(self._kept(kind, at), {})[name] = self._exactly(at)
        return {kind: names for kind, names in found.items() if names}

    def _kept(self, kind: str, at: str) -> str:
        """Return the list in which the package at a place is asked for.

        A peer is no list of its own: npm refuses one that lies within the package, where Node finds it first.
        """
        if self._of(at).get("optional") is True:
            return "optionalDependencies"
        return "dependencies" if kind == "peerDependencies" else kind

    def _check(self, name: str, spec: str) -> None:
        if not _PACKAGE.fullmatch(name):
            raise self._wrong(f"asks for {json.dumps(name[:80])}, which is no name of a package")
        alias = _ALIAS.fullmatch(spec)
        words = (alias[2] or "" if alias else spec).replace("||", " ").split()
        if not all(_WORD.fullmatch(word) for word in words):
            raise self._wrong(f"names an address for {name[:80]}, or no range of versions")

    def _found(self, place: str, name: str) -> str:
        """Return where a package finds another one, as Node looks for it; "" for nowhere."""
        while True:
            at = f"{place}/{_FOLDER}{name}" if place else _FOLDER + name
            if at in self.entries or not place:
                return at if at in self.entries else ""
            place = place.rpartition(f"/{_FOLDER}")[0]

    def _of(self, place: str) -> Mapping[str, object]:
        entry = self.entries[place]
        return entry if isinstance(entry, dict) else {}

    def _exactly(self, place: str) -> str:
        name, entry = _called(place), self._of(place)
        package = entry.get("name", name)
        return f"npm:{package}@{entry.get('version')}" if package != name else str(entry.get("version"))

    def _wrong(self, words: str) -> UsageError:
        return UsageError(f"{self.file} {words}")


def _read(file: str, theirs: bytes) -> tuple[Mapping[str, object], dict[str, object]]:
    """Return the project and the packages of a lock file."""
    try:
        top = parse_json(theirs, file)
    except ValueError as strange:  # a number that no such file holds
        raise UsageError(f"{file} is no lock file of this npm") from strange
    packages = top.get("packages")
    root = packages.get("") if isinstance(packages, dict) else None
    if top.get("lockfileVersion") != 3 or not isinstance(packages, dict) or not isinstance(root, dict):
        raise UsageError(f"{file} is no lock file of this npm")
    return root, {place: entry for place, entry in packages.items() if place}


def _table(file: str, entry: Mapping[str, object], kind: str) -> Iterator[tuple[str, str]]:
    table = entry.get(kind, {})
    if not isinstance(table, dict):
        raise UsageError(f"{file} is no lock file of this npm")
    for name, spec in table.items():
        if not isinstance(spec, str):
            raise UsageError(f"{file} is no lock file of this npm")
        yield name, spec


def _platform(words: object) -> list[str]:
    found = [words] if isinstance(words, str) else words if isinstance(words, list) else []
    return [word for word in found if isinstance(word, str) and _PLATFORM_WORD.fullmatch(word)]


def _called(place: str) -> str:
    """Return the name under which the package at a place is imported."""
    return place.rpartition(_FOLDER)[2]


def _names(pins: bytes) -> dict[str, str]:
    """Return which package the path's own lock file has under each name."""
    packages = json.loads(pins).get("packages", {})
    return {_called(place): str(entry.get("name", _called(place))) for place, entry in packages.items() if place}
