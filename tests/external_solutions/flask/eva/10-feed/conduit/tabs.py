from dataclasses import dataclass


@dataclass
class Tab:
    """A link above a list."""

    label: str
    url: str
    active: bool = False
