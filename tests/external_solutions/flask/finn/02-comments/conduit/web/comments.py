"""Comments under an article."""

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from sqlalchemy.exc import IntegrityError

from conduit.extensions import db
from conduit.forms import CommentForm
from conduit.tables import Comment
from conduit.web.articles import article_or_404, article_page
from conduit.web.lookup import one_or_404

bp = Blueprint("comments", __name__, url_prefix="/article/<slug>/comments")


class Discussion(MethodView):
    def get(self, slug: str) -> ResponseReturnValue:
        return redirect(url_for("articles.read", slug=slug))

    def post(self, slug: str) -> ResponseReturnValue:
        article, form = article_or_404(slug), CommentForm()
        if not form.validate():
            return article_page(article, form)
        db.session.add(Comment(about_id=article.id, text=form.body.data))
        try:
            db.session.commit()
        except IntegrityError:  # somebody deleted the article in the meantime
            db.session.rollback()
            abort(404, "This article doesn't exist.")
        return redirect(url_for("articles.read", slug=slug))


class DeleteComment(MethodView):
    def post(self, slug: str, number: int) -> ResponseReturnValue:
        about = article_or_404(slug)
        db.session.delete(one_or_404(Comment, "This comment doesn't exist.", id=number, about_id=about.id))
        db.session.commit()
        return redirect(url_for("articles.read", slug=slug))


bp.add_url_rule("", view_func=Discussion.as_view("list"))
bp.add_url_rule("/<int:number>/delete", view_func=DeleteComment.as_view("delete"))
