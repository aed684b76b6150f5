"""Grading on other machines: the same units, run by the workers of a Dask cluster.

A worker has starterkit, a sandbox of its own, and a way to the packages. What a unit needs travels with it; results are
written here alone, so a unit that is run again after its worker died counts once.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from starterkit import __version__
from starterkit.errors import MissingError, StarterkitError
from starterkit.workshop.grading.kinds import harness_fingerprint
from starterkit.workshop.grading.model import Grade
from starterkit.workshop.grading.one import Unit, run_unit
from starterkit.workshop.grading.packages import Shelf, environments_folder
from starterkit.workshop.sandbox import Confinement, sandbox

_CONNECT_SECONDS = 10


class Elsewhere:
    """Runs units on the workers behind a Dask scheduler. Close it when nothing more comes."""

    def __init__(self, address: str) -> None:
        """Connect. Raises `MissingError` where Dask is not installed, nobody answers, or there is no worker."""
        try:
            from distributed import Client
        except ImportError as missing:
            raise MissingError(
                "`--scheduler` needs the package distributed, which is not installed.",
                "Install it beside starterkit, here and on the workers: `pip install 'starterkit[cluster]'`.",
            ) from missing
        try:
            connect: Any = Client  # it has no types
            self._client = connect(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as wrong:
            raise MissingError(
                f"No scheduler answers at {address}: {wrong}",
                "Start one: `dask scheduler`, and workers: `dask worker`.",
            ) from wrong
        self.slots: int = sum(self._client.nthreads().values())
        if not self.slots:
            self.close()
            raise MissingError(f"The scheduler at {address} has no workers.", f"Start some: `dask worker {address}`.")

    def describe(self) -> Confinement:
        """Return what confines the submissions on the first worker that answers."""
        found = self._result(self._client.submit(_describe, pure=False))
        assert isinstance(found, Confinement)
        return found

    def run(self, unit: Unit) -> Grade:
        """Run a unit on some worker and return its grading."""
        found = self._result(self._client.submit(_run, unit, __version__, harness_fingerprint(), pure=False))
        assert isinstance(found, Grade)
        return found

    def close(self) -> None:
        """Leave the cluster, which goes on."""
        self._client.close()

    def _result(self, future: Any) -> Any:
        from distributed import KilledWorker

        try:
            return future.result()
        except KilledWorker as lost:
            raise MissingError(
                "The workers that were to grade this died, one after another.", "Look at their logs; then grade again."
            ) from lost


def _describe() -> Confinement:
    return sandbox().describe()


def _run(unit: Unit, version: str, harness: str) -> Grade:
    """Run a unit on a worker."""
    if (version, harness) != (__version__, harness_fingerprint()):
        raise MissingError(
            f"A worker has another starterkit ({__version__}) than the one that grades ({version}).",
            "Install the same on all of them.",
        )
    try:
        return run_unit(unit, _shelf(), sandbox())
    except StarterkitError as wrong:  # told without its cause, which may not travel
        raise MissingError(wrong.message, wrong.mend) from None


@cache
def _shelf() -> Shelf:
    import os
    from pathlib import Path

    from starterkit.runtime.cache import cache_folder

    return Shelf(environments_folder(cache_folder(os.environ, Path.home())))
