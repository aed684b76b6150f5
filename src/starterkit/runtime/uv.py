"""Run uv with its own cache, and with the network only if the cache isn't enough."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Sequence
from pathlib import Path

import uv

from starterkit.errors import EnvironmentProblem
from starterkit.process import PYTHON_VARIABLES, Completed, TimeLimitReached, run, scrubbed_environment
from starterkit.runtime.offline_first import PackageSource, offline_first

_LIMIT_SECONDS = 900.0
# uv doesn't get these variables, because starterkit sets the Python and the folder. The learner's settings for indexes,
# certificates and cache still apply.
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
# With a single retry and a short wait, uv fails after about a second if there is no network.
_QUICK = {"UV_HTTP_RETRIES": "1", "UV_HTTP_CONNECT_TIMEOUT": "5"}
_FINDING = threading.Lock()


def uv_binary() -> Path:
    """Return the path of starterkit's own uv, or of the uv on PATH. Raises `EnvironmentProblem` if both are missing."""
    try:
        with _FINDING:
            return Path(uv.find_uv_bin())
    except FileNotFoundError:
        on_path = shutil.which("uv")
    if not on_path:
        raise EnvironmentProblem(
            "The program uv is missing. starterkit needs uv to create Python environments.", "Install starterkit again."
        )
    return Path(on_path)


def run_uv(
    args: Sequence[str | Path], *, cwd: Path | None = None, offline: bool = False, keep_open: Sequence[int] = ()
) -> Completed:
    """Run uv until it ends, without colors and progress bars. The caller checks the exit code.

    After 15 minutes, uv is stopped, and the result is that of a failed run.
    """
    variables = {**_QUICK, **scrubbed_environment(_CLEARED)}
    options = ["--color", "never", "--no-progress", *(["--offline"] if offline else [])]
    try:
        command = [uv_binary(), *args, *options]
        return run(command, cwd=cwd, env=variables, timeout=_LIMIT_SECONDS, keep_open=keep_open)
    except TimeLimitReached as stopped:
        return stopped.finished


def run_cached_first(
    args: Sequence[str | Path], what: str, source: PackageSource, *, cwd: Path | None = None
) -> Completed:
    """Run uv offline, then online if needed. Raises the same errors as `offline_first`."""
    command = [*args, *(source.bundle.uv_options if source.bundle else ())]
    return offline_first(
        lambda offline: run_uv(command, cwd=cwd, offline=offline, keep_open=source.keep_open), what, source
    )
