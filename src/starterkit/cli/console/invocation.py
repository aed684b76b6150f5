"""Find out how users must type commands: with the program's path if it isn't on PATH, and with `-C`."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.cli.console.text import Span, Text
from starterkit.process import quoted

NAME = "starterkit"


@dataclass(frozen=True)
class Invocation:
    """The text that users type in front of a command's name: the program, and the folder for `-C` if there is one."""

    program: str = NAME
    folder: str = ""

    @classmethod
    def of_this_process(cls) -> Invocation:
        """Return the text with which users can start the running program again."""
        script = _script()
        if script is None:
            return cls(f"{quoted(sys.executable)} -m {NAME}")
        if _is_uvx():
            from starterkit.cli.console.uvx import uvx_command  # noqa: PLC0415 - slow, and only uvx needs it

            return cls(uvx_command() or quoted(str(script)))
        on_path = shutil.which(NAME)
        is_on_path = on_path is not None and Path(on_path).resolve() == script.resolve()
        return cls() if is_on_path else cls(quoted(str(script)))

    def inside(self, folder: str) -> Invocation:
        """Return this invocation for a project in another folder ("": the current folder, without `-C`)."""
        return replace(self, folder=folder)

    def typed(self, command: str) -> str:
        """Return the complete command line for a command such as `check`. A `cd …` stays as it is."""
        if command.startswith("cd "):
            return command
        where = f" -C {quoted(self.folder)}" if self.folder else ""
        return f"{self.program}{where} {command}".rstrip()

    def as_typed(self, paragraph: Text) -> Text:
        """Return a paragraph in which all starterkit commands are complete command lines."""
        if self.program == NAME and not self.folder:
            return paragraph
        return Text(tuple(self._span(span) for span in paragraph.spans))

    def _span(self, span: Span) -> Span:
        program, _, command = span.content.partition(" ")
        if span.style != "code" or program != NAME or " -C " in span.content:
            return span
        return Span(self.typed(command.strip()), span.style)


def shown_path(path: Path) -> str:
    """Return a path for messages: relative to the current folder, or absolute if this is shorter."""
    full = str(path.absolute())
    try:
        relative = os.path.relpath(full)
    except ValueError:  # on Windows, there is no relative path to another drive
        return full
    return relative if len(relative) <= len(full) else full


def _script() -> Path | None:
    started = Path(sys.argv[0]).absolute()
    if started.stem == NAME and started.is_file():
        return started
    beside = Path(sys.executable).with_name(NAME + (".exe" if os.name == "nt" else ""))
    return beside if beside.is_file() else None


def _is_uvx() -> bool:
    """True if uvx started this program. Then users can't type `starterkit`, which is on PATH only during this run."""
    first = os.environ.get("PATH", "").partition(os.pathsep)[0]
    # `uv run` also sets UV and PATH, but it sets VIRTUAL_ENV to its environment too.
    is_run = os.environ.get("VIRTUAL_ENV") == sys.prefix
    return "UV" in os.environ and not is_run and Path(first) == Path(sys.executable).parent
