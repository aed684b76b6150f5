"""The parts that make up the site."""

from typing import Any


def add_features(site: Any) -> None:
    """Join each part to the site."""
    # Your own lines go below this one.
