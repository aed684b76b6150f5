"""The client in most tests. Step 07 replaces this file: then the client has a token."""

from tests import support
from tests.support.api import Site


def first_visitor(server: support.Site) -> Site:
    """The client in most tests: somebody without an account."""
    return Site(server)
