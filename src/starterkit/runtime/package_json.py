"""What a package.json declares, and its lock file: made from it, read, and fetched ahead into npm's cache."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import FileError
from starterkit.progress import Progress, no_progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.causes import failure
from starterkit.runtime.node import find_node
from starterkit.runtime.npm import run_cached_first, run_npm, run_online
from starterkit.template.model import EnvironmentSpec
from starterkit.textfile import parse_json

LISTS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
ANY_NODE = ">=20"


@dataclass(frozen=True)
class DeclaredPackages:
    """The parts of a package.json that decide which packages belong into the environment, and on which Node."""

    lists: dict[str, dict[str, str]]
    wanted_node: str


def declared_packages(data: bytes, file: str) -> DeclaredPackages:
    """Read a package.json. Raises `FileError` with file and line where it is not valid."""
    top = parse_json(data, file)
    lists: dict[str, dict[str, str]] = {}
    for name in LISTS:
        table = top.get(name, {})
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise FileError(file, None, f"{name} must be an object of texts", 'For example: {"express": "^5.3.0"}.')
        if table:
            lists[name] = table
    engines = top.get("engines", {})
    wanted = engines.get("node") if isinstance(engines, dict) else None
    return DeclaredPackages(lists, wanted if isinstance(wanted, str) else ANY_NODE)


def is_locked(pins: bytes, lists: dict[str, dict[str, str]], file: str) -> bool:
    """Tell whether a lock file was made from exactly these lists. Raises `FileError` for one that cannot be read."""
    if not pins:
        return False
    packages = parse_json(pins, file).get("packages", {})
    root = packages.get("", {}) if isinstance(packages, dict) else {}
    return {name: root[name] for name in LISTS if root.get(name)} == lists


def compile_pins(
    declaration: bytes,
    old_pins: bytes | None,
    environment: EnvironmentSpec,
    *,
    offline: bool,
    bundle: Bundle | None,
    say: Progress,
) -> bytes:
    """Return the lock file of a declaration; what `old_pins` names keeps its version where it can."""
    declared = declared_packages(declaration, environment.declaration)
    node = find_node(declared.wanted_node, offline=offline, bundle=bundle, say=say)
    with _scratch(environment, declaration, old_pins) as folder:
        what = f"the packages that {environment.declaration} names"
        install = ["install", "--package-lock-only", "--ignore-scripts"]
        run_cached_first(node, install, what=what, cwd=folder, offline=offline, bundle=bundle, say=say)
        return (folder / environment.pins).read_bytes().replace(b"\r\n", b"\n")


def newest_pins(declaration: bytes, environment: EnvironmentSpec, *, unbound: bool) -> bytes:
    """Return pins with the newest releases, as the registry tells them now; `unbound`: of any version."""
    declared = declared_packages(declaration, environment.declaration)
    if unbound:
        top = parse_json(declaration, environment.declaration)
        top.update({name: dict.fromkeys(packages, "*") for name, packages in declared.lists.items()})
        declaration = json.dumps(top).encode()
    node = find_node(declared.wanted_node, offline=False, bundle=None, say=no_progress)
    with _scratch(environment, declaration, None) as folder:
        finished = run_online(node, ["install", "--package-lock-only", "--ignore-scripts"], cwd=folder)
        if finished.code != 0:
            raise failure(finished, f"the newest releases of what {environment.declaration} names")
        return (folder / environment.pins).read_bytes().replace(b"\r\n", b"\n")


def fetch_into_cache(pins: bytes, environment: EnvironmentSpec, *, offline: bool, say: Progress) -> None:
    """Bring every package of a lock file into npm's cache, and what npm reads to make a lock file again."""
    declaration = declaration_of(pins, environment)
    wanted = declared_packages(declaration, environment.declaration).wanted_node
    node = find_node(wanted, offline=offline, bundle=None, say=say)
    what = f"the packages of {environment.pins}"
    with _scratch(environment, declaration, pins) as folder:
        run_cached_first(node, ["ci", "--ignore-scripts"], what=what, cwd=folder, offline=offline, say=say)
    compile_pins(declaration, None, environment, offline=offline, bundle=None, say=say)


def fill_cache(
    pins: bytes, environment: EnvironmentSpec, cache: Path, *, also: Sequence[str] = (), say: Progress
) -> None:
    """Fill a cache of npm's in a folder with the packages of a lock file, and what making it again reads.

    With `also`, only these are added: each a name and a version, `express@5.3.0`.
    """
    declaration = declaration_of(pins, environment)
    node = find_node(
        declared_packages(declaration, environment.declaration).wanted_node, offline=False, bundle=None, say=say
    )
    # The first, without a lock file, is for what npm reads of each package when it chooses versions.
    choose, install = ["install", "--package-lock-only", "--ignore-scripts"], ["ci", "--ignore-scripts"]
    for step, lock in [(["cache", "add", *also], pins)] if also else [(choose, None), (install, pins)]:
        with _scratch(environment, declaration, lock) as folder:
            finished = run_online(node, [*step, "--cache", str(cache)], cwd=folder)
            if finished.code != 0:
                raise failure(finished, f"the packages of {environment.pins}")


def npm_registry(environment: EnvironmentSpec, pins: bytes, say: Progress) -> str:
    """Return the address of the registry that npm asks on this machine."""
    declaration = declaration_of(pins, environment)
    node = find_node(
        declared_packages(declaration, environment.declaration).wanted_node, offline=False, bundle=None, say=say
    )
    with _scratch(environment, declaration, None) as folder:
        finished = run_npm(node, ["config", "get", "registry"], cwd=folder)
    if finished.code != 0:
        raise failure(finished, "the address of the registry")
    return finished.text_out.strip()


def declaration_of(pins: bytes, environment: EnvironmentSpec) -> bytes:
    """Return a declaration of what a lock file was made from."""
    packages = parse_json(pins, environment.pins).get("packages", {})
    root = packages.get("", {}) if isinstance(packages, dict) else {}
    return json.dumps({"name": "fetched", "version": "0.0.0", "private": True, **root}).encode()


def locked_packages(pins: bytes) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the name and the entry of each package that a lock file takes from a registry."""
    for place, entry in _packages(pins).items():
        name = str(entry.get("name") or place.rpartition("node_modules/")[2])
        if name and "version" in entry and "integrity" in entry:
            yield name, entry


def required_folders(pins: bytes) -> list[str]:
    """Return the folder of each package that a lock file places and that isn't optional, relative to the project."""
    return [place for place, entry in _packages(pins).items() if place and not entry.get("optional")]


def pinned_versions(pins: bytes) -> dict[str, tuple[str, ...]]:
    """Return the versions to which each package of a lock file is pinned."""
    found: dict[str, tuple[str, ...]] = {}
    for place, entry in _packages(pins).items():
        name = place.rpartition("node_modules/")[2]
        if name and "version" in entry:
            found[name] = tuple(dict.fromkeys((*found.get(name, ()), str(entry["version"]))))
    return found


def preferred_lock(*files: bytes) -> bytes:
    """Return one lock file that holds each package as the first of `files` that places it does."""
    merged: dict[str, dict[str, object]] = {}
    top: dict[str, object] = {}
    for pins in files:
        if pins:
            top = {**json.loads(pins), **top}
            merged = {**_packages(pins), **merged}
    return (json.dumps({**top, "packages": dict(sorted(merged.items()))}, indent=2) + "\n").encode()


def _packages(pins: bytes) -> dict[str, dict[str, object]]:
    found = json.loads(pins).get("packages", {})
    return found if isinstance(found, dict) else {}


@contextmanager
def _scratch(environment: EnvironmentSpec, declaration: bytes, pins: bytes | None) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / environment.declaration).write_bytes(declaration)
        if pins:
            (folder / environment.pins).write_bytes(pins)
        yield folder
