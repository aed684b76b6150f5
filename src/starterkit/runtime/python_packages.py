"""Pins of Python packages: compiled from a declaration, and fetched ahead into uv's cache."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starterkit.progress import Progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.pyproject import declared
from starterkit.runtime.uv import run_cached_first
from starterkit.template.model import EnvironmentSpec


def compile_pins(
    declaration: bytes,
    old_pins: bytes | None,
    environment: EnvironmentSpec,
    *,
    offline: bool,
    bundle: Bundle | None,
    say: Progress,
) -> bytes:
    """Return the hashed pins of a declaration; what `old_pins` names keeps its version where it can."""
    lists = declared(declaration, environment.declaration)
    with _scratch() as folder:
        source, target = folder / Path(environment.declaration).name, folder / Path(environment.pins).name
        source.write_bytes(declaration)
        if old_pins:
            target.write_bytes(old_pins)
        words = [source.name, *(["--group", "dev"] if lists.has_dev_group else [])]
        _compile(words, target, lists.lowest_python, environment, offline=offline, bundle=bundle, say=say)
        return target.read_bytes().replace(b"\r\n", b"\n")


def fetch_into_cache(pins: bytes, environment: EnvironmentSpec, *, offline: bool, say: Progress) -> None:
    """Bring every package of a pins file, and what is needed to compile pins again, into uv's cache."""
    with _scratch() as folder:
        file = folder / Path(environment.pins).name
        file.write_bytes(pins)
        # Compiling reads the metadata of the packages for other systems too, which installing never fetches.
        again = folder / "again.txt"
        _compile([file.name], again, (3, 11), environment, offline=offline, bundle=None, say=say)
        install: list[str | Path] = ["pip", "sync", "--require-hashes", file.name, "--python", our_python()]
        install += ["--target", folder / "packages", "--link-mode", "symlink"]
        run_cached_first(install, what=f"the packages of {environment.pins}", cwd=folder, offline=offline, say=say)


def our_python() -> str:
    """Return the Python that starterkit's own environment was made from, where that still exists."""
    base = str(getattr(sys, "_base_executable", ""))
    return base if base and Path(base).exists() else sys.executable


def _compile(
    words: list[str],
    target: Path,
    lowest_python: tuple[int, int],
    environment: EnvironmentSpec,
    *,
    offline: bool,
    bundle: Bundle | None,
    say: Progress,
) -> None:
    version = ".".join(map(str, lowest_python))
    command: list[str | Path] = ["pip", "compile", *words, "--universal", "--generate-hashes", "--no-header"]
    command += ["--no-python-downloads", "--python", our_python(), "--python-version", version]
    command += ["--output-file", target.name]
    what = f"the packages that {environment.declaration} names"
    run_cached_first(command, what=what, cwd=target.parent, offline=offline, bundle=bundle, say=say)


@contextmanager
def _scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as name:
        yield Path(name)
