"""What the operations take and return, the same for both ways."""

from __future__ import annotations

import string
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import quote

USUAL_HEADERS = {"Host": "localhost", "User-Agent": "tests"}  # of each request, unless it brings its own


def escaped(url: str) -> str:
    """Return a URL as browsers send it: spaces and letters that aren't ASCII are escaped."""
    return quote(url, safe=string.punctuation)


@dataclass(frozen=True)
class Response:
    """A response: the status, the headers, and the body as bytes.

    The names of headers ignore case: `headers["location"]`. `headers.get_all("Set-Cookie")` returns all values.
    """

    status: int
    headers: Message
    body: bytes


@dataclass(frozen=True)
class Finished:
    """How a command ended: its exit code, and what it printed."""

    code: int
    output: str


@dataclass
class Queries:
    """What the database did in a block.

    `statements` are the SQL statements in order, and `values` the values that were sent with each of them. `work`
    counts the small steps that SQLite takes. The number grows with the rows that SQLite looks at.
    """

    statements: list[str] = field(default_factory=list)
    values: list[str] = field(default_factory=list)
    work: int = 0
