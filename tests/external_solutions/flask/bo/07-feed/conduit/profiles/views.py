"""The page about somebody."""

from dataclasses import dataclass
from typing import Self

from flask import abort, Blueprint, url_for
from flask.views import MethodView
from sqlalchemy import Select

from conduit.accounts.models import User
from conduit.accounts.queries import user_named
from conduit.accounts.views import picture_of
from conduit.accounts.visitor import current_user
from conduit.articles import Article, list_page
from conduit.favorites.queries import marked_by
from conduit.lists.views import Tab
from conduit.profiles.queries import articles_by


bp = Blueprint('profiles', __name__)

# The tabs over the list, by the names of their views
TABS = {'show': 'Articles', 'favorites': 'Favorited'}


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """What the page about somebody shows over its list."""

    person: User
    picture: str
    own: bool
    address: str

    @classmethod
    def of(cls, person: User, endpoint: str) -> Self:
        return cls(
            person,
            picture_of(person),
            own=person == current_user(),
            address=url_for(f'profiles.{endpoint}', name=person.name),
        )


def tabs_of(person: User, endpoint: str) -> list[Tab]:
    """The tabs over the list, of which this view's is the current one."""
    return [
        Tab(
            words,
            url_for(f'profiles.{name}', name=person.name),
            name == endpoint,
        )
        for name, words in TABS.items()
    ]


class ProfileView(MethodView):
    """Somebody, and what they wrote."""

    endpoint = 'show'

    def get(self, name: str) -> str:
        person = user_named(name)
        if person is None:
            abort(404, 'There is nobody of this name.')
        return list_page(
            self.articles(person),
            'profiles/profile.html',
            profile=ProfilePage.of(person, self.endpoint),
            tabs=tabs_of(person, self.endpoint),
        )

    def articles(self, person: User) -> Select[tuple[Article]]:
        return articles_by(person)


class FavoritesView(ProfileView):
    """Somebody, and what they marked."""

    endpoint = 'favorites'

    def articles(self, person: User) -> Select[tuple[Article]]:
        return marked_by(person)


bp.add_url_rule('/profile/<name>', view_func=ProfileView.as_view('show'))
bp.add_url_rule(
    '/profile/<name>/favorites', view_func=FavoritesView.as_view('favorites')
)
