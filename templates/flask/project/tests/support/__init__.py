"""The way from the tests to the site.

The tests use only these operations of the site:

| operation | what it does |
| --- | --- |
| `start(**settings)` | start the site with these settings and a new database |
| `request(method, url, headers, body)` | send a request, and return the response |
| `run(*command)` | run a command of the site, such as `init-db` |
| `reset()` | make the database as it was after the start, or at the last `save()` |
| `queries()` | record the work of the database in a `with` block |
| `hook(action)` | do something once, just before the site writes to its database, or before a later transaction |
| `now()` | read the clock of the site |
| `stop()` | stop the site, and delete its database |

There are two ways to the site. Usually the site runs in the process of the tests, and Flask's own test client sends
the requests: see `in_process.py`. With `STARTERKIT_SITE=http` the site runs in a second process, and gets real HTTP
requests: see `over_http.py`. A test can't see the difference.
"""

from __future__ import annotations

import os
from typing import Any

from tests.support.browser import Browser
from tests.support.results import Finished, Queries, Response

if os.environ.get("STARTERKIT_SITE") == "http":
    from tests.support.over_http import Site
else:
    from tests.support.in_process import Site

__all__ = ["Browser", "Finished", "Queries", "Response", "Site", "start"]


def start(**settings: Any) -> Site:
    """Start the site, in the way that the environment asks for."""
    return Site(settings)
