"""What commands run in: the programs of an environment and the variables they are started with."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import UsageError
from starterkit.process import PYTHON_VARIABLES, scrubbed_environment

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Environment:
    """An environment that is ready. It serves the project it was made for and copies of it alike.

    `programs` are the placeholders it fills (`python`, …) with absolute paths; `variables` is the whole environment
    to start a program with. `folder` holds its packages (None: not known); where a language looks for them
    `beside_the_code`, a copy of the project needs a link to it.
    """

    programs: Mapping[str, str]
    variables: dict[str, str]
    folder: Path | None = None
    beside_the_code: bool = False
    ahead: tuple[str, ...] = ()

    def lend_to(self, project: Path) -> None:
        """Let a copy of the project find the packages; where it needs nothing, do nothing."""
        if not self.beside_the_code or self.folder is None:
            return
        link = project / self.folder.name
        if link.exists():
            return
        link.unlink(missing_ok=True)
        if sys.platform == "win32":  # where a link needs rights that few people have
            import _winapi

            _winapi.CreateJunction(str(self.folder), str(link))
        else:
            link.symlink_to(self.folder, target_is_directory=True)

    def command(self, args: Sequence[str], **values: str | Sequence[str]) -> list[str]:
        """Return `args` with their placeholders filled; an argument that is a list's placeholder becomes several.

        Raises `UsageError` for a placeholder that neither the environment nor `values` fills.
        """
        known = {**self.programs, **values}
        return [word for arg in args for word in _filled(arg, known)]


def _filled(arg: str, known: Mapping[str, str | Sequence[str]]) -> list[str]:
    whole = _PLACEHOLDER.fullmatch(arg)
    if whole and not isinstance(value := _value(whole[1], known), str):
        return list(value)

    def one(match: re.Match[str]) -> str:
        value = _value(match[1], known)
        return value if isinstance(value, str) else " ".join(value)

    return [_PLACEHOLDER.sub(one, arg)]


def _value(name: str, known: Mapping[str, str | Sequence[str]]) -> str | Sequence[str]:
    if name not in known:
        raise UsageError(
            f"A command of path.yml uses {{{name}}}, which has no meaning there.", "See docs/authoring.md."
        )
    return known[name]


def program_variables(first_in_path: Path, clear: Sequence[str]) -> dict[str, str]:
    """Return the variables of this process without those that `clear` names, the environment's programs first."""
    variables = scrubbed_environment((*PYTHON_VARIABLES, *clear))
    inherited = variables.get("PATH", os.defpath)
    variables["PATH"] = f"{first_in_path}{os.pathsep}{inherited}"
    variables["PYTHONIOENCODING"] = "utf-8"  # a print of any letter works where output goes to a file
    return variables
