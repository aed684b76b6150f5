"""The programs and variables that run commands in a finished environment."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import UsageError
from starterkit.process import PYTHON_VARIABLES, scrubbed_environment

if sys.platform == "win32":
    import _winapi

_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True)
class Environment:
    """A finished environment, for its project and for copies of the project.

    `programs` maps placeholders (`python`, …) to absolute paths. `variables` has all environment variables for a
    command. `folder` contains the packages, if it is known. With `beside_the_code`, a copy of the project needs a link
    to this folder. `ahead` is a command that may run in the background to make the first test run faster.
    """

    programs: Mapping[str, str]
    variables: dict[str, str]
    folder: Path | None = None
    beside_the_code: bool = False
    ahead: tuple[str, ...] = ()

    def lend_to(self, project: Path) -> None:
        """If the programs need the packages next to the code, link the packages into a copy of the project."""
        if not self.beside_the_code or self.folder is None:
            return
        link = project / self.folder.name
        if link.exists():
            return
        link.unlink(missing_ok=True)
        if sys.platform == "win32":  # on Windows, only few users may create symbolic links
            _winapi.CreateJunction(str(self.folder), str(link))
        else:
            link.symlink_to(self.folder, target_is_directory=True)

    def command(self, args: Sequence[str], **values: str | Sequence[str]) -> list[str]:
        """Return a command of path.yml with its placeholders replaced, such as `{python}`.

        `values` has more placeholders. A list replaces its placeholder by several arguments. Raises `UsageError` for an
        unknown placeholder.
        """
        known = {**self.programs, **values}
        return [filled for arg in args for filled in _filled(arg, known)]


def _filled(arg: str, known: Mapping[str, str | Sequence[str]]) -> list[str]:
    whole = _PLACEHOLDER.fullmatch(arg)
    if whole and not isinstance(value := _value(whole[1], known), str):
        return list(value)

    def text(match: re.Match[str]) -> str:
        value = _value(match[1], known)
        return value if isinstance(value, str) else " ".join(value)

    return [_PLACEHOLDER.sub(text, arg)]


def _value(name: str, known: Mapping[str, str | Sequence[str]]) -> str | Sequence[str]:
    if name not in known:
        raise UsageError(
            f"Unknown placeholder {{{name}}} in a command of path.yml.",
            "For the valid placeholders, see docs/authoring.md.",
        )
    return known[name]


def program_variables(first_in_path: Path, clear: Sequence[str]) -> dict[str, str]:
    """Return environment variables for programs: those of this process, without those in `clear`.

    `first_in_path` is the first folder in PATH, so that its programs win.
    """
    variables = scrubbed_environment((*PYTHON_VARIABLES, *clear))
    return {**variables, "PATH": f"{first_in_path}{os.pathsep}{variables.get('PATH', os.defpath)}"}
