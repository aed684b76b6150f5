"""The pages on which people sign up, sign in, and say who they are."""

from collections.abc import Sequence

from flask import Blueprint, redirect, render_template, url_for
from flask.views import MethodView
from werkzeug.wrappers import Response

from conduit.accounts.forms import RegistrationForm, SettingsForm, SignInForm
from conduit.accounts.models import User
from conduit.accounts.passwords import fits
from conduit.accounts.queries import (
    add_user,
    change_user,
    TakenError,
    user_with_email,
)
from conduit.accounts.visitor import (
    current_user,
    require_user,
    sign_in,
    sign_out,
    signed_in_only,
)


Refusal = tuple[str, int]

bp = Blueprint('accounts', __name__)
bp.add_app_template_global(current_user)


@bp.app_template_global()
def picture_of(user: User) -> str:
    """The address of somebody's picture, or of the one that stands in."""
    return user.image or url_for('static', filename='default-avatar.svg')


class RegistrationView(MethodView):
    """Making an account."""

    def get(self) -> str:
        return self.page(RegistrationForm())

    def post(self) -> Response | Refusal:
        form = RegistrationForm.from_request()
        if form.errors:
            return self.page(form, form.errors), 422
        try:
            user_id = add_user(form)
        except TakenError as error:
            return self.page(form, error.messages), 422
        sign_in(user_id)
        return redirect(url_for('articles.home'))

    def page(self, form: RegistrationForm, errors: Sequence[str] = ()) -> str:
        return render_template(
            'accounts/register.html', form=form, errors=errors
        )


class LoginView(MethodView):
    """Signing in."""

    def get(self) -> str:
        return self.page(SignInForm())

    def post(self) -> Response | Refusal:
        form = SignInForm.from_request()
        user = user_with_email(form.email)
        right = fits(form.password, user.password_hash if user else None)
        if user is None or not right:
            return self.page(form, ['email or password is invalid']), 422
        sign_in(user.id)
        return redirect(url_for('articles.home'))

    def page(self, form: SignInForm, errors: Sequence[str] = ()) -> str:
        return render_template('accounts/login.html', form=form, errors=errors)


class LogoutView(MethodView):
    """Signing out, by a button alone."""

    def post(self) -> Response:
        sign_out()
        return redirect(url_for('articles.home'))


class SettingsView(MethodView):
    """Changing one's own account."""

    decorators = [signed_in_only]

    def get(self) -> str:
        return self.page(SettingsForm.from_user(self.user))

    def post(self) -> Response | Refusal:
        form = SettingsForm.from_request()
        if form.errors:
            return self.page(form, form.errors), 422
        try:
            change_user(self.user, form)
        except TakenError as error:
            return self.page(form, error.messages), 422
        return redirect(url_for('profiles.show', name=form.username))

    @property
    def user(self) -> User:
        return require_user()

    def page(self, form: SettingsForm, errors: Sequence[str] = ()) -> str:
        return render_template(
            'accounts/settings.html', form=form, errors=errors
        )


bp.add_url_rule('/register', view_func=RegistrationView.as_view('register'))
bp.add_url_rule('/login', view_func=LoginView.as_view('login'))
bp.add_url_rule('/logout', view_func=LogoutView.as_view('logout'))
bp.add_url_rule('/settings', view_func=SettingsView.as_view('settings'))
