"""Environments of kind `node`: the project's node_modules, filled by npm from a lock file, and the Node that serves it.

While the project's declaration and pins are what the environment's stamp says, `prepare` reads four files and starts
no program; what makes and mends environments is imported only when it is needed.
"""

from __future__ import annotations

from pathlib import Path

from starterkit.errors import MissingError, StarterkitError
from starterkit.progress import Progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.node import KnownNode, node_variables, read_known_node
from starterkit.runtime.prepared import Prepared
from starterkit.runtime.python_environment import read_files
from starterkit.runtime.stamp import read_stamp
from starterkit.template import Environment

FOLDER = "node_modules"


def prepare(
    project: Path, environment: Environment, *, offline: bool, bundle: Bundle | None, say: Progress
) -> Prepared:
    """Return the environment in the project's node_modules, made or brought up to date where that is needed."""
    project = project.absolute()
    folder = project / FOLDER
    node = up_to_date(project, environment)
    if node is None:
        from starterkit.runtime.node_making import Making

        try:
            node = Making(project, environment, offline, bundle, say).bring_up_to_date()
        except OSError as denied:
            where = denied.filename or folder
            raise MissingError(f"The environment cannot be made: {where}: {denied.strerror}.") from denied
    programs = {"node": str(node.program), "npm": str(node.npm)}
    return Prepared(programs, node_variables(node, environment.clear), folder, beside_the_code=True)


def is_prepared(project: Path, environment: Environment) -> bool:
    """Tell whether the environment is whole and made from what the project says now; starts no program."""
    try:
        return up_to_date(project.absolute(), environment) is not None
    except StarterkitError:
        return False


def up_to_date(project: Path, environment: Environment) -> KnownNode | None:
    """Return the Node of an environment that is whole and made from what the project says now; starts no program."""
    folder = project / FOLDER
    stamp = read_stamp(folder)
    if stamp is None or not stamp.whole or stamp.files != read_files(project, environment):
        return None
    return read_known_node(folder)
