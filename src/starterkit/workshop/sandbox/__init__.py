"""Run one command of an untrusted submission: without a network, with limits, in its own folder.

`sandbox()` returns the best sandbox of this machine. `Confinement` says what that sandbox stops and what it doesn't.
"""

from __future__ import annotations

from starterkit.workshop.sandbox.model import Confinement, RunResult, Sandbox, SandboxJob, SandboxLimits
from starterkit.workshop.sandbox.select import MECHANISMS, sandbox

__all__ = ["MECHANISMS", "Confinement", "RunResult", "Sandbox", "SandboxJob", "SandboxLimits", "sandbox"]
