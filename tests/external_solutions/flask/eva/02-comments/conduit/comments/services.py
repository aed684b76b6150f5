"""Everything that changes comments."""

from flask import abort
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from conduit.articles.models import Article
from conduit.comments.models import Comment
from conduit.extensions import db


def get_comment_or_404(slug: str, pk: int) -> Comment:
    """The comment with this id, if it belongs to the article with this slug."""
    comments = select(Comment).join(Comment.article).where(Article.slug == slug, Comment.id == pk)
    return db.first_or_404(comments, description="This comment doesn't exist.")


def add_comment(article: Article, body: str) -> Comment:
    """Save a comment. If somebody deletes the article at this moment, the visitor gets the 404 page."""
    comment = Comment(article_id=article.id, body=body)
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
