"""The same work for many people, several at once, with word of how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starterkit.process import end_all

_One = TypeVar("_One")
_Result = TypeVar("_Result")
_TIMES_SAID = 20


def each(
    people: Sequence[_One], work: Callable[[_One], _Result], jobs: int, say: Callable[[str], None], what: str
) -> Iterator[tuple[_One, _Result]]:
    """Yield everybody with what the work gave for them, in their order. `what` is said with how many are done.

    Interrupted, it ends what was started and begins nothing more.
    """
    every = max(1, len(people) // _TIMES_SAID)
    pool = ThreadPoolExecutor(max(1, min(jobs, len(people) or 1)))
    try:
        for number, (one, result) in enumerate(zip(people, pool.map(work, people), strict=True)):
            if number % every == 0 and len(people) > 1:
                say(f"{what}: {number} of {len(people)}")
            yield one, result
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        end_all()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
