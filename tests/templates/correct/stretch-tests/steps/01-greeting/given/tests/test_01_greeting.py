"""The site greets a visitor by name."""

from tests.support import visit


def test_a_visitor_is_greeted_by_name() -> None:
    """The page at /hello greets the visitor by name."""
    visit("/hello", name="Ada").says("Hello, Ada.")


def test_spaces_around_a_name_are_removed() -> None:
    """Spaces around a name are removed."""
    visit("/hello", name=" Ada ").says("Hello, Ada.")


def test_a_visitor_without_a_name_is_greeted_too() -> None:
    """A visitor who says no name is greeted as a guest."""
    visit("/hello").says("Hello, guest.")


def test_a_name_may_have_twenty_letters() -> None:
    """A name of twenty letters is greeted."""
    visit("/hello", name="a" * 20).says(f"Hello, {'a' * 20}.")


def test_a_backslash_is_greeted() -> None:
    """A name with a backslash is greeted."""
    visit("/hello", name="C:\\Ada").says("Hello, C:\\Ada.")


def test_an_endless_name_is_not_greeted() -> None:
    """A name of more than twenty letters is answered with 404."""
    visit("/hello", name="a" * 21).is_missing()
