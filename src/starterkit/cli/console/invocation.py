"""How the program has to be typed here: its full path where it is not on PATH, and the project's folder."""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit import DISTRIBUTION, IS_ON_PYPI
from starterkit.cli.console.text import Span, Text
from starterkit.process import quoted

NAME = "starterkit"


@dataclass(frozen=True)
class Invocation:
    """What to type in front of a command."""

    program: str = NAME
    folder: str = ""

    @classmethod
    def of_this_process(cls) -> Invocation:
        """Return how this very program can be started again."""
        script = _script()
        if script is None:
            return cls(f"{quoted(sys.executable)} -m {NAME}")
        if _is_uvx():
            return cls(_uvx_command() or quoted(str(script)))
        found = shutil.which(NAME)
        if found and Path(found).resolve() == script.resolve():
            return cls()
        return cls(quoted(str(script)))

    def inside(self, folder: str) -> Invocation:
        """Return how to type commands for a project in another folder."""
        return replace(self, folder=folder)

    def outside(self) -> Invocation:
        """Return how to type commands from inside the project's folder."""
        return replace(self, folder="")

    def typed(self, command: str) -> str:
        """Return the whole line to type for a command such as `check`; a `cd …` stays as it is."""
        if command.startswith("cd "):
            return command
        where = f" -C {quoted(self.folder)}" if self.folder else ""
        return f"{self.program}{where} {command}".rstrip()

    def as_typed(self, paragraph: Text) -> Text:
        """Return a text in which the commands of ours that it mentions are as they have to be typed."""
        if self.program == NAME and not self.folder:
            return paragraph
        return Text(tuple(self._span(span) for span in paragraph.spans))

    def _span(self, span: Span) -> Span:
        is_ours = span.style == "code" and (
            span.words == NAME or (span.words.startswith(f"{NAME} ") and " -C " not in span.words)
        )
        return Span(self.typed(span.words[len(NAME) :].strip()), span.style) if is_ours else span


def shown_path(path: Path) -> str:
    """Return a path as people would type it from here: relative where that is shorter."""
    full = str(path.absolute())
    try:
        relative = os.path.relpath(full)
    except ValueError:  # another drive
        return full
    return relative if len(relative) <= len(full) else full


def _script() -> Path | None:
    """The script that started us, or the one beside the Python that did; None where there is no such script."""
    started = Path(sys.argv[0]).absolute()
    if started.stem == NAME and started.is_file():
        return started
    beside = Path(sys.executable).with_name(NAME + (".exe" if os.name == "nt" else ""))
    return beside if beside.is_file() else None


def _is_uvx() -> bool:
    """True if uvx started us. Its environment is on PATH only while we run."""
    first = os.environ.get("PATH", "").partition(os.pathsep)[0]
    # `uv run` sets UV and PATH as well, but names its environment in VIRTUAL_ENV.
    is_run = os.environ.get("VIRTUAL_ENV") == sys.prefix
    return "UV" in os.environ and not is_run and Path(first) == Path(sys.executable).parent


def _uvx_command() -> str:
    """The command with which uvx starts us again; "" if it did not get us from a folder or from PyPI."""
    from importlib.metadata import PackageNotFoundError, distribution
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        source = distribution(DISTRIBUTION).read_text("direct_url.json")
    except PackageNotFoundError:
        return ""
    if source is None:
        return f"uvx {DISTRIBUTION}" if IS_ON_PYPI else ""
    url = urlsplit(json.loads(source)["url"])
    return f"uvx --from {quoted(url2pathname(url.path))} {DISTRIBUTION}" if url.scheme == "file" else ""
