"""How long the API of the complete Express site takes, with as much in it as a busy site has.

    .venv/bin/python benchmarks/express_api.py [--requests N] [--limit MS]

Makes the complete site, fills it by its own command (10,000 articles, 1,000 people, 100,000 favorites, and comments,
tags and follows to match), serves it by its own run command, and asks for each address over HTTP, as somebody who is
signed in, follows others and has favorites. Prints a Markdown table: the address, its median and its slowest request
in milliseconds. Exits with 1 when a median is above the limit.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen

from busy_site import VISITOR, Tables, complete_site, fill, filled, give_friends, measure, parser, rows

ROWS = rows(user="account")
TABLES = Tables(user="account", favorite=("favorite", "account_id", "article_id"))
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
        self._token = json.loads(self.ask("/api/users", {"user": VISITOR}))["user"]["token"]

    def ask(self, path: str, body: object = None) -> str:
        """What the site answers."""
        headers = {"Authorization": f"Token {self._token}"} if self._token else {}
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._address + path, data, {**headers, "Content-Type": "application/json"})
        with urlopen(request, timeout=60) as answer:
            return answer.read().decode()


def main() -> int:
    """Measure and print; exit code 1 when an answer is slower than the limit."""
    wanted = parser(__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="starterkit-api-") as place:
        site = complete_site("express", Path(place) / "site")
        took = fill(site, ROWS, "{node}", "conduit/commands/fill-db.js")
        with site.served() as address:
            visitor = Visitor(address)
            names = {name: quote(word) for name, word in give_friends(site, TABLES).items()}
            addresses = {what: path.format(**names) for what, path in ADDRESSES.items()}
            holds = measure("answer", visitor.ask, addresses, wanted)
    print(f"\n{filled(took, ROWS)}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
