"""The newest releases that a Python project's packages could be pinned to."""

from __future__ import annotations

import json
import re
import tempfile
from pathlib import Path

from starterkit.runtime.causes import failure
from starterkit.runtime.pyproject import declared
from starterkit.runtime.python_packages import our_python
from starterkit.runtime.uv import run_uv
from starterkit.template.model import EnvironmentSpec

_NAME_AND_EXTRAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?")


def newest_pins(declaration: bytes, environment: EnvironmentSpec, *, unbound: bool) -> bytes:
    """Return pins with the newest releases, as the package index tells them now.

    Where `unbound`, the declared packages count in any version. Raises `NoNetworkError`, `NoSuchPackagesError` or
    `FileError`.
    """
    source = _names_alone(declaration, environment) if unbound else declaration
    lists = declared(source, environment.declaration)
    with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        file = Path(environment.declaration).name
        (folder / file).write_bytes(source)
        command: list[str | Path] = ["pip", "compile", file, *(["--group", "dev"] if lists.has_dev_group else [])]
        command += [
            "--universal",
            "--generate-hashes",
            "--no-header",
            "--no-python-downloads",
            "--python",
            our_python(),
        ]
        command += ["--python-version", ".".join(map(str, lists.lowest_python)), "--output-file", "pins.txt"]
        finished = run_uv([*command, "--upgrade", "--refresh"], cwd=folder)
        if finished.code != 0:
            raise failure(finished, f"the newest releases of what {environment.declaration} names")
        return (folder / "pins.txt").read_bytes().replace(b"\r\n", b"\n")


def _names_alone(declaration: bytes, environment: EnvironmentSpec) -> bytes:
    """A declaration of the same packages, in any version."""
    lists = declared(declaration, environment.declaration)
    names = [_NAME_AND_EXTRAS.match(entry.strip()) for entry in lists.requirements]
    head = f'[project]\nname = "names-alone"\nversion = "0"\nrequires-python = {json.dumps(lists.requires_python)}\n'
    return f"{head}dependencies = {json.dumps([name[0] for name in names if name])}\n".encode()
