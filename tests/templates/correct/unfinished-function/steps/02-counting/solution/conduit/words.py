"""Words."""


def count_words(text: str) -> int:
    """Return the number of words."""
    return len(text.split())
