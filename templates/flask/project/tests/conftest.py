"""What every test gets: the site with an empty database, and a visitor."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests import support
from tests.support.pages import Site
from tests.support.visitor import first_visitor

__tracebackhide__ = True


@pytest.fixture(scope="session")
def server() -> Iterator[support.Site]:
    """The running site, started once for all tests."""
    server = support.start()
    gc.freeze()  # Python needn't look for garbage in the packages again
    gc.set_threshold(100_000)  # and seldom in the tests
    yield server
    server.stop()


@pytest.fixture(scope="session")
def visitor(server: support.Site) -> Site:
    """The visitor of most tests, who comes to the site once for all tests."""
    visitor = first_visitor(server)
    for each in (visitor, *visitor.users.values()):
        each.get("/nowhere")  # a first page, whose form for signing out puts a CSRF token into the session
    server.save()
    return visitor


@pytest.fixture
def site(server: support.Site, visitor: Site) -> Site:
    """The site with an empty database, as the visitor of most tests sees it."""
    server.reset()
    return visitor.again()


@pytest.fixture
def start_site() -> Iterator[Callable[..., Site]]:
    """Starts another site, with other settings. The site stops after the test."""
    with ExitStack() as servers:

        def start(**settings: object) -> Site:
            server = support.start(**settings)
            servers.callback(server.stop)
            return Site(server)

        yield start
