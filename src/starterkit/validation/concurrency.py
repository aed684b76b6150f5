"""How many programs run at once, and how all of them are stopped."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Stopped(Exception):  # not an error: somebody asked for it
    """The validation was interrupted; nothing more is started."""


class ConcurrencyLimit:
    """As many programs at once as there are slots, however many threads ask for one."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = threading.Semaphore(count)
        self._stopped = threading.Event()

    @contextmanager
    def one(self) -> Iterator[None]:
        """Hold a slot while the block runs. Raises `Stopped` once `stop` was called."""
        while not self._free.acquire(timeout=0.2):
            self.check()
        try:
            self.check()
            yield
            self.check()  # what was ended in the middle says nothing about the template
        finally:
            self._free.release()

    def stop(self) -> None:
        """Let nothing more start."""
        self._stopped.set()

    def check(self) -> None:
        """Raise `Stopped` once `stop` was called."""
        if self._stopped.is_set():
            raise Stopped

    def map(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Return what `work` gives for each item, in their order; as many at once as there are slots."""
        if len(items) < 2 or self.count < 2:
            return [work(item) for item in items]
        with ThreadPoolExecutor(min(self.count, len(items)), thread_name_prefix="part") as pool:
            return list(pool.map(work, items))
