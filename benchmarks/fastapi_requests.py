"""How long the answers of the complete FastAPI site take, with as much in it as a busy site has.

    .venv/bin/python benchmarks/fastapi_requests.py [--requests N] [--together N] [--limit MS]

Makes the complete site, fills it by its own command (10,000 articles, 1,000 people, 100,000 favorites, and comments,
tags and follows to match), serves it by its own run command, and asks for each kind of answer over HTTP, as somebody
who follows others and has favorites. Prints a Markdown table: the request, its median and its slowest answer in
milliseconds; and how many answers a second several clients get together. Exits with 1 when a median is above the limit.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote, urlsplit

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from complete_site import CompleteSite, complete_site

ROWS = {
    "user": 1_000,
    "article": 10_000,
    "favorite": 100_000,
    "comment": 50_000,
    "follow": 20_000,
    "tag": 500,
    "article_tag": 30_000,
}
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

    def milliseconds(self, path: str) -> float:
        """How long an answer takes, from the request to the last byte."""
        begin = time.perf_counter()
        self.ask("GET", path)
        return (time.perf_counter() - begin) * 1000


def fill(site: CompleteSite) -> float:
    """Fill the site; return how many seconds that took."""
    begin = time.perf_counter()
    rows = [f"{table}={number}" for table, number in ROWS.items()]
    site.run("{python}", "-m", "conduit", "fill-db", *rows)
    return time.perf_counter() - begin


def give_friends(site: CompleteSite) -> dict[str, str]:
    """Have the visitor follow and like what somebody else does; return names of a person, an article, a tag."""
    with sqlite3.connect(site.folder / "instance" / "conduit.db") as database:
        (me,) = database.execute("select id from user where username = 'visitor'").fetchone()
        other, name = database.execute("select id, username from user order by id limit 1 offset 500").fetchone()
        database.execute("insert into follow select ?, followed_id from follow where follower_id = ?", (me, other))
        database.execute("insert into favorite select ?, article_id from favorite where user_id = ?", (me, other))
        most = "select {0} from {1} group by {0} order by count(*) desc limit 1"
        (article,) = database.execute(most.format("article_id", "comment")).fetchone()
        (tag,) = database.execute(most.format("tag_id", "article_tag")).fetchone()
        (slug,) = database.execute("select slug from article where id = ?", (article,)).fetchone()
        (word,) = database.execute("select name from tag where id = ?", (tag,)).fetchone()
    return {"username": quote(name), "slug": slug, "tag": quote(word)}


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
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20, metavar="N")
    parser.add_argument("--together", type=int, default=8, metavar="N")
    parser.add_argument("--limit", type=float, default=100.0, metavar="MS")
    wanted = parser.parse_args()
    slow = False
    with tempfile.TemporaryDirectory(prefix="starterkit-requests-") as place:
        site = complete_site("fastapi", Path(place) / "site")
        took = fill(site)
        with site.served() as address:
            account = {"username": "visitor", "email": "visitor@example.org", "password": "a long password"}
            token = json.loads(Client(address).ask("POST", "/api/users", {"user": account}))["user"]["token"]
            names, client = give_friends(site), Client(address, token)
            print("| request | median, ms | slowest, ms | |\n| --- | ---: | ---: | --- |")
            for request, path in REQUESTS.items():
                path = path.format(**names)
                client.ask("GET", path)  # the first one of a kind prepares its statements
                times = [client.milliseconds(path) for _ in range(wanted.requests)]
                median = statistics.median(times)
                slow = slow or median > wanted.limit
                verdict = "ok" if median <= wanted.limit else f"above {wanted.limit:.0f}"
                print(f"| {request} | {median:.1f} | {max(times):.0f} | {verdict} |", flush=True)
            together = {name: REQUESTS[name].format(**names) for name in ("the list", "an article")}
            rates = {
                name: answers_a_second(address, token, path, wanted.together, wanted.requests)
                for name, path in together.items()
            }
    print(f"\nFilled in {took:.1f} s: " + ", ".join(f"{number:,} × {table}" for table, number in ROWS.items()) + ".")
    told = ", ".join(f"{name}: {rate:.0f}" for name, rate in rates.items())
    print(f"Answers a second for {wanted.together} clients together: {told}.")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
