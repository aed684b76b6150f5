"""Comments: what readers answer to an article."""

from datetime import datetime

from flask import Blueprint, abort, g, redirect, render_template, url_for
from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship
from werkzeug.wrappers import Response

from conduit.accounts import User, login_required
from conduit.articles import Article, find_article
from conduit.authors import only_for
from conduit.database import db, now
from conduit.forms import Form

bp = Blueprint("comments", __name__, url_prefix="/article/<slug>/comments")


class Comment(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=now)
    article_id: Mapped[int] = mapped_column(ForeignKey("article.id"), index=True)
    article: Mapped[Article] = relationship(
        backref=backref("comments", order_by="Comment.id", cascade="all, delete-orphan")
    )
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    author: Mapped[User] = relationship()
    # Your own lines go below this one.


@bp.get("")
def go_back(slug: str) -> Response:
    """Whoever opens the address of the form, after a refusal for example, is led to the article."""
    return redirect(url_for("articles.read", slug=slug))


@bp.post("")
@login_required
def post(slug: str) -> Response | tuple[str, int]:
    article = find_article(slug)
    form = Form()
    body = form.text("body", longest=5_000)
    if form.errors:
        typed = {"comment_body": body, "comment_errors": form.errors}
        return render_template("articles/article.html", article=article, **typed), 422
    db.session.add(Comment(article=article, body=body, author=g.user))
    db.session.commit()
    return redirect(url_for("articles.read", slug=slug))


@bp.post("/<int:number>/delete")
@login_required
def delete(slug: str, number: int) -> Response:
    comment = db.session.get(Comment, number)
    if comment is None or comment.article.slug != slug:
        abort(404, "There is no such comment here.")
    only_for(comment.author)
    db.session.delete(comment)
    db.session.commit()
    return redirect(url_for("articles.read", slug=slug))
