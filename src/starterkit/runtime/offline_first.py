"""Install packages from the cache first, and from the network only if needed."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem
from starterkit.process import Completed
from starterkit.progress import Progress, no_progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.causes import (
    CONNECT,
    HalfInstalledError,
    NoNetworkError,
    NoSuchPackagesError,
    cause_of,
    failure,
    own_words,
)
from starterkit.template.model import EnvironmentSpec

# The network can't solve these errors. After `HalfInstalledError`, a second run would wrongly find everything
# installed.
_FINAL = (EnvironmentProblem, HalfInstalledError)


@dataclass(frozen=True)
class PackageSource:
    """The source of packages: a `bundle`, or else this machine's cache, and then the network unless `offline`.

    uv and npm inherit the file descriptors in `keep_open`, such as a lock.
    """

    offline: bool = False
    bundle: Bundle | None = None
    say: Progress = no_progress
    keep_open: tuple[int, ...] = ()


def offline_first(run: Callable[[bool], Completed], what: str, source: PackageSource) -> Completed:
    """Call `run(True)` (offline). If that fails and the network can help, call `run(False)`. Return the last result.

    `what` describes the packages for messages: "the packages of requirements.txt". Raises `NoNetworkError`,
    `NoSuchPackagesError` or `EnvironmentProblem`. If a bundle lacks a package, raises `BundleLacksError`.
    """
    finished = run(True)
    if finished.code == 0:
        return finished
    error = failure(finished, what)
    if source.bundle is not None:
        lacks = isinstance(error, NoNetworkError | NoSuchPackagesError)
        raise source.bundle.lacks(what, own_words(finished.text_err)) if lacks else error
    cause = cause_of(finished.text_err)
    if cause and cause[0].kind in _FINAL:
        raise error
    if source.offline:
        needed = NoNetworkError(f"starterkit needs the network once, to download {what}.", CONNECT)
        raise needed if cause else error
    source.say(f"Downloading {what} (needs the network once)")
    finished = run(False)
    if finished.code != 0:
        raise failure(finished, what)
    return finished


@contextmanager
def scratch_folder(environment: EnvironmentSpec, declaration: bytes | None, pins: bytes | None) -> Iterator[Path]:
    """Yield a temporary folder that contains a declaration and a pins file, with the names from path.yml."""
    with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if declaration is not None:
            (folder / Path(environment.declaration).name).write_bytes(declaration)
        if pins:
            (folder / Path(environment.pins).name).write_bytes(pins)
        yield folder
