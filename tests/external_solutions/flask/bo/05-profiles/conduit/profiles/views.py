"""The page about somebody."""

from dataclasses import dataclass
from typing import Self

from flask import abort, Blueprint, url_for
from flask.views import MethodView

from conduit.accounts.models import User
from conduit.accounts.queries import user_named
from conduit.accounts.views import picture_of
from conduit.accounts.visitor import current_user
from conduit.articles import list_page
from conduit.profiles.queries import articles_by


bp = Blueprint('profiles', __name__)


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """What the page about somebody shows over its list."""

    person: User
    address: str
    picture: str
    own: bool

    @classmethod
    def of(cls, person: User) -> Self:
        return cls(
            person,
            url_for('profiles.show', name=person.name),
            picture_of(person),
            own=person == current_user(),
        )


class ProfileView(MethodView):
    """Somebody, and what they wrote."""

    def get(self, name: str) -> str:
        person = user_named(name)
        if person is None:
            abort(404, 'There is nobody of this name.')
        return list_page(
            articles_by(person),
            'profiles/profile.html',
            profile=ProfilePage.of(person),
        )


bp.add_url_rule('/profile/<name>', view_func=ProfileView.as_view('show'))
