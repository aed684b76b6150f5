"""Runs a function for many people in parallel, and reports the progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from starterkit.process import terminate_all
from starterkit.progress import Progress

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def each(
    items: Sequence[_Item], work: Callable[[_Item], _Result], jobs: int, say: Progress, title: str
) -> Iterator[tuple[_Item, _Result]]:
    """Call `work` for all items in `jobs` threads. Yield each item with its result, in order.

    Reports progress with `title` at most once per second. If the command is interrupted or `work` raises an error, all
    started programs are ended, and no more work starts.
    """
    reported = time.monotonic()
    pool = ThreadPoolExecutor(max(1, min(jobs, len(items) or 1)))
    try:
        for number, (item, result) in enumerate(zip(items, pool.map(work, items), strict=True)):
            if time.monotonic() - reported >= 1:
                reported = time.monotonic()
                say(f"{title}: {number} of {len(items)}")
            yield item, result
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        terminate_all()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
