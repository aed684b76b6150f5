"""Running one command of people who are not trusted: without a network, with limits, in a place of its own.

`sandbox()` gives what this machine can do best; `Confinement` says in words what that stops and what it does not.
"""

from __future__ import annotations

from starterkit.workshop.sandbox.choosing import MECHANISMS, sandbox
from starterkit.workshop.sandbox.model import Confinement, Ended, Job, Limits, Sandbox

__all__ = ["MECHANISMS", "Confinement", "Ended", "Job", "Limits", "Sandbox", "sandbox"]
