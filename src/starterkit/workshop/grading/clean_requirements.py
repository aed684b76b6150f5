"""Rewrites a submission's pins for grading.

The new pins have only packages from the index, each with its hash. uv and npm never read the learner's file, because
they may parse it differently from these checks. For example, uv accepts a carriage return alone as the end of a line.
So a new file is written from the checked names, versions and hashes.
"""

from __future__ import annotations

import json
import re

from packaging.markers import UndefinedComparison, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from starterkit.errors import UsageError
from starterkit.runtime.package_json import declaration_of as declaration_of_lock
from starterkit.runtime.package_json import declared_packages
from starterkit.runtime.pins import package_name, pinned_names
from starterkit.runtime.pyproject import declared
from starterkit.workshop.grading.clean_lockfile import own_lock
from starterkit.workshop.grading.reference_tests import ReferenceTests

_LARGEST_PINS = 2_000_000
_LONGEST_LINE = 2000  # characters
_MOST_MORE = 500  # the most packages that a submission may have in addition to the path's packages
# A pinned package (`name==version`) with extras and marker. URLs, files, options and variables don't match.
_MARKER = r"(?:[\w.()<>=!~, +*'-]*|[\w.()<>=!~, +*\"-]*)"
_PIN = re.compile(rf"[A-Za-z0-9][\w.-]*(?:\[[\w., -]+\])?==[\w.!+-]+ *(?:;{_MARKER})?\\?", re.ASCII)
_HASH = re.compile(r" +--hash=sha256:([0-9a-f]{64}) *\\?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def own_pins(pristine: ReferenceTests, pins: bytes) -> bytes:
    """Return a new pins file with the packages of a submission's pins file.

    Raises `UsageError` for too much data, a missing package of the path, or an invalid line. A valid line is a pinned
    package with hashes.
    """
    environment = pristine.template.environment
    if len(pins) > _LARGEST_PINS:
        raise UsageError(f"the file {environment.pins} is larger than {_LARGEST_PINS:,} bytes")
    if environment.kind != "python":
        return own_lock(pristine, pins, _MOST_MORE)
    requirements = _parse(environment.pins, pins)
    if len({requirement.name for requirement, _ in requirements} - pinned_names(pristine.pins)) > _MOST_MORE:
        raise UsageError(f"{environment.pins} adds more than {_MOST_MORE} packages to those of the learning path")
    needed = {package_name(text) for text in declared(pristine.declaration, environment.declaration).requirements}
    if lacking := needed - {requirement.name for requirement, _ in requirements if _is_for_this_machine(requirement)}:
        raise UsageError(f"{environment.pins} lacks packages of the learning path: {', '.join(sorted(lacking)[:3])}")
    lines = {
        " \\\n    ".join([str(requirement), *(f"--hash=sha256:{digest}" for digest in hashes)])
        for requirement, hashes in requirements
    }
    return "".join(f"{line}\n" for line in sorted(lines)).encode("ascii")


def declaration_of(pristine: ReferenceTests, pins: bytes) -> bytes:
    """Return a package.json with the dependencies of the lock file `pins`.

    It requires the path's version of Node.
    """
    declaration = json.loads(declaration_of_lock(pins, pristine.template.environment))
    node = declared_packages(pristine.declaration, pristine.template.environment.declaration).wanted_node
    return json.dumps({**declaration, "engines": {"node": node}}).encode()


def _parse(file: str, pins: bytes) -> list[tuple[Requirement, list[str]]]:
    """Return the packages of a compiled requirements.txt, each with its hashes. Raises `UsageError`."""
    requirements: list[tuple[Requirement, list[str]]] = []
    numbers: list[int] = []
    for number, line in enumerate(pins.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n"), 1):
        if _CONTROL.search(line):
            raise UsageError(f"{file}:{number} contains a control character")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if (match := _HASH.fullmatch(line)) and requirements:
            requirements[-1][1].append(match[1])
        elif requirement := _requirement(line):
            requirements.append((requirement, []))
            numbers.append(number)
        else:
            raise UsageError(f"{file}:{number} isn't a package with an exact version and hashes")
    for (_, hashes), number in zip(requirements, numbers, strict=True):
        if not hashes:
            raise UsageError(f"{file}:{number} has a package without a hash")
    return requirements


def _requirement(line: str) -> Requirement | None:
    if len(line) > _LONGEST_LINE or not _PIN.fullmatch(line):
        return None
    try:
        requirement = Requirement(line.rstrip("\\ "))
    except (InvalidRequirement, RecursionError):
        return None
    requirement.name = canonicalize_name(requirement.name)
    return requirement


def _is_for_this_machine(requirement: Requirement) -> bool:
    try:
        return requirement.marker is None or requirement.marker.evaluate()
    except (UndefinedComparison, UndefinedEnvironmentName):
        return False
