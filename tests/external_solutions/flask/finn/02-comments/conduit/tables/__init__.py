"""One module for each table. Import the tables from here."""

from conduit.tables.articles import Article
from conduit.tables.clock import utc_now
from conduit.tables.comments import Comment

__all__ = ["Article", "Comment", "utc_now"]
