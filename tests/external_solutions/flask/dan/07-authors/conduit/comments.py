from flask import Blueprint, abort, g, redirect, render_template, url_for
from sqlalchemy.exc import IntegrityError

from conduit.accounts import check_author, login_required
from conduit.articles import find_article
from conduit.extensions import db
from conduit.forms import CommentForm
from conduit.models import Comment

comment_pages = Blueprint("comments", __name__)


@comment_pages.route("/article/<slug>/comments", methods=["GET", "POST"])
@login_required
def add_comment(slug):
    article = find_article(slug)
    form = CommentForm()
    if form.validate_on_submit():
        comment = Comment(text=form.body.data, article=article, author=g.user)
        db.session.add(comment)
        try:
            db.session.commit()
        except IntegrityError:
            # the article was deleted a moment ago
            db.session.rollback()
            abort(404)
        return redirect(url_for("articles.read", slug=slug))
    if form.errors:
        return render_template("articles/article.html", article=article, comment_form=form), 422
    return redirect(url_for("articles.read", slug=slug))


@comment_pages.post("/article/<slug>/comments/<int:comment_id>/delete")
@login_required
def delete_comment(slug, comment_id):
    article = find_article(slug)
    comment = db.session.get(Comment, comment_id)
    if comment is None or comment.article_id != article.id:
        abort(404)
    check_author(comment)
    db.session.delete(comment)
    db.session.commit()
    return redirect(url_for("articles.read", slug=slug))
