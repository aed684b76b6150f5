import pytest


def test_words_are_counted(site):
    """The page of a text tells how many words it has."""
    site.get("/words/one two three").says("3")


@pytest.mark.parametrize("length", [1, 2])
def test_each_length(site, length):
    """Short texts are counted, too."""
    site.get("/words/" + "word " * length).says(str(length))
