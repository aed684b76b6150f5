"""The site counts words; one test needs the other."""

from tests.support import visit

BEFORE = []


def test_words_are_counted() -> None:
    """The page at /count tells how many words it was given."""
    visit("/count", text="one two three").says("3")
    BEFORE.append(1)


def test_no_words_are_none() -> None:
    """Without a text there are no words."""
    visit("/count").says("0")
    assert BEFORE, "the other test did not run before this one"
