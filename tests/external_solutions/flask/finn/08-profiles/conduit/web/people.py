"""Profiles, and the settings of the signed-in user."""

from typing import ClassVar

from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask.views import MethodView
from sqlalchemy import delete

from conduit.account_forms import SettingsForm
from conduit.extensions import db
from conduit.identity import current_user, login_required, sign_out_elsewhere
from conduit.identity.passwords import hash_password
from conduit.queries.upsert import insert_or_ignore
from conduit.queries.users import taken_fields
from conduit.tables import Article, Follow, User
from conduit.web.articles import ArticleList
from conduit.web.back import back_or
from conduit.web.generic import FormPage
from conduit.web.lookup import one_or_404

bp = Blueprint("people", __name__)


def user_or_404(username: str) -> User:
    return one_or_404(User, "There is no user with this name.", username=username)


class Profile(ArticleList):
    template = "people/profile.html"

    def get(self, username: str) -> str:
        person = user_or_404(username)
        return self.render(Article.published().where(Article.author == person), person=person)


class FollowSwitch(MethodView):
    """Follows a user, or stops."""

    decorators: ClassVar = [login_required]

    def __init__(self, on: bool) -> None:
        self.on = on

    def post(self, username: str) -> ResponseReturnValue:
        idol = user_or_404(username)
        if idol == current_user:
            abort(403, "You can't follow yourself.")
        pair = {"fan_id": current_user.id, "idol_id": idol.id}
        db.session.execute(insert_or_ignore(Follow).values(pair) if self.on else delete(Follow).filter_by(**pair))
        db.session.commit()
        return back_or(url_for(".profile", username=username))


class Settings(FormPage):
    decorators: ClassVar = [login_required]
    form_class = SettingsForm
    template = "people/settings.html"

    def make_form(self) -> SettingsForm:
        return SettingsForm(obj=current_user)

    def accept(self, form: SettingsForm) -> ResponseReturnValue | None:
        user = current_user._get_current_object()
        for field in (form.username, form.email, form.bio, form.image):
            field.populate_obj(user, field.name)
        if form.password.data:
            user.password_hash = hash_password(form.password.data)
        if taken := taken_fields(form):
            for field in taken:
                field.errors.append("is already taken")
            return None
        if form.password.data:
            sign_out_elsewhere(user)
        db.session.commit()
        return redirect(url_for("people.profile", username=user.username))


bp.add_url_rule("/profile/<username>", view_func=Profile.as_view("profile"))
bp.add_url_rule("/profile/<username>/follow", view_func=FollowSwitch.as_view("follow", on=True))
bp.add_url_rule("/profile/<username>/unfollow", view_func=FollowSwitch.as_view("unfollow", on=False))
bp.add_url_rule("/settings", view_func=Settings.as_view("settings"))
