"""Selects the sandbox of this machine: bubblewrap, a container engine, or limits alone for trusted code."""

from __future__ import annotations

import os
import sys
from functools import cache

from starterkit.errors import EnvironmentProblem
from starterkit.workshop.sandbox.bubblewrap import Bubblewrap
from starterkit.workshop.sandbox.container import Container
from starterkit.workshop.sandbox.model import Sandbox
from starterkit.workshop.sandbox.rlimits import LimitsAlone

_FIX_LINUX = (
    "Install bubblewrap (Debian, Ubuntu: `sudo apt install bubblewrap`; Fedora: `sudo dnf install bubblewrap`) or "
    "Podman (`sudo apt install podman`)."
)
_FIX_ELSEWHERE = "Grade on a Linux machine that has bubblewrap. On Windows, WSL 2 is one."
_FIX_TRUSTED = "If you trust the submissions, grade without a sandbox: add `--trust-submissions`."

# The best first.
MECHANISMS: dict[str, Bubblewrap | Container] = {"bubblewrap": Bubblewrap(), "container": Container()}


def sandbox(*, trusted: bool = False) -> Sandbox:
    """Return the best sandbox of this machine. `trusted` submissions may run with limits alone.

    Raises `EnvironmentProblem` with the reason for each mechanism and what to install.
    """
    lacking = {}
    for name, mechanism in MECHANISMS.items():
        lacking[name] = why_not(name)
        if not lacking[name]:
            return mechanism
    if trusted and os.name == "posix":
        return LimitsAlone()
    reasons = "\n".join(f"{name}: {reason}" for name, reason in lacking.items())
    install = _FIX_LINUX if sys.platform == "linux" else _FIX_ELSEWHERE
    trust = f"\n{_FIX_TRUSTED}" if os.name == "posix" else ""
    raise EnvironmentProblem(f"No sandbox for submissions works on this machine.\n{reasons}", install + trust)


@cache
def why_not(name: str) -> str:
    """Return why a mechanism doesn't work on this machine, or "". The first call tries it."""
    return MECHANISMS[name].lacks()
