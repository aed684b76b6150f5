"""Comments under an article."""

from typing import ClassVar

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from sqlalchemy.exc import IntegrityError

from conduit.extensions import db
from conduit.forms import CommentForm
from conduit.identity import current_user, login_required
from conduit.identity.permissions import only_for_the_author
from conduit.tables import Comment
from conduit.web.articles import article_or_404, article_page
from conduit.web.lookup import one_or_404

bp = Blueprint("comments", __name__, url_prefix="/article/<slug>/comments")


class Discussion(MethodView):
    def get(self, slug: str) -> ResponseReturnValue:
        return redirect(url_for("articles.read", slug=slug))

    @login_required
    def post(self, slug: str) -> ResponseReturnValue:
        article, form = article_or_404(slug), CommentForm()
        if not form.validate():
            return article_page(article, form)
        db.session.add(Comment(about_id=article.id, author_id=current_user.id, text=form.body.data))
        try:
            db.session.commit()
        except IntegrityError:  # somebody deleted the article in the meantime
            db.session.rollback()
            abort(404, "This article doesn't exist.")
        return redirect(url_for("articles.read", slug=slug))


class DeleteComment(MethodView):
    decorators: ClassVar = [login_required]

    def post(self, slug: str, number: int) -> ResponseReturnValue:
        about = article_or_404(slug)
        comment = one_or_404(Comment, "This comment doesn't exist.", id=number, about_id=about.id)
        only_for_the_author(comment)
        db.session.delete(comment)
        db.session.commit()
        return redirect(url_for("articles.read", slug=slug))


bp.add_url_rule("", view_func=Discussion.as_view("list"))
bp.add_url_rule("/<int:number>/delete", view_func=DeleteComment.as_view("delete"))
