"""Grades on other machines, with Dask. A worker gets a unit: one submission with all data for its tests.

A worker needs starterkit, a sandbox, and access to the packages. Only this process writes results. So a unit still
counts once if it runs a second time because its worker died.
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
from starterkit.paths import cache_folder
from starterkit.workshop.grading.environments import EnvironmentCache, environments_folder
from starterkit.workshop.grading.grader import GradingUnit, run_unit
from starterkit.workshop.grading.model import Grade
from starterkit.workshop.grading.test_commands import harness_fingerprint
from starterkit.workshop.sandbox.model import Confinement
from starterkit.workshop.sandbox.select import sandbox

_CONNECT_SECONDS = 10


class DaskRunner:
    """Runs the tests of submissions on the workers of a Dask scheduler. Call `close` after use."""

    def __init__(self, address: str) -> None:
        """Connect to the scheduler. Raises `EnvironmentProblem` if Dask or its workers are missing."""
        try:
            import distributed  # noqa: PLC0415 - optional, and only `--scheduler` needs it
        except ImportError as missing:
            raise EnvironmentProblem(
                "`--scheduler` needs the package `distributed`, which isn't installed.",
                "Install the package here and on the workers: `pip install distributed`.",
            ) from missing
        self._address = address
        self._worker_died: type[Exception] = distributed.KilledWorker
        connect: Any = distributed.Client  # Dask has no type hints
        try:
            self._client = connect(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as wrong:
            raise EnvironmentProblem(
                f"starterkit can't reach a Dask scheduler at {address}: {wrong}.",
                "To start a scheduler, type `dask scheduler`. To start a worker, type `dask worker`.",
            ) from wrong
        self._confinement: Confinement | None = None
        self._waited_for: set[Any] = set()
        self._lock = threading.Lock()
        self.slots: int = sum(self._client.nthreads().values())
        if not self.slots:
            self.close()
            raise EnvironmentProblem(
                f"The Dask scheduler at {address} has no workers.", f"Start a worker: `dask worker {address}`."
            )

    def describe(self) -> Confinement:
        """Return a description of the sandbox on the first worker that responds. Raises `EnvironmentProblem`."""
        if self._confinement is None:
            self._confinement = self._call_on_worker(_describe)
        assert self._confinement is not None
        return self._confinement

    def run(self, unit: GradingUnit) -> Grade:
        """Run a unit on a worker and return its grade. Raises `EnvironmentProblem` if no worker can run it."""
        grade: Grade = self._call_on_worker(_run, unit, __version__, harness_fingerprint())
        return grade

    def stop(self) -> None:
        """Stop waiting for workers. They finish their current units, and these results are ignored."""
        with self._lock:
            waited_for = list(self._waited_for)
        with suppress(Exception):  # if the scheduler has stopped, there is nothing to cancel
            self._client.cancel(waited_for, force=True)

    def close(self) -> None:
        """Disconnect from the scheduler. The cluster keeps running."""
        self._client.close()

    def _call_on_worker(self, function: Any, *arguments: Any) -> Any:
        future = None
        try:
            future = self._client.submit(function, *arguments, pure=False)
            with self._lock:
                self._waited_for.add(future)
            return future.result()
        except self._worker_died as lost:
            raise EnvironmentProblem(
                "All Dask workers that graded this work stopped unexpectedly.",
                "Read the logs of the workers. Then type `starterkit workshop grade` again.",
            ) from lost
        except Exception as wrong:
            if not isinstance(wrong, CancelledError) and self._client.status == "running":
                raise
            raise EnvironmentProblem(
                f"The Dask scheduler at {self._address} doesn't respond any more.",
                "Start the scheduler and its workers again. Then type the same command again. All grades are kept.",
            ) from wrong
        finally:
            with self._lock:
                self._waited_for.discard(future)


def _describe() -> Confinement:
    return sandbox().describe()


def _run(unit: GradingUnit, version: str, harness: str) -> Grade:
    """Run a unit. Dask calls this function on a worker."""
    if (version, harness) != (__version__, harness_fingerprint()):
        raise EnvironmentProblem(
            f"A Dask worker has starterkit {__version__}, but this machine has starterkit {version}.",
            "Install the same version on all machines.",
        )
    try:
        box = sandbox()
        return replace(run_unit(unit, _shelf(), box), sandbox=box.describe().name)
    except StarterkitError as wrong:  # drop its cause: Dask pickles the error, and some causes can't be pickled
        raise EnvironmentProblem(wrong.message, wrong.fix) from None


@cache
def _shelf() -> EnvironmentCache:
    return EnvironmentCache(environments_folder(cache_folder()))
