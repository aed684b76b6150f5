"""Comments: readers write them under an article."""

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from conduit.articles import find_article
from conduit.extensions import db
from conduit.forms import CommentForm
from conduit.models import Comment

bp = Blueprint("comments", __name__, url_prefix="/article/<slug>/comments")


@bp.get("")
def back(slug: str) -> Response:
    return redirect(url_for("articles.read", slug=slug))


@bp.post("")
def post(slug: str) -> Response | tuple[str, int]:
    article = find_article(slug)
    form = CommentForm()
    if not form.validate_on_submit():
        return render_template("articles/article.html", article=article, comment_form=form), 422
    db.session.add(Comment(article=article, body=form.body.data))
    try:
        db.session.commit()
    except IntegrityError:  # somebody deleted the article at this moment
        db.session.rollback()
        abort(404)
    return redirect(url_for("articles.read", slug=slug))


@bp.post("/<int:comment_id>/delete")
def delete(slug: str, comment_id: int) -> Response:
    comment = db.first_or_404(select(Comment).where(Comment.id == comment_id, Comment.article == find_article(slug)))
    db.session.delete(comment)
    db.session.commit()
    return redirect(url_for("articles.read", slug=slug))
