"""The addresses at which comments are written and taken down."""

from flask import abort, Blueprint, redirect, render_template, url_for
from flask.views import MethodView
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from conduit.articles import Article, find_article
from conduit.comments.forms import CommentForm
from conduit.comments.queries import (
    add_comment,
    cards_under,
    remove_comment,
    Thread,
)
from conduit.database import db


bp = Blueprint('comments', __name__)


@bp.app_template_global()
def thread_under(article: Article) -> Thread:
    """What stands under an article that is simply read."""
    return Thread(article.slug, cards_under(article.slug))


class CommentListView(MethodView):
    """All the comments of one article."""

    def get(self, slug: str) -> Response:
        return redirect(url_for('articles.read', slug=slug))

    def post(self, slug: str) -> Response | tuple[str, int]:
        article = find_article(slug)
        form = CommentForm.from_request()
        if form.errors:
            thread = Thread(slug, cards_under(slug), form.body, form.errors)
            page = render_template(
                'articles/article.html', article=article, thread=thread
            )
            return page, 422
        try:
            add_comment(article.id, form.body)
        except IntegrityError:
            db.session.rollback()
            abort(404, 'The article has been deleted in the meantime.')
        return redirect(url_for('articles.read', slug=slug))


class CommentRemovalView(MethodView):
    """The button that takes one comment down."""

    def post(self, slug: str, comment_id: int) -> Response:
        article = find_article(slug)
        if not remove_comment(article.id, comment_id):
            abort(404, 'This article has no such comment.')
        return redirect(url_for('articles.read', slug=slug))


bp.add_url_rule(
    '/article/<slug>/comments', view_func=CommentListView.as_view('thread')
)
bp.add_url_rule(
    '/article/<slug>/comments/<int:comment_id>/delete',
    view_func=CommentRemovalView.as_view('remove'),
)
