"""Counting words."""

from collections.abc import Mapping


def count(words: Mapping[str, str]) -> tuple[str, str]:
    """Tell how many words there are."""
    return "200 OK", str(len(words.get("text", "").split()))
