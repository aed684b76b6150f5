from flask import Blueprint, redirect, url_for
from flask.views import MethodView
from werkzeug.wrappers import Response

from conduit.accounts.auth import current_user
from conduit.accounts.decorators import login_required, only_for_author
from conduit.articles.querysets import get_article_or_404
from conduit.articles.views import detail_page
from conduit.comments import services
from conduit.comments.forms import CommentForm

bp = Blueprint("comments", __name__, template_folder="templates", url_prefix="/article/<slug>/comments")


class CommentsView(MethodView):
    def get(self, slug: str) -> Response:
        article = get_article_or_404(slug)
        return back_to(article.slug)

    @login_required
    def post(self, slug: str) -> Response | tuple[str, int]:
        article = get_article_or_404(slug)
        form = CommentForm()
        if not form.validate():
            return detail_page(article, form), 422
        services.add_comment(current_user, article, form.body.data)
        return back_to(slug)


class DeleteCommentView(MethodView):
    decorators = [login_required]

    def post(self, slug: str, pk: int) -> Response:
        comment = services.get_comment_or_404(get_article_or_404(slug), pk)
        services.delete_comment(only_for_author(comment))
        return back_to(slug)


def back_to(slug: str) -> Response:
    return redirect(url_for("articles.detail", slug=slug))


bp.add_url_rule("", view_func=CommentsView.as_view("list"))
bp.add_url_rule("/<int:pk>/delete", view_func=DeleteCommentView.as_view("delete"))
