"""Measure three ways to wait. Run it in the project's folder: `.venv/bin/python tools/waiting.py`.

Each endpoint waits a tenth of a second, as if another server needed this time to respond. Forty clients send a request
at the same moment.
"""

import asyncio
import logging
import time

import httpx2
from fastapi import FastAPI

CLIENTS = 40
SECONDS = 0.1

app = FastAPI()


@app.get("/await")
async def await_it() -> None:
    """Give control back to the event loop while this endpoint waits."""
    await asyncio.sleep(SECONDS)


@app.get("/thread")
def use_a_thread() -> None:
    """FastAPI runs an endpoint with `def` in a thread, so only this thread waits."""
    time.sleep(SECONDS)


@app.get("/block")
async def block() -> None:
    """The mistake: nothing else runs in this process while an async function waits without `await`."""
    time.sleep(SECONDS)  # noqa: ASYNC251


async def measure(path: str) -> float:
    """How many seconds it takes until all clients have their response."""
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://site") as client:
        start = time.perf_counter()
        await asyncio.gather(*(client.get(path) for _ in range(CLIENTS)))
        return time.perf_counter() - start


async def main() -> None:
    logging.disable()
    await measure("/thread")  # the threads start here, and not in the measurement
    for path, text in [
        ("/await", "async def, and await"),
        ("/thread", "def, in a thread"),
        ("/block", "async def, without await"),
    ]:
        print(f"{text:25} {await measure(path):.2f} s for {CLIENTS} requests")


if __name__ == "__main__":
    asyncio.run(main())
