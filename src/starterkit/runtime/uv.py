"""Calling uv: from the cache first, then from the network after saying so, and its failures put into words."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starterkit.errors import MissingError, StarterkitError, UsageError
from starterkit.process import PYTHON_VARIABLES, Finished, ProgramFailed, run, scrubbed_environment
from starterkit.progress import Progress, no_progress

if TYPE_CHECKING:
    from starterkit.runtime.bundle import Bundle

ONLINE_MEND = "Connect to the network and type the command again."
_LIMIT_SECONDS = 900.0
# Which Python and which folder is ours to say; the learner's indexes, certificates and cache stay theirs.
_CLEARED = (
    *PYTHON_VARIABLES,
    "CONDA_PREFIX",
    "UV_BREAK_SYSTEM_PACKAGES",
    "UV_COMPILE_BYTECODE",
    "UV_CUSTOM_COMPILE_COMMAND",
    "UV_MANAGED_PYTHON",
    "UV_NO_MANAGED_PYTHON",
    "UV_PROJECT*",
    "UV_PYTHON",
    "UV_REQUIRE_HASHES",
    "UV_SYSTEM_PYTHON",
    "UV_VENV_*",
    "UV_WORKING_DIR*",
)
# One more try and a short wait for the connection: without a network the answer comes in about a second.
_QUICK = {"UV_HTTP_RETRIES": "1", "UV_HTTP_CONNECT_TIMEOUT": "5"}
_UNREACHED = re.compile(
    r"Failed to fetch|error sending request|tcp connect|dns error|Connection (?:refused|reset)|timed out"
    r"|network was disabled|peer certificate|Failed to download",
    re.IGNORECASE,
)
_NO_SOLUTION = re.compile(r"No solution found|Because .* (?:was not found|there (?:is|are) no version)", re.IGNORECASE)
_OTHER_HASH = re.compile(r"Hash mismatch for `([^`]+)`")
# Everything was fetched, and then a package could not be laid out: others lie there already.
_HALF_DONE = re.compile(r"^error: Failed to install", re.MULTILINE)
_NO_ROOM = re.compile(r"No space left|os error 28\b|Disk quota exceeded|os error 122\b", re.IGNORECASE)


_FINDING = threading.Lock()  # `find_uv_bin` fails if two threads call it at once: sysconfig is half filled then


class NoNetworkError(MissingError):
    """Packages are neither in the cache nor can they be fetched now; nothing was changed."""


class NoSuchPackagesError(UsageError):
    """The declared packages, or these versions of them together, do not exist; nothing was changed."""


def uv_binary() -> Path:
    """Return the uv that came with starterkit, or else the one on the PATH. Raises `MissingError`."""
    try:
        from uv import find_uv_bin

        with _FINDING:
            return Path(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if not found:
        raise MissingError("uv, which makes Python environments, is not on this machine.", "Install starterkit again.")
    return Path(found)


def run_uv(
    args: Sequence[str | Path], *, cwd: Path | None = None, offline: bool = False, keep_open: Sequence[int] = ()
) -> Finished:
    """Run uv to its end, without colours and progress bars; its exit code is the caller's to judge."""
    variables = scrubbed_environment(_CLEARED)
    for name, value in _QUICK.items():
        variables.setdefault(name, value)
    options = ["--color", "never", "--no-progress", *(["--offline"] if offline else [])]
    words = [uv_binary(), *args, *options]
    return run(words, cwd=cwd, env=variables, timeout=_LIMIT_SECONDS, keep_open=keep_open)


def run_cached_first(
    args: Sequence[str | Path],
    *,
    what: str,
    cwd: Path | None = None,
    offline: bool = False,
    bundle: Bundle | None = None,
    say: Progress = no_progress,
    keep_open: Sequence[int] = (),
) -> Finished:
    """Run uv on its cache alone, and where that does not do, with the network after saying so.

    `what` names what is needed, for people: "the packages of requirements.txt".
    With a `bundle`, packages come from there and from nowhere else. Raises `NoNetworkError`, `NoSuchPackagesError`,
    `MissingError` or `ProgramFailed`; of a bundle, `BundleLacksError`.
    """
    if bundle is not None:
        return _run_with_bundle(args, bundle, what, cwd, keep_open)
    finished = run_uv(args, cwd=cwd, offline=True, keep_open=keep_open)
    if finished.code == 0:
        return finished
    # What is half filled would pass for whole the second time.
    if _NO_ROOM.search(finished.text_err) or _HALF_DONE.search(finished.text_err):
        raise failure(finished, what)
    if offline:
        raise NoNetworkError(f"This needs the network once: {what} are not all on this machine yet.", ONLINE_MEND)
    say(f"Fetching {what} (this needs the network, once)")
    finished = run_uv(args, cwd=cwd, keep_open=keep_open)
    if finished.code != 0:
        raise failure(finished, what)
    return finished


def _run_with_bundle(
    args: Sequence[str | Path], bundle: Bundle, what: str, cwd: Path | None, keep_open: Sequence[int]
) -> Finished:
    finished = run_uv([*args, *bundle.uv_options], cwd=cwd, offline=True, keep_open=keep_open)
    if finished.code == 0:
        return finished
    wrong = failure(finished, what)
    if isinstance(wrong, NoNetworkError | NoSuchPackagesError):
        raise bundle.lacks(what, causes(finished.text_err))
    raise wrong


def failure(finished: Finished, what: str) -> StarterkitError:
    """Return (not raise) the error that says in words why uv failed."""
    text = finished.text_err
    if _NO_ROOM.search(text):
        return MissingError(f"There is no room left on the disk for {what}.", "Make room, then type the command again.")
    if other := _OTHER_HASH.search(text):
        return MissingError(
            f"What the index gave for {other[1]} is not what was pinned: its hash differs. It was not installed.",
            "If you changed the pins, bring them back from git; otherwise ask who runs your package index.",
        )
    if _HALF_DONE.search(text):
        return UsageError(
            f"{what[:1].upper()}{what[1:]} cannot be installed: {last_cause(text)}",
            "Leave that package out, or name another version of it.",
        )
    if _UNREACHED.search(text):
        return NoNetworkError(
            f"This needs the network once: {what} are not all on this machine yet.\n(uv: {last_cause(text)})",
            ONLINE_MEND,
        )
    if _NO_SOLUTION.search(text):
        return NoSuchPackagesError(
            f"{what[:1].upper()}{what[1:]} cannot be installed as they are listed:\n{causes(text)}",
            "Correct the list, then type the command again.",
        )
    return ProgramFailed(finished)


def last_cause(text: str) -> str:
    """Return the innermost reason that uv gives, one line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    reasons = [line.removeprefix("cause: ") for line in lines if line.startswith("cause: ")]
    return (reasons or lines or ["no reason given"])[-1]


def causes(text: str) -> str:
    """Return uv's explanation without its headings, as it is laid out."""
    kept = [line.replace("cause: ", "", 1) for line in text.splitlines() if line.strip() and line[:6] != "error:"]
    return "\n".join(line.strip() for line in kept if not line.startswith("hint:")).strip()
