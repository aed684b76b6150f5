"""The visitor in most tests. Step 07 replaces this file: then the visitor is signed in."""

from tests import support
from tests.support.pages import Site


def first_visitor(server: support.Site) -> Site:
    """The visitor in most tests: somebody who isn't signed in."""
    return Site(server)
