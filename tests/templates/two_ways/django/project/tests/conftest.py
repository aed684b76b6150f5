"""What every test gets: the site with an empty database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests import support

StartSite = Callable[..., support.Site]


@pytest.fixture(scope="session")
def started_site() -> Iterator[support.Site]:
    """The site, started once for all tests."""
    site = support.start()
    yield site
    site.stop()


@pytest.fixture
def site(started_site: support.Site) -> support.Site:
    """The site with an empty database."""
    started_site.reset()
    return started_site


@pytest.fixture
def browser(site: support.Site) -> support.Browser:
    """A visitor's browser."""
    return support.Browser(site)


@pytest.fixture
def start_site() -> Iterator[StartSite]:
    """Starts a second site, with settings that differ. The site stops after the test."""
    with ExitStack() as sites:

        def start(**settings: object) -> support.Site:
            site = support.start(**settings)
            sites.callback(site.stop)
            return site

        yield start
