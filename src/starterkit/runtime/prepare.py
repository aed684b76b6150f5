"""Prepare the environment of a project, and pin and fetch its packages; `kind` in path.yml decides how."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from starterkit.errors import EnvironmentProblem
from starterkit.progress import Progress, no_progress
from starterkit.runtime import node_environment, package_json, python_environment, python_packages
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.environment import Environment
from starterkit.runtime.latest import newest_pins as newest_python_pins
from starterkit.template.model import EnvironmentSpec


class Environments(Protocol):
    """The module that prepares environments of one kind."""

    def prepare(
        self,
        project: Path,
        environment: EnvironmentSpec,
        *,
        offline: bool,
        bundle: Bundle | None,
        say: Progress,
        fresh: bool,
    ) -> Environment:
        """Return the environment of a project, created or updated if necessary."""

    def problem(self, project: Path, environment: EnvironmentSpec) -> str:
        """Return why the environment must be created or updated, in words; "" if it is whole. Starts no program."""


class Packages(Protocol):
    """The module that pins and fetches packages of one kind."""

    def compile_pins(
        self,
        declaration: bytes,
        old_pins: bytes | None,
        environment: EnvironmentSpec,
        *,
        offline: bool,
        bundle: Bundle | None,
        say: Progress,
    ) -> bytes:
        """Return the pins of a declaration."""

    def fetch_into_cache(self, pins: bytes, environment: EnvironmentSpec, *, offline: bool, say: Progress) -> None:
        """Fetch every package of a pins file into the cache of this machine."""


def prepare(
    project: Path,
    environment: EnvironmentSpec,
    *,
    offline: bool = False,
    bundle: Bundle | None = None,
    say: Progress = no_progress,
    fresh: bool = False,
) -> Environment:
    """Return the environment that the project's commands run in, made or brought up to date where that is needed.

    Unchanged since the last time, it starts no program. Otherwise what is on this machine is used first, and the
    network, after saying so, only for the rest. If the learner declared other packages, the pins are compiled again.
    If the environment is damaged, or with `fresh`, it is created again. With a `bundle`, packages come from there
    alone. Raises `NoNetworkError` if packages can't be fetched, `FileError` for a declaration that is not valid,
    `NoSuchPackagesError` for packages that do not exist, `EnvironmentProblem` (`BundleLacksError` of a bundle).
    """
    environments = _environments(environment)
    return environments.prepare(project, environment, offline=offline, bundle=bundle, say=say, fresh=fresh)


def environment_problem(project: Path, environment: EnvironmentSpec) -> str:
    """Return why the environment of a project must be created or updated, in words; "" if it is whole.

    Looks at every file of it, and changes nothing.
    """
    return _environments(environment).problem(project, environment)


def compile_pins(
    declaration: bytes,
    old_pins: bytes | None,
    environment: EnvironmentSpec,
    *,
    offline: bool = False,
    bundle: Bundle | None = None,
    say: Progress = no_progress,
) -> bytes:
    """Return the exact, hashed pins of what a declaration names, for all systems, without any address.

    Packages keep the version that `old_pins` gives them where the declaration allows it; `preferred_pins` makes one
    file of several. Raises as `prepare` does.
    """
    packages = _packages(environment)
    return packages.compile_pins(declaration, old_pins, environment, offline=offline, bundle=bundle, say=say)


def newest_pins(declaration: bytes, environment: EnvironmentSpec, *, unbound: bool = False) -> bytes:
    """Return the pins of a declaration with the newest releases that there are; this always asks the network.

    Where `unbound`, the declared packages count without the versions that the declaration allows. Raises
    `NoNetworkError`, `NoSuchPackagesError`, `FileError`.
    """
    newest = package_json.newest_pins if _is_node(environment) else newest_python_pins
    return newest(declaration, environment, unbound=unbound)


def fetch_into_cache(
    pins: bytes, environment: EnvironmentSpec, *, offline: bool = False, say: Progress = no_progress
) -> None:
    """Bring every package of a pins file onto this machine, so that later no network is needed for it.

    Raises as `prepare` does.
    """
    _packages(environment).fetch_into_cache(pins, environment, offline=offline, say=say)


def _is_node(environment: EnvironmentSpec) -> bool:
    if environment.kind not in ("python", "node"):
        raise EnvironmentProblem(
            f'This starterkit cannot make environments of the kind "{environment.kind}".', "Upgrade starterkit."
        )
    return environment.kind == "node"


def _environments(environment: EnvironmentSpec) -> Environments:
    return node_environment if _is_node(environment) else python_environment


def _packages(environment: EnvironmentSpec) -> Packages:
    return package_json if _is_node(environment) else python_packages
