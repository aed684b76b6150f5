"""What every test gets: the site."""

import pytest

from tests import support


@pytest.fixture
def site():
    """The site, as a visitor sees it."""
    return support.Site()
