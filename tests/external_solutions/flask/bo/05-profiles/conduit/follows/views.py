"""The button that follows somebody, and where it leads."""

from dataclasses import dataclass
from typing import Self

from flask import abort, Blueprint, redirect, url_for
from flask.views import MethodView
from werkzeug.wrappers import Response

from conduit.accounts.models import User
from conduit.accounts.queries import user_named
from conduit.accounts.visitor import (
    current_user,
    require_user,
    signed_in_only,
)
from conduit.follows.queries import follow, follows, unfollow
from conduit.forms import way_back


bp = Blueprint('follows', __name__)


@dataclass(frozen=True, slots=True)
class FollowButton:
    """What the button says, and where its form goes."""

    verb: str
    name: str
    action: str

    @classmethod
    def between(cls, reader: User | None, author: User) -> Self:
        on = reader is not None and follows(reader.id, author.id)
        endpoint = 'follows.unfollow' if on else 'follows.follow'
        return cls(
            'Unfollow' if on else 'Follow',
            author.name,
            url_for(endpoint, name=author.name),
        )


@bp.app_template_global()
def follow_button(author: User) -> FollowButton | None:
    """The visitor's button for this author; none for themselves."""
    reader = current_user()
    return None if author == reader else FollowButton.between(reader, author)


class FollowView(MethodView):
    """Beginning to follow somebody."""

    decorators = [signed_in_only]

    def post(self, name: str) -> Response:
        author = user_named(name)
        if author is None:
            abort(404, 'There is nobody of this name.')
        if author == require_user():
            abort(403, 'Nobody follows themselves.')
        self.change(require_user().id, author.id)
        return redirect(way_back(url_for('profiles.show', name=name)))

    def change(self, follower_id: int, author_id: int) -> None:
        follow(follower_id, author_id)


class UnfollowView(FollowView):
    """Following somebody no longer."""

    def change(self, follower_id: int, author_id: int) -> None:
        unfollow(follower_id, author_id)


bp.add_url_rule(
    '/profile/<name>/follow', view_func=FollowView.as_view('follow')
)
bp.add_url_rule(
    '/profile/<name>/unfollow', view_func=UnfollowView.as_view('unfollow')
)
