"""Which mechanism this machine has: bubblewrap, else limits alone."""

from __future__ import annotations

import os
from functools import cache

from starterkit.errors import MissingError
from starterkit.workshop.sandbox.bubblewrap import Bubblewrap
from starterkit.workshop.sandbox.limits_alone import LimitsAlone
from starterkit.workshop.sandbox.model import Sandbox

MECHANISMS = ("bubblewrap", "limits alone")
_MEND = (
    "Install bubblewrap (Debian, Ubuntu: `sudo apt install bubblewrap`; Fedora: `sudo dnf install bubblewrap`; macOS, "
    "Windows: grade in a Linux machine, WSL 2 is one). For people whose code you would start on this computer anyway: "
    "`--trust-submissions`."
)


def sandbox(*, trusted: bool = False) -> Sandbox:
    """Return the best that this machine has; limits alone only for submissions that are `trusted`.

    Raises `MissingError` with the reason and what to install.
    """
    lacking = why_no_bubblewrap()
    if not lacking:
        return Bubblewrap()
    if trusted and os.name == "posix":
        return LimitsAlone()
    raise MissingError(f"Learners' code is not started here without a sandbox, and there is none: {lacking}", _MEND)


@cache
def why_no_bubblewrap() -> str:
    """Return why bubblewrap cannot be used on this machine ("" where it can), found out by using it once."""
    return Bubblewrap().lacks()
