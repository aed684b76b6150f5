"""The tables live in `conduit.tables`. This module keeps the old import working."""

from conduit.tables import Article, Browser, Comment, Follow, Guess, Tag, Tagging, User
from conduit.tables import utc_now as now

__all__ = ["Article", "Browser", "Comment", "Follow", "Guess", "Tag", "Tagging", "User", "now"]
