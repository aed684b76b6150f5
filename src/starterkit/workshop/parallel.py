"""The same work for many people, several at once, with word of how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starterkit.process import end_all
from starterkit.progress import Progress

_One = TypeVar("_One")
_Result = TypeVar("_Result")
_EVERY_SECONDS = 1.0


def each(
    people: Sequence[_One], work: Callable[[_One], _Result], jobs: int, say: Progress, what: str
) -> Iterator[tuple[_One, _Result]]:
    """Yield everybody with what the work gave for them, in their order; each second it is said how many are done.

    Interrupted, it ends what was started and begins nothing more.
    """
    said = time.monotonic()
    pool = ThreadPoolExecutor(max(1, min(jobs, len(people) or 1)))
    try:
        for number, (one, result) in enumerate(zip(people, pool.map(work, people), strict=True)):
            if time.monotonic() - said >= _EVERY_SECONDS:
                said = time.monotonic()
                say(f"{what}: {number} of {len(people)}")
            yield one, result
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        end_all()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
