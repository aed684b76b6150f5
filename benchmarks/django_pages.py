"""How long the pages of the complete Django site take, with as much in it as a busy site has.

    .venv/bin/python benchmarks/django_pages.py [--requests N] [--limit MS]

Makes the complete site, fills it by its own command (10,000 articles, 1,000 people, 100,000 favorites, and comments,
tags and follows to match), serves it by its own run command, and asks for each page over HTTP, as somebody who is
signed in, follows others and has favorites. Prints a Markdown table: the page, its median and its slowest request in
milliseconds. Exits with 1 when a median is above the limit.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from complete_site import CompleteSite, complete_site

ROWS = {
    "user": 1_000,
    "article": 10_000,
    "article_favorited_by": 100_000,
    "comment": 50_000,
    "user_following": 20_000,
    "tag": 500,
    "article_tags": 30_000,
}
PAGES = {
    "home": "/",
    "home, in the middle": "/?page=500",
    "home, the last page": "/?page=1001",
    "your feed": "/?feed=following",
    "a tag": "/tag/{tag}",
    "a profile": "/profile/{username}",
    "a profile's favorites": "/profile/{username}/favorites",
    "an article": "/article/{slug}",
    "the editor": "/editor",
    "settings": "/settings",
}


class Visitor:
    """Somebody with a browser, signed in."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._browser: OpenerDirector = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.open("/register"))
        assert token, "the page to sign up has no form"
        fields = {"username": "visitor", "email": "visitor@example.org", "password": "a long password"}
        self.open("/register", urlencode({"csrfmiddlewaretoken": token[1], **fields}).encode())

    def open(self, path: str, data: bytes | None = None) -> str:
        """Open a page, or send a form there; return the page that comes."""
        with self._browser.open(self._address + path, data, timeout=60) as answer:
            return answer.read().decode()

    def milliseconds(self, path: str) -> float:
        """How long a page takes, from the request to the last byte."""
        begin = time.perf_counter()
        self.open(path)
        return (time.perf_counter() - begin) * 1000


def fill(site: CompleteSite) -> float:
    """Fill the site; return how many seconds that took."""
    begin = time.perf_counter()
    rows = [f"{model}={number}" for model, number in ROWS.items()]
    site.run("{python}", "manage.py", "fill_db", *rows)
    return time.perf_counter() - begin


def give_friends(site: CompleteSite) -> dict[str, str]:
    """Have the visitor follow and like what somebody else does; return names of a person, an article, a tag."""
    with sqlite3.connect(site.folder / "db.sqlite3") as database:
        (me,) = database.execute("select id from accounts_user where username = 'visitor'").fetchone()
        some = "select id, username from accounts_user order by id limit 1 offset 500"
        other, name = database.execute(some).fetchone()
        for table, who, what in (
            ("accounts_user_following", "from_user_id", "to_user_id"),
            ("articles_article_favorited_by", "user_id", "article_id"),
        ):
            copied = f"insert into {table} ({who}, {what}) select ?, {what} from {table} where {who} = ?"
            database.execute(copied, (me, other))
        most = "select {0} from {1} group by {0} order by count(*) desc limit 1"
        (article,) = database.execute(most.format("article_id", "comments_comment")).fetchone()
        (tag,) = database.execute(most.format("tag_id", "articles_article_tags")).fetchone()
        (slug,) = database.execute("select slug from articles_article where id = ?", (article,)).fetchone()
        (word,) = database.execute("select name from tags_tag where id = ?", (tag,)).fetchone()
    return {"username": name, "slug": slug, "tag": word}


def main() -> int:
    """Measure and print; exit code 1 when a page is slower than the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=20, metavar="N")
    parser.add_argument("--limit", type=float, default=100.0, metavar="MS")
    wanted = parser.parse_args()
    slow = False
    with tempfile.TemporaryDirectory(prefix="starterkit-pages-") as place:
        site = complete_site("django", Path(place) / "site")
        took = fill(site)
        with site.served() as address:
            visitor = Visitor(address)
            names = give_friends(site)
            print("| page | median, ms | slowest, ms | |\n| --- | ---: | ---: | --- |")
            for page, path in PAGES.items():
                path = path.format(**names)
                visitor.open(path)  # the first request of a page reads its templates
                times = [visitor.milliseconds(path) for _ in range(wanted.requests)]
                median = statistics.median(times)
                slow = slow or median > wanted.limit
                verdict = "ok" if median <= wanted.limit else f"above {wanted.limit:.0f}"
                print(f"| {page} | {median:.0f} | {max(times):.0f} | {verdict} |", flush=True)
    print(f"\nFilled in {took:.1f} s: " + ", ".join(f"{number:,} × {model}" for model, number in ROWS.items()) + ".")
    return 1 if slow else 0


if __name__ == "__main__":
    sys.exit(main())
