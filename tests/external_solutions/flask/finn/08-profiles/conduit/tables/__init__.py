"""One module for each table. Import the tables from here."""

from conduit.tables.articles import Article
from conduit.tables.clock import utc_now
from conduit.tables.comments import Comment
from conduit.tables.follows import Follow
from conduit.tables.tags import Tag, Tagging
from conduit.tables.users import Browser, Guess, User

__all__ = ["Article", "Browser", "Comment", "Follow", "Guess", "Tag", "Tagging", "User", "utc_now"]
