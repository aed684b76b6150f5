"""Everything that changes comments."""

from flask import abort
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from conduit.accounts.models import User
from conduit.articles.models import Article
from conduit.comments.models import Comment
from conduit.extensions import db


def get_comment_or_404(article: Article, pk: int) -> Comment:
    """The comment with this id, if it belongs to the article."""
    comments = select(Comment).where(Comment.article_id == article.id, Comment.id == pk)
    return db.first_or_404(comments, description="This comment doesn't exist.")


def add_comment(author: User, article: Article, body: str) -> Comment:
    """Save a comment. If somebody deletes the article at this moment, the visitor gets the 404 page."""
    comment = Comment(article_id=article.id, author_id=author.id, body=body)
    db.session.add(comment)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        abort(404, "This article doesn't exist.")
    return comment


def delete_comment(comment: Comment) -> None:
    db.session.delete(comment)
    db.session.commit()
