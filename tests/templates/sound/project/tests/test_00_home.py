"""The site has a first page."""

from tests.support import visit


def test_the_home_page_shows_the_title() -> None:
    """The first page shows what the site is called."""
    visit("/").says("Test")


def test_a_page_that_nobody_wrote_is_missing() -> None:
    """An address without a page is answered with 404."""
    visit("/nowhere").is_missing()
