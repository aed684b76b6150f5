"""The site greets its visitors."""

from tests.support import read


def test_a_visitor_is_greeted_by_name() -> None:
    """The page at /greeting says hello with the name that the visitor sent."""
    for name in ("Grace", "Łukasz"):
        page = read("/greeting", name=name)
        page.says(f"Hello, {name}!")
        page.has_status(200)


def test_a_visitor_without_a_name_is_greeted_too() -> None:
    """A visitor who sends no name, or an empty one, is greeted as a stranger."""
    read("/greeting").says("Hello, stranger!")
    read("/greeting", name="").says("Hello, stranger!")


def test_a_name_cannot_bring_html_along() -> None:
    """Signs of HTML in a name are shown and never become part of the page."""
    page = read("/greeting", name="<b>Grace</b> & 'co'")

    page.says("Hello, <b>Grace</b> & 'co'!")
    assert "<b>" not in page.html, "the name was expected to be escaped, and its <b> became part of the page"
