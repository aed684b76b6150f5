"""Favorite articles."""

from typing import ClassVar

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from conduit.extensions import db
from conduit.identity import current_user, login_required
from conduit.queries.upsert import insert_or_ignore
from conduit.tables import Article, Favorite
from conduit.web.articles import article_or_404
from conduit.web.back import back_or
from conduit.web.people import Profile, user_or_404

bp = Blueprint("favorites", __name__)


class FavoriteSwitch(MethodView):
    """Adds an article to the user's favorites, or removes it."""

    decorators: ClassVar = [login_required]

    def __init__(self, on: bool) -> None:
        self.on = on

    def post(self, slug: str) -> ResponseReturnValue:
        pair = {"user_id": current_user.id, "article_id": article_or_404(slug).id}
        try:
            db.session.execute(
                insert_or_ignore(Favorite).values(pair) if self.on else delete(Favorite).filter_by(**pair)
            )
            db.session.commit()
        except IntegrityError:  # somebody deleted the article in the meantime
            db.session.rollback()
            abort(404, "This article doesn't exist.")
        return back_or(url_for("articles.read", slug=slug))


class FavoritesOfUser(Profile):
    tab = "Favorited"

    def get(self, username: str) -> str:
        person = user_or_404(username)
        chosen = select(Favorite.article_id).where(Favorite.user_id == person.id)
        return self.render(Article.published().where(Article.id.in_(chosen)), person=person)


bp.add_url_rule("/article/<slug>/favorite", view_func=FavoriteSwitch.as_view("add", on=True))
bp.add_url_rule("/article/<slug>/unfavorite", view_func=FavoriteSwitch.as_view("remove", on=False))
bp.add_url_rule("/profile/<username>/favorites", view_func=FavoritesOfUser.as_view("of_user"))
