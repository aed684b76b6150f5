"""The traits that are weighed, in people's words. What each framework's strength in one is, its path.yml says."""

from __future__ import annotations

from dataclasses import dataclass

STRONG, WEAK = 2, 1  # from here on a strength speaks for a framework; up to here, against it


@dataclass(frozen=True)
class Wording:
    """A trait in words: its name in a table, and when it is wanted later on (`when …`)."""

    label: str
    later: str


WORDINGS = {
    "quick_start": Wording("starts quickly", "you want the next idea on screen within the hour"),
    "gentle_start": Wording("little to know at first", "you want to see the basics without the rest"),
    "explicit": Wording("every wire in sight", "you want to see how the parts work underneath"),
    "batteries": Wording("everything in the box", "you are tired of building accounts and forms by hand"),
    "admin": Wording("an admin in the box", "editors need a place to write that you need not build"),
    "server_pages": Wording("pages from the server", "you want to build pages that people read"),
    "json_api": Wording("a JSON API", "an app or another program needs your data"),
    "generated_docs": Wording("documents itself", "other programs need your data, and documentation of how to get it"),
    "async": Wording("waits for many at once", "requests wait on other services, or many come at once"),
    "typed": Wording("types do work", "you want types to find mistakes before users do"),
    "one_language": Wording("one language all through", "you want to build what runs in the browser too"),
    "conventions": Wording("one agreed layout", "you join a team and want to know your way around"),
}

# How a weak start is said: the reason in path.yml follows.
START_WARNINGS = {
    "gentle_start": "This is the more advanced start",
    "quick_start": "This is the heavier start",
}
