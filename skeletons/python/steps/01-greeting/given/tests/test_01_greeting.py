"""The site greets its visitors."""

from tests.support import get


def test_a_visitor_is_greeted_by_name() -> None:
    """The greeting page greets the visitor by name."""
    for name in ("Grace", "Łukasz"):
        page = get("/greeting", name=name)
        page.shows(f"Hello, {name}!")
        page.has_status(200)


def test_a_visitor_without_a_name_is_greeted() -> None:
    """A visitor without a name is greeted as a visitor."""
    get("/greeting").shows("Hello, visitor!")
    get("/greeting", name="").shows("Hello, visitor!")


def test_html_in_a_name_is_escaped() -> None:
    """HTML in a name is shown as text."""
    page = get("/greeting", name="<b>Grace</b> & 'co'")

    page.shows("Hello, <b>Grace</b> & 'co'!")
    assert "<b>" not in page.html, "Expected the name to be escaped on /greeting. Found an unescaped <b>."
