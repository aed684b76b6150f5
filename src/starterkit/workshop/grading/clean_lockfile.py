"""Rewrites a submission's package-lock.json with registry packages only, each with its hash.

npm does more with a lock file than unpack packages. It clones repositories, requests URLs, and follows the lock files
inside packages. If versions don't match, it asks the registry for other packages. The rewritten file has no entry that
makes npm do this: every package is from the registry, and every dependency has the exact locked version.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from starterkit.errors import UsageError
from starterkit.runtime.package_json import declared_packages
from starterkit.textfile import parse_json
from starterkit.workshop.grading.reference_tests import ReferenceTests

_FOLDER = "node_modules/"
_NAME = r"(?!node_modules(?:/|$))(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~-][A-Za-z0-9._~-]*"
_PACKAGE = re.compile(_NAME)
# The path of a package in node_modules. Names that start with `starterkit.` are reserved for starterkit's own files.
_PATH = re.compile(rf"{_FOLDER}(?!starterkit\.){_NAME}(?:/{_FOLDER}{_NAME})*")
_LONGEST_PATH = 1000  # characters
_NUMBER = r"(?:0|[1-9][0-9]{0,15})"
_MORE = r"(?:-[0-9A-Za-z.-]{1,200})?(?:\+[0-9A-Za-z.-]{1,200})?"
_VERSION = re.compile(rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}{_MORE}")
# A part of a version range: a version such as ">=1.2.x", an operator, or the hyphen between two versions.
_RANGE_PART = re.compile(rf"(?:[<>=^~]*v?(?:{_NUMBER}|[xX*])(?:\.(?:{_NUMBER}|[xX*])){{0,2}}{_MORE}|[<>=^~]+|-)")
_ALIAS = re.compile(rf"npm:({_NAME})(?:@(.*))?")
# The hash of a package's archive. Only SHA-512 is accepted, which npm writes.
_INTEGRITY = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")
_PACKAGE_LISTS = ("dependencies", "peerDependencies", "optionalDependencies")
_PROJECT_LISTS = ("dependencies", "devDependencies", "peerDependencies", "optionalDependencies")
_REQUIRED_LISTS = ("dependencies", "devDependencies")
_FLAGS = ("dev", "optional", "devOptional")
_PLATFORM = ("os", "cpu", "libc")
_PLATFORM_NAME = re.compile(r"!?[a-z0-9_]{1,40}")


def own_lock(pristine: ReferenceTests, data: bytes, most_more: int) -> bytes:
    """Return a new lock file with the packages of a submission's lock file `data`.

    `data` must have lock version 3 and no URLs, as npm writes it with the path's .npmrc. It may have at most
    `most_more` packages that aren't in the path's lock file. Raises `UsageError` for any other file.
    """
    environment = pristine.template.environment
    lock = _Lock(environment.pins, data, pristine.pins)
    if len(lock.entries) > len(lock.ours) + most_more:
        raise UsageError(f"{environment.pins} adds more than {most_more} packages to those of the learning path")
    packages = {path: lock.clean_entry(path) for path in sorted(lock.entries)}
    lists = lock.clean_lists("", lock.root)
    declared = declared_packages(pristine.declaration, environment.declaration).lists
    needed = {name for names in declared.values() for name in names}
    if lacking := needed - {name for names in lists.values() for name in names}:
        raise UsageError(f"{environment.pins} lacks packages of the learning path: {', '.join(sorted(lacking)[:3])}")
    top = {"name": "graded", "version": "0.0.0"}
    whole = {**top, "lockfileVersion": 3, "requires": True, "packages": {"": {**top, **lists}, **packages}}
    return (json.dumps(whole, indent=2) + "\n").encode()


class _Lock:
    """A submission's lock file. `entries` has its packages by path in node_modules.

    `ours` maps the import names of the learning path's packages to their names in the registry.
    """

    def __init__(self, file: str, data: bytes, our_lock: bytes) -> None:
        self._file = file
        try:
            top = parse_json(data, file)
        except ValueError as wrong:  # Python refuses to read a number with thousands of digits
            raise self._not_a_lock() from wrong
        packages = top.get("packages")
        root = packages.get("") if isinstance(packages, dict) else None
        if top.get("lockfileVersion") != 3 or not isinstance(packages, dict) or not isinstance(root, dict):
            raise self._not_a_lock()
        self.root: Mapping[str, object] = root
        self.entries: dict[str, object] = {path: entry for path, entry in packages.items() if path}
        ours = json.loads(our_lock).get("packages", {})
        self.ours = {_import_name(path): entry.get("name", _import_name(path)) for path, entry in ours.items() if path}

    def clean_entry(self, path: str) -> dict[str, object]:
        entry = self.entries[path]
        if len(path) > _LONGEST_PATH or not _PATH.fullmatch(path) or not isinstance(entry, dict):
            raise self._wrong(f"has {json.dumps(path[:80])}, which isn't a package in node_modules")
        name = _import_name(path)
        if "resolved" in entry or entry.get("link"):
            raise self._wrong(f"has a URL for {name[:80]}")
        if not _VERSION.fullmatch(str(entry.get("version"))):
            raise self._wrong(f"has no exact version for {name[:80]}")
        if not _INTEGRITY.fullmatch(str(entry.get("integrity"))):
            raise self._wrong(f"has no hash for {name[:80]}")
        package = entry.get("name", name)
        if not isinstance(package, str) or not _PACKAGE.fullmatch(package) or self.ours.get(name, package) != package:
            raise self._wrong(f"has another package under the name {name[:80]}")
        return {
            **({"name": package} if package != name else {}),
            **{key: entry[key] for key in ("version", "integrity")},
            **{flag: True for flag in _FLAGS if entry.get(flag) is True},
            **{key: names for key in _PLATFORM if (names := _platform_names(entry.get(key)))},
            **self.clean_lists(path, entry),
        }

    def clean_lists(self, path: str, entry: Mapping[str, object]) -> dict[str, dict[str, str]]:
        lists: dict[str, dict[str, str]] = {}
        for kind, name, spec in self._dependencies(entry, _PACKAGE_LISTS if path else _PROJECT_LISTS):
            if not _PACKAGE.fullmatch(name):
                raise self._wrong(f"needs {json.dumps(name[:80])}, which isn't the name of a package")
            alias = _ALIAS.fullmatch(spec)
            parts = (alias[2] or "" if alias else spec).replace("||", " ").split()
            if not all(_RANGE_PART.fullmatch(part) for part in parts):
                raise self._wrong(f"has no valid range of versions for {name[:80]}")
            target = self._resolve(path, name)
            if not target and not path and kind in _REQUIRED_LISTS:
                raise self._wrong(f"has no entry for {name[:80]}")
            if target:  # a lock file may leave out an optional or peer dependency
                dependency = self._entry(target)
                package, version = dependency.get("name", _import_name(target)), str(dependency.get("version"))
                exact = f"npm:{package}@{version}" if package != _import_name(target) else version
                # npm rejects a peer dependency that is installed in the package's own node_modules.
                kind = "dependencies" if kind == "peerDependencies" else kind
                kind = "optionalDependencies" if dependency.get("optional") is True else kind
                for names in lists.values():
                    names.pop(name, None)
                lists.setdefault(kind, {})[name] = exact
        return {kind: names for kind, names in lists.items() if names}

    def _dependencies(self, entry: Mapping[str, object], kinds: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
        for kind in kinds:
            table = entry.get(kind, {})
            if not isinstance(table, dict):
                raise self._not_a_lock()
            for name, spec in table.items():
                if not isinstance(spec, str):
                    raise self._not_a_lock()
                yield kind, name, spec

    def _resolve(self, path: str, name: str) -> str:
        """Return the path at which Node finds the dependency `name` of the package at `path`, or ""."""
        while True:
            target = f"{path}/{_FOLDER}{name}" if path else _FOLDER + name
            if target in self.entries or not path:
                return target if target in self.entries else ""
            path = path.rpartition(f"/{_FOLDER}")[0]

    def _entry(self, path: str) -> Mapping[str, object]:
        entry = self.entries[path]
        return entry if isinstance(entry, dict) else {}

    def _wrong(self, problem: str) -> UsageError:
        return UsageError(f"{self._file} {problem}")

    def _not_a_lock(self) -> UsageError:
        return self._wrong("isn't a lock file of this npm")


def _platform_names(value: object) -> list[str]:
    names = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [name for name in names if isinstance(name, str) and _PLATFORM_NAME.fullmatch(name)]


def _import_name(path: str) -> str:
    return path.rpartition(_FOLDER)[2]
