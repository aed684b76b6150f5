"""What the benchmarks of the complete sites share: a site with as much in it as a busy one has, and the table of times.

The site is made as the tests make it, filled by its own command, and served by its own run command. Whoever asks is
signed in, follows others and has favorites.
"""

from __future__ import annotations

import argparse
import http.cookiejar
import re
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.support.complete_site import CompleteSite, complete_site

__all__ = ["PAGES", "VISITOR", "Browser", "CompleteSite", "Tables", "complete_site", "fill", "filled", "give_friends",
           "measure", "parser", "rows"]  # fmt: skip

VISITOR = {"username": "visitor", "email": "visitor@example.org", "password": "a long password"}
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


@dataclass(frozen=True)
class Tables:
    """The file of a site's database, and the names of its tables.

    `follow` and `favorite` are a table, the column of the one who does it, and that of what it is done to.
    """

    file: str = "instance/conduit.db"
    user: str = "user"
    article: str = "article"
    comment: str = "comment"
    tag: str = "tag"
    article_tag: str = "article_tag"
    follow: tuple[str, str, str] = ("follow", "follower_id", "followed_id")
    favorite: tuple[str, str, str] = ("favorite", "user_id", "article_id")


class Browser:
    """Somebody with a browser, signed in; `token_field` is the form's field against forged requests."""

    def __init__(self, address: str, token_field: str) -> None:
        self._address = address
        self._browser: OpenerDirector = build_opener(HTTPCookieProcessor(http.cookiejar.CookieJar()))
        token = re.search(rf'name="{token_field}"[^>]* value="([^"]+)"', self.open("/register"))
        assert token, "the page to sign up has no form"
        self.open("/register", urlencode({token_field: token[1], **VISITOR}).encode())

    def open(self, path: str, data: bytes | None = None) -> str:
        """Open a page, or send a form there; return the page that comes."""
        with self._browser.open(self._address + path, data, timeout=60) as answer:
            return answer.read().decode()


def rows(
    *, user: str = "user", favorite: str = "favorite", follow: str = "follow", article_tag: str = "article_tag"
) -> dict[str, int]:
    """Return how many rows a busy site has, by the names that its own command has for its tables."""
    return {
        user: 1_000,
        "article": 10_000,
        favorite: 100_000,
        "comment": 50_000,
        follow: 20_000,
        "tag": 500,
        article_tag: 30_000,
    }


def fill(site: CompleteSite, wanted: Mapping[str, int], *command: str) -> float:
    """Fill the site by its own command; return how many seconds that took."""
    begin = time.perf_counter()
    site.run(*command, *(f"{table}={number}" for table, number in wanted.items()))
    return time.perf_counter() - begin


def filled(seconds: float, wanted: Mapping[str, int]) -> str:
    """Return the sentence about it."""
    return f"Filled in {seconds:.1f} s: " + ", ".join(f"{number:,} × {table}" for table, number in wanted.items()) + "."


def give_friends(site: CompleteSite, tables: Tables) -> dict[str, str]:
    """Have the visitor follow and like what somebody else does; return names of a person, an article, a tag."""
    with sqlite3.connect(site.folder / tables.file) as database:
        (me,) = database.execute(f"select id from {tables.user} where username = 'visitor'").fetchone()
        some = f"select id, username from {tables.user} order by id limit 1 offset 500"
        other, name = database.execute(some).fetchone()
        for table, who, what in (tables.follow, tables.favorite):
            copied = f"insert into {table} ({who}, {what}) select ?, {what} from {table} where {who} = ?"
            database.execute(copied, (me, other))
        most = "select {0} from {1} group by {0} order by count(*) desc limit 1"
        (article,) = database.execute(most.format("article_id", tables.comment)).fetchone()
        (tag,) = database.execute(most.format("tag_id", tables.article_tag)).fetchone()
        (slug,) = database.execute(f"select slug from {tables.article} where id = ?", (article,)).fetchone()
        (word,) = database.execute(f"select name from {tables.tag} where id = ?", (tag,)).fetchone()
    return {"username": name, "slug": slug, "tag": word}


def parser(description: str) -> argparse.ArgumentParser:
    """Return what reads the options that all of these benchmarks have."""
    made = argparse.ArgumentParser(description=description.splitlines()[0])
    made.add_argument("--requests", type=int, default=20, metavar="N")
    made.add_argument("--limit", type=float, default=100.0, metavar="MS")
    return made


def measure(
    what: str,
    ask: Callable[[str], object],
    addresses: Mapping[str, str],
    wanted: argparse.Namespace,
    *,
    digits: int = 0,
) -> bool:
    """Ask for each address again and again, print the table of times, and tell whether all medians hold."""
    holds = True
    print(f"| {what} | median, ms | slowest, ms | |\n| --- | ---: | ---: | --- |")
    for name, path in addresses.items():
        ask(path)  # the first one of a kind reads its templates, or prepares its statements
        times = [_milliseconds(ask, path) for _ in range(wanted.requests)]
        median = statistics.median(times)
        holds = holds and median <= wanted.limit
        verdict = "ok" if median <= wanted.limit else f"above {wanted.limit:.0f}"
        print(f"| {name} | {median:.{digits}f} | {max(times):.0f} | {verdict} |", flush=True)
    return holds


def _milliseconds(ask: Callable[[str], object], path: str) -> float:
    """How long an answer takes, from the request to the last byte."""
    begin = time.perf_counter()
    ask(path)
    return (time.perf_counter() - begin) * 1000
