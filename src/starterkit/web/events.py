"""Send events to the open pages by server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

_ALIVE_SECONDS = 15.0  # a comment now and then shows a page that the guide still runs
_MOST_WAITING = 2_000  # if a page reads nothing, for example on a laptop that sleeps, its events are dropped


class Events:
    """The open pages. `publish` may be called on any thread, and `stream` only on the loop's thread."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._pages: set[asyncio.Queue[bytes | None]] = set()

    def publish(self, name: str, data: Any) -> None:
        """Send an event to all open pages. After the guide has ended, this does nothing."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._send, _encoded(name, data))

    async def stream(self, snapshot: Callable[[], Any]) -> AsyncIterator[bytes]:
        """Yield the event `state` with the snapshot, and then each event that is published."""
        page: asyncio.Queue[bytes | None] = asyncio.Queue(_MOST_WAITING)
        self._pages.add(page)
        try:
            yield _encoded("state", snapshot())
            while True:
                try:
                    event = await asyncio.wait_for(page.get(), _ALIVE_SECONDS)
                except TimeoutError:
                    event = b": alive\n\n"
                if event is None:
                    return
                yield event
        finally:
            self._pages.discard(page)

    def _send(self, event: bytes) -> None:
        for page in tuple(self._pages):
            if page.full():  # the browser connects again and gets the whole state
                self._pages.discard(page)
                page.get_nowait()
                page.put_nowait(None)
            else:
                page.put_nowait(event)


def _encoded(name: str, data: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode("utf-8", "replace")
