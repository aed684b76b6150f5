from flask import Blueprint, url_for
from flask.views import View
from sqlalchemy import Select
from werkzeug.wrappers import Response

from conduit.accounts.auth import get_user
from conduit.accounts.decorators import login_required
from conduit.accounts.models import User
from conduit.articles.models import Article
from conduit.articles.querysets import favorites_of, written_by
from conduit.articles.views import list_page
from conduit.extensions import db
from conduit.profiles import services
from conduit.profiles.models import Follow
from conduit.profiles.querysets import get_profile_or_404
from conduit.redirects import redirect_back

bp = Blueprint("profiles", __name__, template_folder="templates", url_prefix="/profile")


@bp.app_template_test()
def following(follower: User | None, followed: User) -> bool:
    """For templates: `{% if user is following(profile) %}`."""
    return bool(follower and db.session.get(Follow, (follower.id, followed.id)))


@bp.get("/<username>")
def detail(username: str) -> str:
    profile = get_profile_or_404(username)
    return profile_page(profile, written_by(profile))


@bp.get("/<username>/favorites")
def favorites(username: str) -> str:
    profile = get_profile_or_404(username)
    return profile_page(profile, favorites_of(profile))


def profile_page(profile: User, articles: Select[tuple[Article]]) -> str:
    tabs = [
        (url_for("profiles.detail", username=profile.username), "Articles"),
        (url_for("profiles.favorites", username=profile.username), "Favorited"),
    ]
    return list_page(articles, template="profiles/detail.html", profile=profile, tabs=tabs)


class FollowView(View):
    """Follows or unfollows a user, and shows the same page again."""

    methods = ["POST"]
    decorators = [login_required]
    init_every_request = False

    def __init__(self, action: str) -> None:
        self.change = getattr(services, action)

    def dispatch_request(self, username: str) -> Response:
        profile = get_profile_or_404(username)
        self.change(get_user(), profile)
        return redirect_back(url_for("profiles.detail", username=profile.username))


for action in ("follow", "unfollow"):
    bp.add_url_rule(f"/<username>/{action}", view_func=FollowView.as_view(action, action=action))
