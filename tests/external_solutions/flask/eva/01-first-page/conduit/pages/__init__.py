"""Pages that only show a text: the About page."""

from conduit.pages.urls import bp

__all__ = ["bp"]
