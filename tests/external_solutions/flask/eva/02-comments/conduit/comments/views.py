from flask import Blueprint, redirect, url_for
from flask.views import MethodView
from werkzeug.wrappers import Response

from conduit.articles.querysets import get_article_or_404
from conduit.articles.views import detail_page
from conduit.comments import services
from conduit.comments.forms import CommentForm

bp = Blueprint("comments", __name__, template_folder="templates", url_prefix="/article/<slug>/comments")


class CommentsView(MethodView):
    def get(self, slug: str) -> Response:
        article = get_article_or_404(slug)
        return back_to(article.slug)

    def post(self, slug: str) -> Response | tuple[str, int]:
        article = get_article_or_404(slug)
        form = CommentForm()
        if not form.validate():
            return detail_page(article, form), 422
        services.add_comment(article, form.body.data)
        return back_to(slug)


class DeleteCommentView(MethodView):
    def post(self, slug: str, pk: int) -> Response:
        services.delete_comment(services.get_comment_or_404(slug, pk))
        return back_to(slug)


def back_to(slug: str) -> Response:
    return redirect(url_for("articles.detail", slug=slug))


bp.add_url_rule("", view_func=CommentsView.as_view("list"))
bp.add_url_rule("/<int:pk>/delete", view_func=DeleteCommentView.as_view("delete"))
