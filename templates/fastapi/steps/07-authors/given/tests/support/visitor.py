"""The client in most tests. Since step 07 the client has a token."""

from tests import support
from tests.support.api import Site


def first_visitor(server: support.Site) -> Site:
    """The client in most tests: a user who is signed in."""
    return Site(server).register("someone")
