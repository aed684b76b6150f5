"""What is asked of the table of comments, and what is written to it."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select

from conduit.articles import Article
from conduit.comments.models import Comment
from conduit.database import db


@dataclass(frozen=True, slots=True)
class CommentCard:
    """One comment, as a page shows it."""

    id: int
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Thread:
    """The comments under one article, and the form at their end."""

    slug: str
    cards: list[CommentCard]
    draft: str = ''
    errors: list[str] = field(default_factory=list)


def cards_under(slug: str) -> list[CommentCard]:
    """The comments on the article at this address, oldest first."""
    rows = db.session.execute(
        select(Comment.id, Comment.body, Comment.created_at)
        .join(Article, Article.id == Comment.article_id)
        .where(Article.slug == slug)
        .order_by(Comment.created_at, Comment.id)
    )
    return [CommentCard(*row) for row in rows]


def add_comment(article_id: int, body: str) -> None:
    """Save a comment; IntegrityError where the article has just gone."""
    db.session.execute(
        insert(Comment).values(article_id=article_id, body=body)
    )
    db.session.commit()


def remove_comment(article_id: int, comment_id: int) -> bool:
    """Take a comment down; False where this article has no such comment."""
    result = db.session.execute(
        delete(Comment).where(
            Comment.id == comment_id, Comment.article_id == article_id
        )
    )
    db.session.commit()
    return result.rowcount > 0
