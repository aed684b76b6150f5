"""The tables live in `conduit.tables`. This module keeps the old import working."""

from conduit.tables import Article, Comment, Tag, Tagging
from conduit.tables import utc_now as now

__all__ = ["Article", "Comment", "Tag", "Tagging", "now"]
