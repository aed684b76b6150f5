"""Environments of kind `python`: a virtual environment in the project's .venv, filled by uv from hashed pins.

While the project's declaration and pins are what the environment's stamp says, `prepare` reads three files and starts
no program; what makes and mends environments is imported only when it is needed.
"""

from __future__ import annotations

import os
from pathlib import Path

from starterkit.errors import EnvironmentProblem, FileError
from starterkit.progress import Progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.environment import Environment, program_variables
from starterkit.runtime.inventory import damage, is_unchanged
from starterkit.runtime.stamp import Files, read, stamp_problem
from starterkit.template.model import EnvironmentSpec

FOLDER = ".venv"


def prepare(
    project: Path, environment: EnvironmentSpec, *, offline: bool, bundle: Bundle | None, say: Progress, fresh: bool
) -> Environment:
    """Return the environment in the project's .venv, made or brought up to date where that is needed."""
    project = project.absolute()
    folder = project / FOLDER
    ahead: tuple[str, ...] = ()
    if fresh or not is_up_to_date(project, environment):
        from starterkit.runtime.python_builder import PythonBuilder, compiling

        try:
            PythonBuilder(project, environment, offline, bundle, say, fresh).bring_up_to_date()
        except OSError as denied:
            where = denied.filename or folder
            raise EnvironmentProblem(f"The environment cannot be made: {where}: {denied.strerror}.") from denied
        ahead = compiling(project, environment)
    program = python(folder)
    variables = program_variables(program.parent, environment.clear)
    return Environment({"python": str(program)}, variables, folder, ahead=ahead)


def problem(project: Path, environment: EnvironmentSpec) -> str:
    """Return why the environment must be created or updated, in words; "" if it is whole. Starts no program."""
    folder = project.absolute() / FOLDER
    found = stamp_problem(folder, read_files(project, environment))
    return found or ("" if has_python(folder) else "its Python is gone or may not be run") or damage(folder)


def is_up_to_date(project: Path, environment: EnvironmentSpec) -> bool:
    """True if the environment is made from what the project says now and no package is lost. Starts no program."""
    folder = project / FOLDER
    return not stamp_problem(folder, read_files(project, environment)) and has_python(folder) and is_unchanged(folder)


def read_files(project: Path, environment: EnvironmentSpec) -> Files:
    """Return the declaration and the pins of a project (b"" where it has none). Raises `FileError`."""
    declaration = read(project / environment.declaration)
    if declaration is None:
        raise FileError(
            environment.declaration,
            None,
            "the file is missing, and with it the list of packages",
            "Bring it back from git, or type `starterkit undo`.",
        )
    return Files(declaration, read(project / environment.pins) or b"")


def python(folder: Path) -> Path:
    """Return the Python program of an environment."""
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def has_python(folder: Path) -> bool:
    """Tell whether the environment's Python is there; on Windows it only starts the one it was made from."""
    if not os.access(python(folder), os.X_OK):  # follows the link to the Python that the environment was made from
        return False
    return os.name != "nt" or Path(settings(folder).get("home", "")).is_dir()


def settings(folder: Path) -> dict[str, str]:
    """Return what an environment's pyvenv.cfg says."""
    text = (read(folder / "pyvenv.cfg") or b"").decode("utf-8", "replace")
    pairs = (line.partition("=") for line in text.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}
