"""Which mechanism this machine has: bubblewrap, namespaces of our own, a container engine, else limits alone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import Protocol

from starterkit.errors import MissingError
from starterkit.workshop.sandbox.bubblewrap import Bubblewrap
from starterkit.workshop.sandbox.container import Container
from starterkit.workshop.sandbox.limits_alone import LimitsAlone
from starterkit.workshop.sandbox.model import Sandbox
from starterkit.workshop.sandbox.namespaces import Namespaces

_MEND = (
    "Install bubblewrap (Debian, Ubuntu: `sudo apt install bubblewrap`; Fedora: `sudo dnf install bubblewrap`; macOS, "
    "Windows: grade in a Linux machine, WSL 2 is one). For people whose code you would start on this computer anyway: "
    "`--trust-submissions`."
)


class Mechanism(Sandbox, Protocol):
    """A sandbox that can tell whether this machine has it."""

    def lacks(self) -> str:
        """Return why it cannot be used here ("" where it can)."""


# By their names, the best first.
MECHANISMS: Mapping[str, Mechanism] = {
    "bubblewrap": Bubblewrap(),
    "namespaces": Namespaces(),
    "container": Container(),
}


def sandbox(*, trusted: bool = False) -> Sandbox:
    """Return the best that this machine has; limits alone only for submissions that are `trusted`.

    Raises `MissingError` with the reasons and what to install.
    """
    lacking = {}
    for name, mechanism in MECHANISMS.items():
        lacking[name] = why_not(name)
        if not lacking[name]:
            return mechanism
    if trusted and os.name == "posix":
        return LimitsAlone()
    reasons = "\n".join(f"{name}: {reason}" for name, reason in lacking.items())
    raise MissingError(f"Learners' code is not started here without a sandbox, and there is none.\n{reasons}", _MEND)


@cache
def why_not(name: str) -> str:
    """Return why a mechanism cannot be used on this machine ("" where it can), found out by using it once."""
    return MECHANISMS[name].lacks()
