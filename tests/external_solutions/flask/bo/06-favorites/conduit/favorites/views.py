"""The button with the heart, and where it leads."""

from dataclasses import dataclass
from typing import Self

from flask import Blueprint, redirect, request, url_for
from flask.views import MethodView
from werkzeug.wrappers import Response

from conduit.accounts.visitor import (
    current_user,
    require_user,
    signed_in_only,
)
from conduit.articles import Article, find_article
from conduit.favorites.queries import mark, marks_of, unmark
from conduit.forms import this_page, way_back


bp = Blueprint('favorites', __name__)


@dataclass(frozen=True, slots=True)
class FavoriteButton:
    """What the button says, where its form goes, and where that leads."""

    on: bool
    count: int
    action: str
    back: str

    @classmethod
    def on_article(cls, article: Article) -> Self:
        on = article.id in marks_of(current_user())
        endpoint = 'favorites.unmark' if on else 'favorites.mark'
        return cls(
            on,
            article.favorites_count,
            action=url_for(endpoint, slug=article.slug),
            back=this_page()
            if request.method == 'GET'
            else url_for('articles.read', slug=article.slug),
        )


bp.add_app_template_global(FavoriteButton.on_article, 'favorite_button')


class MarkView(MethodView):
    """Marking an article."""

    decorators = [signed_in_only]

    def post(self, slug: str) -> Response:
        article = find_article(slug)
        self.change(require_user().id, article.id)
        return redirect(way_back(url_for('articles.read', slug=slug)))

    def change(self, reader_id: int, article_id: int) -> None:
        mark(reader_id, article_id)


class UnmarkView(MarkView):
    """Taking the mark back."""

    def change(self, reader_id: int, article_id: int) -> None:
        unmark(reader_id, article_id)


bp.add_url_rule('/article/<slug>/favorite', view_func=MarkView.as_view('mark'))
bp.add_url_rule(
    '/article/<slug>/unfavorite', view_func=UnmarkView.as_view('unmark')
)
