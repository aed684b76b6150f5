"""What a profile asks the database."""

from sqlalchemy import Select, select

from conduit.accounts.models import User
from conduit.articles import Article


def articles_by(author: User) -> Select[tuple[Article]]:
    """What this person wrote."""
    return select(Article).where(Article.author_id == author.id)
