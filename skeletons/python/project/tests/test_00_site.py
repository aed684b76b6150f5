"""The site answers."""

from tests.support import read


def test_home_shows_the_title() -> None:
    """The home page is there, and has the site's title as its heading."""
    page = read("/")

    page.has_status(200)
    page.holds("<h1>")
    page.says("Welcome")


def test_an_unknown_address_is_not_found() -> None:
    """An address at which there is nothing answers with status 404."""
    read("/nothing-here").has_status(404)
