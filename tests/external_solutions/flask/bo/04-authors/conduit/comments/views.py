"""The addresses at which comments are written and taken down."""

from flask import abort, Blueprint, redirect, render_template, url_for
from flask.views import MethodView
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from conduit.accounts.visitor import require_user, signed_in_only
from conduit.articles import Article, find_article
from conduit.comments.forms import CommentForm
from conduit.comments.models import Comment
from conduit.comments.queries import (
    add_comment,
    cards_under,
    find_comment,
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

    @signed_in_only
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
            add_comment(article.id, require_user().id, form.body)
        except IntegrityError:
            db.session.rollback()
            abort(404, 'The article has been deleted in the meantime.')
        return redirect(url_for('articles.read', slug=slug))


class CommentRemovalView(MethodView):
    """The button that takes one's own comment down."""

    decorators = [signed_in_only]

    def post(self, slug: str, comment_id: int) -> Response:
        remove_comment(self.comment_to_change(slug, comment_id))
        return redirect(url_for('articles.read', slug=slug))

    def comment_to_change(self, slug: str, comment_id: int) -> Comment:
        comment = find_comment(slug, comment_id)
        if comment is None:
            abort(404, 'This article has no such comment.')
        if comment.author_id != require_user().id:
            abort(403, "This is somebody else's comment.")
        return comment


bp.add_url_rule(
    '/article/<slug>/comments', view_func=CommentListView.as_view('thread')
)
bp.add_url_rule(
    '/article/<slug>/comments/<int:comment_id>/delete',
    view_func=CommentRemovalView.as_view('remove'),
)
