"""Profiles, and the settings of the signed-in user."""

from typing import ClassVar

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from conduit.account_forms import SettingsForm
from conduit.extensions import db
from conduit.identity import current_user, login_required, sign_out_elsewhere
from conduit.identity.passwords import hash_password
from conduit.queries.users import taken_fields
from conduit.tables import User
from conduit.web.generic import FormPage
from conduit.web.lookup import one_or_404

bp = Blueprint("people", __name__)


class Profile(MethodView):
    def get(self, username: str) -> ResponseReturnValue:
        person = one_or_404(User, "There is no user with this name.", username=username)
        return render_template("people/profile.html", person=person)


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
bp.add_url_rule("/settings", view_func=Settings.as_view("settings"))
