"""Checks pins: each package has an exact version and a hash, and agrees with the declaration."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from packaging.requirements import InvalidRequirement, Requirement

from starterkit.runtime.package_json import declared_packages
from starterkit.runtime.pins import direct_versions, package_name
from starterkit.runtime.pyproject import declared
from starterkit.template.model import EnvironmentSpec

_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
_PINNED = re.compile(r"^[A-Za-z0-9][\w.-]*(?:\[[\w,.-]+\])?\s*==\s*[^\s;*]+")
_FIX = "Run `starterkit template pin`"
# Matches the npm ranges that are checked: an exact version, and those that `npm install` writes.
_NPM_RANGE = re.compile(r"([\^~]?)(\d+)\.(\d+)\.(\d+)")


@dataclass(frozen=True)
class PinProblem:
    """A problem in the declaration or in the pins. `file` is the path in the project."""

    file: str
    line: int
    message: str


def inexact_pins(pins: bytes, environment: EnvironmentSpec) -> Iterator[PinProblem]:
    """Yield a problem for each package without an exact version or a hash."""
    check = _PIN_CHECKS.get(PurePosixPath(environment.pins).suffix)
    for line, message in check(pins.decode("utf-8", "replace")) if check else ():
        yield PinProblem(environment.pins, line, message)


def stale_pins(declaration: bytes, pins: bytes, environment: EnvironmentSpec) -> Iterator[PinProblem]:
    """Yield a problem for each declared package that isn't pinned, or whose pin contradicts the declaration.

    Raises `FileError` for an invalid declaration.
    """
    packages = _npm_packages if environment.kind == "node" else _python_packages
    declaration_text = declaration.decode("utf-8", "replace")
    for name, wanted, allows in packages(declaration, environment.declaration):
        versions = direct_versions(pins, name)
        if not versions:
            line = _line_with(declaration_text, rf"[\"']{name.replace('-', '[-_.]+')}(?![\w.-]*\w)")
            yield PinProblem(environment.declaration, line, f"{name} is declared, but not pinned. {_FIX}")
        elif not any(map(allows, versions)):
            shown = rf"^{name.replace('-', '[-_.]+')}\s*==|\"node_modules/{re.escape(name)}\""
            message = f"{name} is pinned to {versions[0]}, but {environment.declaration} declares {wanted}. {_FIX}"
            yield PinProblem(environment.pins, _line_with(pins.decode("utf-8", "replace"), shown), message)


def _python_packages(data: bytes, file: str) -> Iterator[tuple[str, str, Callable[[str], bool]]]:
    for text in declared(data, file).requirements:
        try:
            requirement = Requirement(text)
        except InvalidRequirement:
            continue  # uv reports it when it creates the environment
        wanted = str(requirement.specifier) or text
        yield package_name(text), wanted, partial(requirement.specifier.contains, prereleases=True)


def _npm_packages(data: bytes, file: str) -> Iterator[tuple[str, str, Callable[[str], bool]]]:
    for packages in declared_packages(data, file).lists.values():
        for name, wanted in packages.items():
            yield name, wanted, partial(_npm_allows, wanted)


def _npm_allows(wanted: str, version: str) -> bool:
    """True if an npm range allows a version, or if the range is of another kind, such as a URL."""
    range_, found = _NPM_RANGE.fullmatch(wanted), re.match(r"(\d+)\.(\d+)\.(\d+)", version)
    if not range_ or not found:
        return True
    least, exact = tuple(map(int, range_.groups()[1:])), tuple(map(int, found.groups()))
    fixed = 3  # how many parts of the version are fixed
    if range_[1]:
        first = next((at for at, part in enumerate(least) if part), 2)
        fixed = 2 if range_[1] == "~" else first + 1
    return exact >= least and exact[:fixed] == least[:fixed]


def _line_with(text: str, pattern: str) -> int:
    match = re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    return text.count("\n", 0, match.start()) + 1 if match else 0


def _requirements(text: str) -> Iterator[tuple[int, str]]:
    """Check that each entry of a compiled requirements.txt is `name==version` with hashes."""
    entries: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1].isspace() and entries:
            entries[-1] = (entries[-1][0], entries[-1][1] + " " + line.strip())
        elif line.strip() and not line.lstrip().startswith("#"):
            entries.append((number, line))
    for number, entry in entries:
        name = re.split(r"[\s;=<>~!\[@]", entry.strip())[0] or entry.strip()
        if entry.startswith("-"):
            yield number, f"`{entry.split()[0]}` isn't a pinned package. {_FIX}"
        elif not _PINNED.match(entry):
            yield number, f"{name} is not pinned to one version (`{name}==…`)"
        elif not _HASH.search(entry):
            yield number, f"{name} is pinned without a hash. {_FIX}"


def _lock_file(text: str) -> Iterator[tuple[int, str]]:
    """Check that each package of a package-lock.json has a version and a hash, and no URL."""
    for key, entry in json.loads(text).get("packages", {}).items():
        name = key.rpartition("node_modules/")[2]
        line = text.count("\n", 0, text.find(f'"{key}"')) + 1
        if not name or entry.get("link"):
            continue
        if "resolved" in entry:
            yield line, f"{name} is pinned to a URL: set omit-lockfile-registry-resolved=true in .npmrc"
        elif "version" not in entry or "integrity" not in entry:
            yield line, f"{name} is pinned without a hash. {_FIX}"


_PIN_CHECKS: dict[str, Callable[[str], Iterator[tuple[int, str]]]] = {".txt": _requirements, ".json": _lock_file}
