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
    """Return the environment of a project, created or updated if necessary.

    If nothing has changed, no program starts. Otherwise packages come from this machine first, and from the network
    after saying so. If the declaration lists other packages, the pins are compiled again. A damaged environment is
    created again, and so is any environment with `fresh`. With a `bundle`, packages come only from there.

    Raises `NoNetworkError` if packages can't be fetched, `FileError` for an invalid declaration, `NoSuchPackagesError`
    for packages that don't exist, `EnvironmentProblem`, and `BundleLacksError` for a bundle.
    """
    builder = NodeBuilder if _is_node(environment) else PythonBuilder
    return builder(project, environment, PackageSource(offline, bundle, say), fresh).prepare()


def environment_problem(project: Path, environment: EnvironmentSpec) -> str:
    """Return why an environment must be created or updated, in words, or "".

    Looks at every file of the environment. Changes nothing and starts no program.
    """
    builder = NodeBuilder if _is_node(environment) else PythonBuilder
    return builder(project, environment, PackageSource()).problem()


def compile_pins(
    declaration: bytes,
    old_pins: bytes | None,
    environment: EnvironmentSpec,
    *,
    offline: bool = False,
    bundle: Bundle | None = None,
) -> bytes:
    """Return the exact, hashed pins of a declaration for all systems.

    Packages keep the version in `old_pins` if the declaration allows it. `preferred_pins` makes one file of several.
    Raises as `prepare` does.
    """
    compile_of_kind = package_json.compile_pins if _is_node(environment) else python_packages.compile_pins
    return compile_of_kind(declaration, old_pins, environment, PackageSource(offline, bundle))


def newest_pins(declaration: bytes, environment: EnvironmentSpec, *, unbound: bool = False) -> bytes:
    """Return pins with the newest releases. Always asks the network.

    With `unbound`, the versions that the declaration allows don't count. Raises `NoNetworkError`,
    `NoSuchPackagesError`, `FileError`.
    """
    newest = package_json.newest_pins if _is_node(environment) else python_packages.newest_pins
    return newest(declaration, environment, unbound=unbound)


def fetch_into_cache(pins: bytes, environment: EnvironmentSpec) -> None:
    """Fetch all packages of a pins file into the cache. Raises as `prepare` does."""
    fetch = package_json.fetch_into_cache if _is_node(environment) else python_packages.fetch_into_cache
    fetch(pins, environment)


def _is_node(environment: EnvironmentSpec) -> bool:
    if environment.kind not in ("python", "node"):
        raise EnvironmentProblem(
            f'This version of starterkit cannot create environments of the kind "{environment.kind}".',
            "Upgrade starterkit.",
        )
    return environment.kind == "node"
