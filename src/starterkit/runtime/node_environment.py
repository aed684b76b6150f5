"""Environments of kind `node`: the project's node_modules, filled by npm from a lock file, and the Node that serves it.

While the project's declaration and pins are what the environment's stamp says, `prepare` reads four files and starts
no program; what makes and mends environments is imported only when it is needed.
"""

from __future__ import annotations

from pathlib import Path

from starterkit.errors import EnvironmentProblem
from starterkit.progress import Progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.environment import Environment
from starterkit.runtime.inventory import damage, is_unchanged
from starterkit.runtime.node import KnownNode, node_variables, read_known_node
from starterkit.runtime.python_environment import read_files
from starterkit.runtime.stamp import stamp_problem
from starterkit.template.model import EnvironmentSpec

FOLDER = "node_modules"


def prepare(
    project: Path, environment: EnvironmentSpec, *, offline: bool, bundle: Bundle | None, say: Progress, fresh: bool
) -> Environment:
    """Return the environment in the project's node_modules, made or brought up to date where that is needed."""
    project = project.absolute()
    folder = project / FOLDER
    node = None if fresh else up_to_date(project, environment)
    if node is None:
        from starterkit.runtime.node_builder import NodeBuilder

        try:
            node = NodeBuilder(project, environment, offline, bundle, say, fresh).bring_up_to_date()
        except OSError as denied:
            where = denied.filename or folder
            raise EnvironmentProblem(f"The environment cannot be made: {where}: {denied.strerror}.") from denied
    programs = {"node": str(node.program), "npm": str(node.npm)}
    return Environment(programs, node_variables(node, environment.clear), folder, beside_the_code=True)


def problem(project: Path, environment: EnvironmentSpec) -> str:
    """Return why the environment must be created or updated, in words; "" if it is whole. Starts no program."""
    folder = project.absolute() / FOLDER
    found = stamp_problem(folder, read_files(project, environment))
    return found or ("" if read_known_node(folder) else "its Node is gone or was replaced") or damage(folder)


def up_to_date(project: Path, environment: EnvironmentSpec) -> KnownNode | None:
    """Return the Node of an environment that is made from what the project says now and lacks no package."""
    folder = project / FOLDER
    if stamp_problem(folder, read_files(project, environment)) or not is_unchanged(folder):
        return None
    return read_known_node(folder)
