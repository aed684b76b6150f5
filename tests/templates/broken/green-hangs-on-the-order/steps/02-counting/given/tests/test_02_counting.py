"""The site counts words; these tests count each other."""

from tests.support import visit

BEFORE = []


def test_words_are_counted() -> None:
    """The page at /count tells how many words it was given."""
    visit("/count", text="one two three").says("3")
    BEFORE.append(1)
    assert len(BEFORE) == 1, "another test ran before this one"


def test_no_words_are_none() -> None:
    """Without a text there are no words."""
    visit("/count").says("0")
    BEFORE.append(2)
    assert len(BEFORE) == 2, "the other test did not run before this one"
