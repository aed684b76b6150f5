"""Whether somebody's own pins can be taken for their grading: packages of the index alone, each with its hash."""

from __future__ import annotations

import json
import re

from starterkit.errors import StarterkitError
from starterkit.runtime.declaration import declared
from starterkit.runtime.node_packages import declaration_of as declaration_of_lock
from starterkit.runtime.node_packages import declared_packages, json_object
from starterkit.runtime.pins import package_name, pinned_names
from starterkit.workshop.grading.pristine import Pristine

_LARGEST_PINS = 2_000_000
# A pinned package, its hashes and remarks, and nothing else: no address, no file, no other index.
_PIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[A-Za-z0-9._,-]+\])?==[A-Za-z0-9.!+_-]+\s*(?:;[^\\#@]*)?\\?")
_HASH = re.compile(r"\s+--hash=sha256:[0-9a-f]{64}\s*\\?")
# A place in node_modules, and the hash of what npm unpacks there.
_PLACE = re.compile(r"(?:(?:^|/)node_modules/(?:@[A-Za-z0-9._~-]+/)?[A-Za-z0-9_~-][A-Za-z0-9._~-]*)+")
_INTEGRITY = re.compile(r"sha512-[A-Za-z0-9+/]{86}==")


def why_not(pristine: Pristine, pins: bytes) -> str:
    """Return why somebody's pins cannot be taken, or nothing."""
    if len(pins) > _LARGEST_PINS:
        return f"its {pristine.template.environment.pins} is too large"
    return (_why_not_python if pristine.template.environment.kind == "python" else _why_not_node)(pristine, pins)


def declaration_of(pristine: Pristine, pins: bytes) -> bytes:
    """Return the package.json that a lock file was made from, for the Node that the path asks for."""
    declaration = json.loads(declaration_of_lock(pins, pristine.template.environment))
    wanted = declared_packages(pristine.declaration, pristine.template.environment.declaration).wanted_node
    return json.dumps({**declaration, "engines": {"node": wanted}}).encode()


def _why_not_python(pristine: Pristine, pins: bytes) -> str:
    environment = pristine.template.environment
    lines = pins.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.lstrip().startswith("#") and not (_PIN.fullmatch(line) or _HASH.fullmatch(line)):
            return f"{environment.pins}:{number} is no pinned package with its hashes"
        if line[:1].isalnum() and not _HASH.fullmatch(lines[number] if number < len(lines) else ""):
            return f"{environment.pins}:{number} has no hash"
    needed = {package_name(one) for one in declared(pristine.declaration, environment.declaration).requirements}
    return _lacks(environment.pins, needed - pinned_names(pins))


def _why_not_node(pristine: Pristine, pins: bytes) -> str:
    """A lock file of npm's (version 3) without addresses, as the path's .npmrc makes them."""
    environment = pristine.template.environment
    try:
        top = json_object(pins, environment.pins)
        packages = top.get("packages")
        if top.get("lockfileVersion") != 3 or not isinstance(packages, dict) or not isinstance(packages.get(""), dict):
            return f"{environment.pins} is no lock file of this npm"
        lists = declared_packages(json.dumps(packages[""]).encode(), environment.pins).lists
    except StarterkitError as wrong:
        return wrong.message.split("\n")[0]
    for place, entry in packages.items():
        if place and (reason := _why_not_entry(place, entry)):
            return f"{environment.pins} {reason}"
    ours = declared_packages(pristine.declaration, environment.declaration).lists
    needed = {name for packages in ours.values() for name in packages}
    return _lacks(environment.pins, needed - {name for packages in lists.values() for name in packages})


def _why_not_entry(place: str, entry: object) -> str:
    if not _PLACE.fullmatch(place) or not isinstance(entry, dict):
        return f'has "{place[:80]}", which is no package of node_modules'
    if "resolved" in entry or entry.get("link"):
        return f"names an address for {place.removeprefix('node_modules/')[:80]}"
    if not _INTEGRITY.fullmatch(str(entry.get("integrity"))):
        return f"has no hash for {place.removeprefix('node_modules/')[:80]}"
    return ""


def _lacks(file: str, names: set[str]) -> str:
    return f"its {file} lacks {', '.join(sorted(names)[:3])}" if names else ""
