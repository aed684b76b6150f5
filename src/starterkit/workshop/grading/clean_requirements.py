"""Somebody's own pins, written anew for their grading: packages of the index alone, each with its hash.

Nothing that a learner wrote goes to uv or npm as it stands: what these read in it need not be what was looked at here
(to uv, a lone carriage return ends a line). What is asked for is written from the parts that were understood.
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
_LONGEST_LINE = 2000  # letters
_MOST_MORE = 500  # packages beyond those of the path
# A pinned package with its extras and marker, and nothing else: no address, no file, no option, no variable.
_MARKER = r"(?:[\w.()<>=!~, +*'-]*|[\w.()<>=!~, +*\"-]*)"
_PIN = re.compile(rf"[A-Za-z0-9][\w.-]*(?:\[[\w., -]+\])?==[\w.!+-]+ *(?:;{_MARKER})?\\?", re.ASCII)
_HASH = re.compile(r" +--hash=sha256:([0-9a-f]{64}) *\\?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


def own_pins(pristine: ReferenceTests, theirs: bytes) -> bytes:
    """Return pins that ask for the same packages as somebody's. Raises `UsageError` where theirs cannot be taken."""
    environment = pristine.template.environment
    if len(theirs) > _LARGEST_PINS:
        raise UsageError(f"its {environment.pins} is too large")
    if environment.kind == "python":
        return _own_requirements(pristine, theirs)
    return own_lock(pristine, theirs, _MOST_MORE)


def declaration_of(pristine: ReferenceTests, pins: bytes) -> bytes:
    """Return the package.json that a lock file was made from, for the Node that the path asks for."""
    declaration = json.loads(declaration_of_lock(pins, pristine.template.environment))
    wanted = declared_packages(pristine.declaration, pristine.template.environment.declaration).wanted_node
    return json.dumps({**declaration, "engines": {"node": wanted}}).encode()


def _own_requirements(pristine: ReferenceTests, theirs: bytes) -> bytes:
    environment = pristine.template.environment
    found = _pinned(environment.pins, theirs)
    if len({one.name for one, _ in found} - pinned_names(pristine.pins)) > _MOST_MORE:
        raise UsageError(f"its {environment.pins} names more than {_MOST_MORE} packages that the path does not")
    needed = {package_name(one) for one in declared(pristine.declaration, environment.declaration).requirements}
    if lacking := needed - {one.name for one, _ in found if _counts_here(one)}:
        raise UsageError(f"its {environment.pins} lacks {', '.join(sorted(lacking)[:3])}")
    lines = {" \\\n    ".join([str(one), *(f"--hash=sha256:{digest}" for digest in hashes)]) for one, hashes in found}
    return "".join(f"{line}\n" for line in sorted(lines)).encode("ascii")


def _pinned(file: str, theirs: bytes) -> list[tuple[Requirement, list[str]]]:
    """Read a compiled requirements.txt: each package, and its hashes. Raises `UsageError` for anything else."""
    found: list[tuple[Requirement, list[str]]] = []
    places: list[int] = []
    for number, line in enumerate(theirs.decode("utf-8-sig", "replace").replace("\r\n", "\n").split("\n"), 1):
        if _CONTROL.search(line):
            raise UsageError(f"{file}:{number} holds a control character")
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if (more := _HASH.fullmatch(line)) and found:
            found[-1][1].append(more[1])
        elif one := _requirement(line):
            found.append((one, []))
            places.append(number)
        else:
            raise UsageError(f"{file}:{number} is no pinned package with its hashes")
    for (_, hashes), number in zip(found, places, strict=True):
        if not hashes:
            raise UsageError(f"{file}:{number} has no hash")
    return found


def _requirement(line: str) -> Requirement | None:
    if len(line) > _LONGEST_LINE or not _PIN.fullmatch(line):
        return None
    try:
        found = Requirement(line.rstrip("\\ "))
    except (InvalidRequirement, RecursionError):
        return None
    found.name = canonicalize_name(found.name)
    return found


def _counts_here(one: Requirement) -> bool:
    """Tell whether a package is one for this machine."""
    try:
        return one.marker is None or one.marker.evaluate()
    except (UndefinedComparison, UndefinedEnvironmentName):
        return False
