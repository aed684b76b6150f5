"""Calling uv, with its own cache first and the network only if that isn't enough."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starterkit.errors import EnvironmentProblem
from starterkit.process import PYTHON_VARIABLES, Completed, TimeLimitReached, run, scrubbed_environment
from starterkit.progress import Progress, no_progress
from starterkit.runtime.offline_first import offline_first

if TYPE_CHECKING:
    from starterkit.runtime.bundle import Bundle

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
_FINDING = threading.Lock()


def uv_binary() -> Path:
    """Return the uv that came with starterkit, or else the one on the PATH. Raises `EnvironmentProblem`."""
    try:
        from uv import find_uv_bin

        with _FINDING:
            return Path(find_uv_bin())
    except (ImportError, FileNotFoundError):
        found = shutil.which("uv")
    if not found:
        raise EnvironmentProblem(
            "uv, which makes Python environments, is not on this machine.", "Install starterkit again."
        )
    return Path(found)


def run_uv(
    args: Sequence[str | Path], *, cwd: Path | None = None, offline: bool = False, keep_open: Sequence[int] = ()
) -> Completed:
    """Run uv to its end, without colours and progress bars; its exit code is the caller's to judge."""
    variables = scrubbed_environment(_CLEARED)
    for name, value in _QUICK.items():
        variables.setdefault(name, value)
    options = ["--color", "never", "--no-progress", *(["--offline"] if offline else [])]
    words = [uv_binary(), *args, *options]
    try:
        return run(words, cwd=cwd, env=variables, timeout=_LIMIT_SECONDS, keep_open=keep_open)
    except TimeLimitReached as stopped:
        return stopped.finished


def run_cached_first(
    args: Sequence[str | Path],
    *,
    what: str,
    cwd: Path | None = None,
    offline: bool = False,
    bundle: Bundle | None = None,
    say: Progress = no_progress,
    keep_open: Sequence[int] = (),
) -> Completed:
    """Run uv on its cache alone, and if that isn't enough, with the network after saying so.

    Raises as `offline_first` does.
    """
    options = bundle.uv_options if bundle else ()
    return offline_first(
        lambda no_network: run_uv([*args, *options], cwd=cwd, offline=no_network, keep_open=keep_open),
        what,
        offline=offline,
        bundle=bundle,
        say=say,
    )
