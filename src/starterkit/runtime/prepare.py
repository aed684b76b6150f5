"""Prepare a project's environment, and pin and fetch its packages."""

from __future__ import annotations

from pathlib import Path

from starterkit.errors import EnvironmentProblem
from starterkit.progress import Progress, no_progress
from starterkit.runtime import package_json, python_packages
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.environment import Environment
from starterkit.runtime.node_builder import NodeBuilder
from starterkit.runtime.offline_first import PackageSource
from starterkit.runtime.python_builder import PythonBuilder
from starterkit.template.model import EnvironmentSpec


def prepare(
    project: Path,
    environment: EnvironmentSpec,
    *,
    offline: bool = False,
    bundle: Bundle | None = None,
    say: Progress = no_progress,
    fresh: bool = False,
) -> Environment:
    """Return the environment of a project, and create or update it if needed.

    If nothing has changed, no program starts. Otherwise packages come from this machine's cache. If that isn't enough,
    a message appears and packages come from the network. If the declaration lists other packages, the pins are compiled
    again. A damaged environment is created again. `fresh` always creates the environment again. With a `bundle`,
    packages come only from the bundle.

    Raises `NoNetworkError` if packages can't be fetched, and `FileError` for an invalid declaration. Raises
    `NoSuchPackagesError` for unknown packages, `BundleLacksError` for an unsuitable bundle, and `EnvironmentProblem`.
    """
    builder = NodeBuilder if _is_node(environment) else PythonBuilder
    return builder(project, environment, PackageSource(offline, bundle, say), fresh).prepare()


def environment_problem(project: Path, environment: EnvironmentSpec) -> str:
    """Return why an environment must be created or updated, or "". Checks every file, but starts no program."""
    builder = NodeBuilder if _is_node(environment) else PythonBuilder
    return builder(project, environment, PackageSource()).problem()


def compile_pins(
    declaration: bytes,
    old_pins: bytes | None,
    environment: EnvironmentSpec,
    *,
    offline: bool = False,
    bundle: Bundle | None = None,
    say: Progress = no_progress,
) -> bytes:
    """Return exact pins with hashes for a declaration. They are valid for all systems.

    Packages keep their version from `old_pins` if the declaration allows it. To use several old files, join them with
    `preferred_pins`. Raises the same errors as `prepare`.
    """
    compile_of_kind = package_json.compile_pins if _is_node(environment) else python_packages.compile_pins
    return compile_of_kind(declaration, old_pins, environment, PackageSource(offline, bundle, say))


def newest_pins(declaration: bytes, environment: EnvironmentSpec, *, unbound: bool = False) -> bytes:
    """Return pins with the newest releases. This always uses the network.

    With `unbound`, the version ranges in the declaration are ignored. Raises `NoNetworkError`, `NoSuchPackagesError` or
    `FileError`.
    """
    newest = package_json.newest_pins if _is_node(environment) else python_packages.newest_pins
    return newest(declaration, environment, unbound=unbound)


def fetch_into_cache(pins: bytes, environment: EnvironmentSpec) -> None:
    """Fetch all packages of a pins file into the cache. Raises the same errors as `prepare`."""
    fetch = package_json.fetch_into_cache if _is_node(environment) else python_packages.fetch_into_cache
    fetch(pins, environment)


def _is_node(environment: EnvironmentSpec) -> bool:
    if environment.kind not in ("python", "node"):
        raise EnvironmentProblem(
            f'This version of starterkit doesn\'t support the environment "{environment.kind}".',
            "Install a newer version of starterkit.",
        )
    return environment.kind == "node"
