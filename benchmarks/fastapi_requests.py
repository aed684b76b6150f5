"""How long the answers of the complete FastAPI site take, with as much in it as a busy site has.

    .venv/bin/python benchmarks/fastapi_requests.py [--requests N] [--together N] [--limit MS]

Makes the complete site, fills it by its own command (10,000 articles, 1,000 people, 100,000 favorites, and comments,
tags and follows to match), serves it by its own run command, and asks for each kind of answer over HTTP, as somebody
who follows others and has favorites. Prints a Markdown table: the request, its median and its slowest answer in
milliseconds; and how many answers a second several clients get together. Exits with 1 when a median is above the limit.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

from busy_site import VISITOR, Tables, complete_site, fill, filled, give_friends, measure, parser, rows

ROWS = rows()
TABLES = Tables()
REQUESTS = {
    "the list": "/api/articles",
    "the list, in the middle": "/api/articles?offset=5000",
    "the list, at its end": "/api/articles?offset=9990",
    "a hundred articles": "/api/articles?limit=100",
    "your feed": "/api/articles/feed",
    "a tag": "/api/articles?tag={tag}",
    "an author": "/api/articles?author={username}",
    "somebody's favorites": "/api/articles?favorited={username}",
    "an article": "/api/articles/{slug}",
    "its comments": "/api/articles/{slug}/comments",
    "a profile": "/api/profiles/{username}",
    "the tags": "/api/tags",
    "one's account": "/api/user",
    "the start page": "/",
}


class Client:
    """Somebody with a token, and a connection that stays open."""

    def __init__(self, address: str, token: str = "") -> None:
        self._connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
        self._headers = {"Content-Type": "application/json", **({"Authorization": f"Token {token}"} if token else {})}

    def ask(self, method: str, path: str, body: object = None) -> bytes:
        """The body of an answer, which has to be a good one."""
        self._connection.request(method, path, json.dumps(body) if body else None, self._headers)
        answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status < 300, f"{method} {path} answers with {answer.status}: {content[:200]!r}"
        return content


def answers_a_second(address: str, token: str, path: str, clients: int, requests: int) -> float:
    """How many answers several clients get together, each asking again as soon as it is answered."""

    def ask_again_and_again(_: int) -> None:
        client = Client(address, token)
        for _ in range(requests):
            client.ask("GET", path)

    begin = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(ask_again_and_again, range(clients)))
    return clients * requests / (time.perf_counter() - begin)


def main() -> int:
    """Measure and print; exit code 1 when an answer is slower than the limit."""
    options = parser(__doc__)
    options.add_argument("--together", type=int, default=8, metavar="N")
    wanted = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="starterkit-requests-") as place:
        site = complete_site("fastapi", Path(place) / "site")
        took = fill(site, ROWS, "{python}", "-m", "conduit", "fill-db")
        with site.served() as address:
            token = json.loads(Client(address).ask("POST", "/api/users", {"user": VISITOR}))["user"]["token"]
            names = {name: quote(word) for name, word in give_friends(site, TABLES).items()}
            requests = {request: path.format(**names) for request, path in REQUESTS.items()}
            client = Client(address, token)
            holds = measure("request", lambda path: client.ask("GET", path), requests, wanted, digits=1)
            rates = {
                name: answers_a_second(address, token, requests[name], wanted.together, wanted.requests)
                for name in ("the list", "an article")
            }
    print(f"\n{filled(took, ROWS)}")
    told = ", ".join(f"{name}: {rate:.0f}" for name, rate in rates.items())
    print(f"Answers a second for {wanted.together} clients together: {told}.")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
