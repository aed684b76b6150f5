"""Pin Python packages, and fetch packages into uv's cache."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from starterkit.runtime.causes import failure
from starterkit.runtime.offline_first import PackageSource, scratch_folder
from starterkit.runtime.pyproject import declared
from starterkit.runtime.uv import run_cached_first, run_uv
from starterkit.template.model import EnvironmentSpec

_NAME_AND_EXTRAS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:\[[^\]]*\])?")


def compile_pins(
    declaration: bytes, old_pins: bytes | None, environment: EnvironmentSpec, source: PackageSource
) -> bytes:
    """Return pins with hashes. Packages keep their versions from `old_pins` if possible.

    Raises the same errors as `offline_first`, and `FileError` for an invalid declaration.
    """
    with scratch_folder(environment, declaration, old_pins) as folder:
        target = folder / Path(environment.pins).name
        what = f"the packages that {environment.declaration} names"
        run_cached_first(_compile_command(declaration, environment, target.name), what, source, cwd=folder)
        return target.read_bytes().replace(b"\r\n", b"\n")


def newest_pins(declaration: bytes, environment: EnvironmentSpec, *, unbound: bool) -> bytes:
    """Return pins with the newest releases. This always uses the network.

    With `unbound`, declared version ranges are ignored.
    """
    if unbound:
        lists = declared(declaration, environment.declaration)
        names = [name[0] for entry in lists.requirements if (name := _NAME_AND_EXTRAS.match(entry.strip()))]
        head = (
            f'[project]\nname = "names-alone"\nversion = "0"\nrequires-python = {json.dumps(lists.requires_python)}\n'
        )
        declaration = f"{head}dependencies = {json.dumps(names)}\n".encode()
    with scratch_folder(environment, declaration, None) as folder:
        command = _compile_command(declaration, environment, "pins.txt")
        finished = run_uv([*command, "--upgrade", "--refresh"], cwd=folder)
        if finished.code != 0:
            raise failure(finished, f"the newest releases of the packages in {environment.declaration}")
        return (folder / "pins.txt").read_bytes().replace(b"\r\n", b"\n")


def fetch_into_cache(pins: bytes, environment: EnvironmentSpec) -> None:
    """Fetch all packages of a pins file and their metadata into uv's cache."""
    with scratch_folder(environment, None, pins) as folder:
        file = Path(environment.pins).name
        # Compiling also reads the metadata of packages for other systems, which installing doesn't fetch.
        what = f"the packages that {environment.declaration} names"
        run_cached_first(_compile([file], "again.txt", (3, 11)), what, PackageSource(), cwd=folder)
        install: list[str | Path] = ["pip", "sync", "--require-hashes", file, "--python", our_python()]
        install += ["--target", folder / "packages", "--link-mode", "symlink"]
        run_cached_first(install, f"the packages of {environment.pins}", PackageSource(), cwd=folder)


def our_python() -> str:
    """Return the Python to create environments with: the base Python of starterkit's environment.

    If the base Python is unknown, return the Python of starterkit's environment itself.
    """
    base = str(getattr(sys, "_base_executable", ""))
    return base if base and Path(base).exists() else sys.executable


def _compile_command(declaration: bytes, environment: EnvironmentSpec, target: str) -> list[str]:
    lists = declared(declaration, environment.declaration)
    group = ["--group", "dev"] if lists.has_dev_group else []
    return _compile([Path(environment.declaration).name, *group], target, lists.lowest_python)


def _compile(sources: list[str], target: str, lowest_python: tuple[int, int]) -> list[str]:
    version = ".".join(map(str, lowest_python))
    command = ["pip", "compile", *sources, "--universal", "--generate-hashes", "--no-header", "--no-python-downloads"]
    return [*command, "--python", our_python(), "--python-version", version, "--output-file", target]
