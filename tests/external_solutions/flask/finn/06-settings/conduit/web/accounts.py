"""Sign up, sign in, sign out."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from conduit import identity
from conduit.account_forms import SignInForm, SignUpForm
from conduit.extensions import db
from conduit.identity.passwords import TooManyGuesses, authenticate, hash_password
from conduit.queries.users import taken_fields
from conduit.tables import User
from conduit.web.generic import FormPage

bp = Blueprint("accounts", __name__)


class SignUp(FormPage):
    form_class = SignUpForm
    template = "accounts/sign_up.html"

    def accept(self, form: SignUpForm) -> ResponseReturnValue | None:
        user = User(username=form.username.data, email=form.email.data, password_hash=hash_password(form.password.data))
        db.session.add(user)
        if taken := taken_fields(form):
            for field in taken:
                field.errors.append("is already taken")
            return None
        identity.sign_in(user)
        db.session.commit()
        return redirect(url_for("articles.home"))


class SignIn(FormPage):
    form_class = SignInForm
    template = "accounts/sign_in.html"

    def accept(self, form: SignInForm) -> ResponseReturnValue | None:
        try:
            user = authenticate(form.email.data, form.password.data)
        except TooManyGuesses:
            form.form_errors.append("Too many attempts. Wait a while, then try again.")
            return self.show(form, 429)
        if user is None:
            form.form_errors.append("The e-mail or the password is wrong.")
            return None
        identity.sign_in(user)
        db.session.commit()
        return redirect(url_for("articles.home"))


class SignOut(MethodView):
    def post(self) -> ResponseReturnValue:
        identity.sign_out()
        return redirect(url_for("articles.home"))


bp.add_url_rule("/register", view_func=SignUp.as_view("sign_up"))
bp.add_url_rule("/login", view_func=SignIn.as_view("sign_in"))
bp.add_url_rule("/logout", view_func=SignOut.as_view("sign_out"))
