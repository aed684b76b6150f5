"""What happens when many ask at once. Run it from the project's folder, with `.venv/bin/python tools/together.py`.

The first table shows a site that has to wait for something, and waits in three ways. The second one is about your own
site and its database: how long a short question takes while somebody else asks for the list of articles.
"""

import asyncio
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sys import path
from threading import Thread

import httpx2
import uvicorn
from fastapi import FastAPI

path.insert(0, str(Path(__file__).parents[1]))

from conduit import create_app

TOGETHER = 40
WAIT = 0.1


def waiting_site() -> FastAPI:
    """A site whose three operations wait a tenth of a second each, as for another server, and do nothing else."""
    app = FastAPI()

    @app.get("/awaits")
    async def awaits() -> None:
        await asyncio.sleep(WAIT)

    @app.get("/in-a-thread")
    def in_a_thread() -> None:
        time.sleep(WAIT)

    @app.get("/blocks")
    async def blocks() -> None:
        time.sleep(WAIT)  # noqa: ASYNC251

    return app


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve a site on this machine; its address."""
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


async def seconds(client: httpx2.AsyncClient, address: str) -> float:
    """How long an answer takes."""
    begin = time.perf_counter()
    await client.get(address)
    return time.perf_counter() - begin


async def compare_ways_to_wait(client: httpx2.AsyncClient) -> None:
    """Ask each operation of the waiting site many times at once."""
    print(f"{TOGETHER} clients at once, and each answer takes {WAIT} s of waiting:\n")
    ways = {"/awaits": "async def, await sleep", "/in-a-thread": "def, sleep", "/blocks": "async def, sleep"}
    for address, way in ways.items():
        await seconds(client, address)
        begin = time.perf_counter()
        await asyncio.gather(*(seconds(client, address) for _ in range(TOGETHER)))
        print(f"  {way:24} all answered after {time.perf_counter() - begin:5.2f} s")


async def measure_site(client: httpx2.AsyncClient) -> None:
    """Ask a short question, alone and while somebody else gets the list."""
    question, long_list = "/api/articles/no-such-article", "/api/articles"
    alone = [await seconds(client, question) for _ in range(20)]
    list_alone = [await seconds(client, long_list) for _ in range(3)]
    beside = []
    for _ in range(3):
        reading = asyncio.create_task(seconds(client, long_list))
        await asyncio.sleep(0.005)  # so that the list is asked for first
        while not reading.done():
            beside.append(await seconds(client, question))
    print("\nYour site, with the articles that are in it now:\n")
    print(f"  the list of articles     {statistics.median(list_alone) * 1000:7.0f} ms")
    print(f"  a short question, alone  {statistics.median(alone) * 1000:7.0f} ms")
    print(f"  the slowest beside it    {max(beside) * 1000:7.0f} ms")


async def main() -> None:
    limits = httpx2.Limits(max_connections=TOGETHER + 1)
    with served(waiting_site()) as address:
        async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
            await compare_ways_to_wait(client)
    with served(create_app()) as address:
        async with httpx2.AsyncClient(base_url=address, limits=limits, timeout=60) as client:
            await measure_site(client)


if __name__ == "__main__":
    asyncio.run(main())
