"""How long the API of the complete Express site takes, with as much in it as a busy site has.

    .venv/bin/python benchmarks/express_api.py [--requests N] [--limit MS]

Makes the complete site, fills it by its own command (10,000 articles, 1,000 people, 100,000 favorites, and comments,
tags and follows to match), serves it by its own run command, and asks for each address over HTTP, as somebody who is
signed in, follows others and has favorites. Prints a Markdown table: the address, its median and its slowest request
in milliseconds. Exits with 1 when a median is above the limit.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from complete_site import CompleteSite, complete_site

ROWS = {
    "account": 1_000,
    "article": 10_000,
    "favorite": 100_000,
    "comment": 50_000,
    "follow": 20_000,
    "tag": 500,
    "article_tag": 30_000,
}
ADDRESSES = {
    "the articles": "/api/articles?limit=10",
    "in the middle": "/api/articles?limit=10&offset=5000",
    "the last ones": "/api/articles?limit=10&offset=10000",
    "one's feed": "/api/articles/feed?limit=10",
    "of a tag": "/api/articles?limit=10&tag={tag}",
    "of an author": "/api/articles?limit=10&author={username}",
    "somebody's favorites": "/api/articles?limit=10&favorited={username}",
    "an article": "/api/articles/{slug}",
    "its comments": "/api/articles/{slug}/comments",
    "the tags": "/api/tags",
    "a profile": "/api/profiles/{username}",
    "the page for all": "/",
}


class Visitor:
    """Somebody with an account."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._token = ""
        user = {"username": "visitor", "email": "visitor@example.org", "password": "a long password"}
        self._token = json.loads(self.ask("/api/users", {"user": user}))["user"]["token"]

    def ask(self, path: str, body: object = None) -> str:
        """What the site answers."""
        headers = {"Authorization": f"Token {self._token}"} if self._token else {}
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._address + path, data, {**headers, "Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            return answer.read().decode()

    def milliseconds(self, path: str) -> float:
        """How long an answer takes, from the request to the last byte."""
        begin = time.perf_counter()
        self.ask(path)
        return (time.perf_counter() - begin) * 1000


def fill(site: CompleteSite) -> float:
    """Fill the site; return how many seconds that took."""
    begin = time.perf_counter()
    site.run("{node}", "conduit/commands/fill-db.js", *(f"{table}={number}" for table, number in ROWS.items()))
    return time.perf_counter() - begin


def give_friends(site: CompleteSite) -> dict[str, str]:
    """Have the visitor follow and like what somebody else does; return names of a person, an article, a tag."""
    with sqlite3.connect(site.folder / "instance" / "conduit.db") as database:
        (me,) = database.execute("select id from account where username = 'visitor'").fetchone()
        other, name = database.execute("select id, username from account order by id limit 1 offset 500").fetchone()
        database.execute("insert into follow select ?, followed_id from follow where follower_id = ?", (me, other))
        database.execute("insert into favorite select ?, article_id from favorite where account_id = ?", (me, other))
        most = "select {0} from {1} group by {0} order by count(*) desc limit 1"
        (article,) = database.execute(most.format("article_id", "comment")).fetchone()
        (tag,) = database.execute(most.format("tag_id", "article_tag")).fetchone()
        (slug,) = database.execute("select slug from article where id = ?", (article,)).fetchone()
        (word,) = database.execute("select name from tag where id = ?", (tag,)).fetchone()
    return {"username": quote(name), "slug": slug, "tag": quote(word)}


def main() -> int:
    """Measure and print; exit code 1 when an answer is slower than the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20, metavar="N")
    parser.add_argument("--limit", type=float, default=100.0, metavar="MS")
    wanted = parser.parse_args()
    slow = False
    with tempfile.TemporaryDirectory(prefix="starterkit-api-") as place:
        site = complete_site("express", Path(place) / "site")
        took = fill(site)
        with site.served() as address:
            visitor = Visitor(address)
            names = give_friends(site)
            print("| answer | median, ms | slowest, ms | |\n| --- | ---: | ---: | --- |")
            for what, path in ADDRESSES.items():
                path = path.format(**names)
                visitor.ask(path)  # the first one of a kind prepares its questions
                times = [visitor.milliseconds(path) for _ in range(wanted.requests)]
                median = statistics.median(times)
                slow = slow or median > wanted.limit
                verdict = "ok" if median <= wanted.limit else f"above {wanted.limit:.0f}"
                print(f"| {what} | {median:.0f} | {max(times):.0f} | {verdict} |", flush=True)
    print(f"\nFilled in {took:.1f} s: " + ", ".join(f"{number:,} × {table}" for table, number in ROWS.items()) + ".")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
