"""Grading on other machines: the same units, run by the workers of a Dask cluster.

A worker has starterkit, a sandbox of its own, and a way to the packages. What a unit needs travels with it; results are
written here alone, so a unit that is run again after its worker died counts once.
"""

from __future__ import annotations

import threading
from concurrent.futures import CancelledError
from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

from starterkit import __version__
from starterkit.errors import EnvironmentProblem, StarterkitError
from starterkit.workshop.grading.environments import EnvironmentCache, environments_folder
from starterkit.workshop.grading.grader import GradingUnit, run_unit
from starterkit.workshop.grading.model import Grade
from starterkit.workshop.grading.test_commands import harness_fingerprint
from starterkit.workshop.sandbox import Confinement, sandbox

_CONNECT_SECONDS = 10


class DaskRunner:
    """Runs units on the workers behind a Dask scheduler. Close it when nothing more comes."""

    def __init__(self, address: str) -> None:
        """Connect. Raises `EnvironmentProblem` where Dask is not installed, nobody answers, or there is no worker."""
        try:
            from distributed import Client
        except ImportError as missing:
            raise EnvironmentProblem(
                "`--scheduler` needs the package distributed, which is not installed.",
                "Install it where starterkit is installed, here and on the workers: `pip install distributed`.",
            ) from missing
        try:
            connect: Any = Client  # it has no types
            self._address = address
            self._client = connect(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as wrong:
            raise EnvironmentProblem(
                f"No scheduler answers at {address}: {wrong}",
                "Start one: `dask scheduler`, and workers: `dask worker`.",
            ) from wrong
        self._confinement: Confinement | None = None
        self._waited_for: set[Any] = set()
        self._lock = threading.Lock()
        self.slots: int = sum(self._client.nthreads().values())
        if not self.slots:
            self.close()
            raise EnvironmentProblem(
                f"The scheduler at {address} has no workers.", f"Start some: `dask worker {address}`."
            )

    def describe(self) -> Confinement:
        """Return what confines the submissions on the first worker that answers."""
        if self._confinement is None:
            found = self._result(_describe)
            assert isinstance(found, Confinement)
            self._confinement = found
        return self._confinement

    def run(self, unit: GradingUnit) -> Grade:
        """Run a unit on some worker and return its grading."""
        found = self._result(_run, unit, __version__, harness_fingerprint())
        assert isinstance(found, Grade)
        return found

    def stop(self) -> None:
        """Wait for nothing any more. What a worker has begun it ends within its limits, and nobody reads it."""
        with self._lock:
            waited_for = list(self._waited_for)
        with suppress(Exception):  # the scheduler may be what has gone
            self._client.cancel(waited_for, force=True)

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        self._client.close()

    def _result(self, function: Any, *arguments: Any) -> Any:
        """Let a worker call a function, and return what that gives back."""
        from distributed import KilledWorker

        future = None
        try:
            future = self._client.submit(function, *arguments, pure=False)
            with self._lock:
                self._waited_for.add(future)
            return future.result()
        except KilledWorker as lost:
            raise EnvironmentProblem(
                "The workers that were to grade this died, one after another.", "Look at their logs; then grade again."
            ) from lost
        except Exception as wrong:
            if not isinstance(wrong, CancelledError) and self._client.status == "running":
                raise
            raise EnvironmentProblem(
                f"The scheduler at {self._address} does not answer any more.",
                "Start it and its workers again; then grade again: what was graded is kept.",
            ) from wrong
        finally:
            with self._lock:
                self._waited_for.discard(future)


def _describe() -> Confinement:
    return sandbox().describe()


def _run(unit: GradingUnit, version: str, harness: str) -> Grade:
    """Run a unit on a worker."""
    if (version, harness) != (__version__, harness_fingerprint()):
        raise EnvironmentProblem(
            f"A worker has another starterkit ({__version__}) than the one that grades ({version}).",
            "Install the same on all of them.",
        )
    try:
        place = sandbox()
        return replace(run_unit(unit, _shelf(), place), sandbox=place.describe().name)
    except StarterkitError as wrong:  # told without its cause, which may not travel
        raise EnvironmentProblem(wrong.message, wrong.fix) from None


@cache
def _shelf() -> EnvironmentCache:

    from starterkit.paths import cache_folder

    return EnvironmentCache(environments_folder(cache_folder()))
