"""The visitor in most tests. Since step 07 the visitor is signed in."""

from tests import support
from tests.support.pages import Site


def first_visitor(server: support.Site) -> Site:
    """The visitor in most tests: a user who is signed in. Two other users have an account, too."""
    visitor = Site(server).register("someone")
    visitor.users = {name: visitor.register(name) for name in ("nora", "oskar")}
    return visitor
