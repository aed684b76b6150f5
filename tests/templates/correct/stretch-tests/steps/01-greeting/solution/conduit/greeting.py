"""Greeting a visitor by name."""

from collections.abc import Mapping

LONGEST = 20


def hello(words: Mapping[str, str]) -> tuple[str, str]:
    """Greet the visitor."""
    name = words.get("name", "guest").strip()
    if len(name) > LONGEST:
        return "404 Not Found", "This name is too long."
    return "200 OK", f"Hello, {name}."
