"""Pin npm packages in a lock file, and fetch packages into npm's cache."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import FileError
from starterkit.progress import Progress
from starterkit.runtime.causes import failure
from starterkit.runtime.node import KnownNode, find_node
from starterkit.runtime.npm import run_cached_first, run_npm, run_online
from starterkit.runtime.offline_first import PackageSource, scratch_folder
from starterkit.template.model import EnvironmentSpec
from starterkit.textfile import parse_json

LISTS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
_ANY_NODE = ">=20"
_LOCK = ["install", "--package-lock-only", "--ignore-scripts"]
_INSTALL = ["ci", "--ignore-scripts"]


@dataclass(frozen=True)
class DeclaredPackages:
    """The packages and the range of Node versions that a package.json declares."""

    lists: dict[str, dict[str, str]]
    wanted_node: str


def declared_packages(data: bytes, file: str) -> DeclaredPackages:
    """Read a package.json. Raises `FileError` with file and line if it isn't valid."""
    top = parse_json(data, file)
    lists: dict[str, dict[str, str]] = {}
    for name in LISTS:
        table = top.get(name, {})
        if not isinstance(table, dict) or not all(isinstance(value, str) for value in table.values()):
            raise FileError(
                file,
                None,
                f"the value of {name} must be an object with strings",
                'For example: {"express": "^5.3.0"}.',
            )
        if table:
            lists[name] = table
    engines = top.get("engines", {})
    versions = engines.get("node") if isinstance(engines, dict) else None
    return DeclaredPackages(lists, versions if isinstance(versions, str) else _ANY_NODE)


def is_locked(pins: bytes, lists: dict[str, dict[str, str]], file: str) -> bool:
    """True if a lock file matches the package lists of a package.json. Raises `FileError` for an invalid lock file."""
    root = _root(pins, file) if pins else {}
    return bool(pins) and {name: root[name] for name in LISTS if root.get(name)} == lists


def declaration_of(pins: bytes, environment: EnvironmentSpec) -> bytes:
    """Return a package.json with the package lists that npm copied into a lock file."""
    root = _root(pins, environment.pins)
    return json.dumps({"name": "fetched", "version": "0.0.0", "private": True, **root}).encode()


def _root(pins: bytes, file: str) -> dict[str, object]:
    packages = parse_json(pins, file).get("packages", {})
    root = packages.get("", {}) if isinstance(packages, dict) else {}
    return dict(root)


def compile_pins(
    declaration: bytes, old_pins: bytes | None, environment: EnvironmentSpec, source: PackageSource
) -> bytes:
    """Return a new lock file. Packages keep their versions from `old_pins` if possible.

    Raises the same errors as `offline_first`, and `FileError` for an invalid declaration.
    """
    node = _node_for(declaration, environment, source)
    with scratch_folder(environment, declaration, old_pins) as folder:
        run_cached_first(node, _LOCK, f"the packages in {environment.declaration}", source, cwd=folder)
        return _read_lock(folder, environment)


def save_packages(
    declaration: bytes,
    old_pins: bytes | None,
    environment: EnvironmentSpec,
    packages: Sequence[str],
    source: PackageSource,
    *,
    dev: bool,
) -> tuple[bytes, bytes]:
    """Return a package.json with more packages, such as `zod@4`, and its lock file. npm chooses the ranges.

    Without `dev`, a package that is declared already stays in its list.
    """
    node = _node_for(declaration, environment, source)
    with scratch_folder(environment, declaration, old_pins) as folder:
        command = [*_LOCK, *packages, "--save-dev" if dev else "--save"]
        run_cached_first(node, command, ", ".join(packages), source, cwd=folder)
        return (folder / environment.declaration).read_bytes(), _read_lock(folder, environment)


def newest_pins(declaration: bytes, environment: EnvironmentSpec, *, unbound: bool) -> bytes:
    """Return a lock file with the newest releases. This always uses the network.

    With `unbound`, declared version ranges are ignored.
    """
    node = _node_for(declaration, environment)
    if unbound:
        lists = declared_packages(declaration, environment.declaration).lists
        top = parse_json(declaration, environment.declaration)
        top.update({name: dict.fromkeys(packages, "*") for name, packages in lists.items()})
        declaration = json.dumps(top).encode()
    with scratch_folder(environment, declaration, None) as folder:
        finished = run_online(node, _LOCK, cwd=folder)
        if finished.code != 0:
            raise failure(finished, f"the newest releases of the packages in {environment.declaration}")
        return _read_lock(folder, environment)


def fetch_into_cache(pins: bytes, environment: EnvironmentSpec) -> None:
    """Fetch all packages of a lock file and their metadata into npm's cache."""
    declaration = declaration_of(pins, environment)
    node = _node_for(declaration, environment)
    with scratch_folder(environment, declaration, pins) as folder:
        run_cached_first(node, _INSTALL, f"the packages of {environment.pins}", PackageSource(), cwd=folder)
    compile_pins(declaration, None, environment, PackageSource())


def fill_cache(
    pins: bytes, environment: EnvironmentSpec, cache: Path, *, also: Sequence[str] = (), say: Progress
) -> None:
    """Fill the npm cache in the folder `cache` with all packages of a lock file.

    If there are packages in `also`, such as `express@5.3.0`, add only these packages.
    """
    declaration = declaration_of(pins, environment)
    node = _node_for(declaration, environment, PackageSource(say=say))
    # The first command has no lock file, so npm also fetches the metadata that it needs to choose versions.
    steps = [(["cache", "add", *also], pins)] if also else [(_LOCK, None), (_INSTALL, pins)]
    for command, lock in steps:
        with scratch_folder(environment, declaration, lock) as folder:
            finished = run_online(node, [*command, "--cache", str(cache)], cwd=folder)
            if finished.code != 0:
                raise failure(finished, f"the packages of {environment.pins}")


def npm_registry(environment: EnvironmentSpec, pins: bytes, say: Progress) -> str:
    """Return the URL of the registry that npm uses on this machine."""
    declaration = declaration_of(pins, environment)
    node = _node_for(declaration, environment, PackageSource(say=say))
    with scratch_folder(environment, declaration, None) as folder:
        finished = run_npm(node, ["config", "get", "registry"], cwd=folder)
    if finished.code != 0:
        raise failure(finished, "the URL of the registry")
    return finished.text_out.strip()


def _node_for(declaration: bytes, environment: EnvironmentSpec, source: PackageSource | None = None) -> KnownNode:
    return find_node(declared_packages(declaration, environment.declaration).wanted_node, source or PackageSource())


def _read_lock(folder: Path, environment: EnvironmentSpec) -> bytes:
    return (folder / environment.pins).read_bytes().replace(b"\r\n", b"\n")
