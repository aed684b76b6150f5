"""The site responds to requests."""

from tests.support import get


def test_home_shows_the_title() -> None:
    """The home page shows the site's title and a welcome."""
    page = get("/")

    page.has_status(200)
    page.contains("<h1>")
    page.shows("Welcome")


def test_an_unknown_path_returns_404() -> None:
    """An unknown path returns 404."""
    get("/nothing-here").has_status(404)
