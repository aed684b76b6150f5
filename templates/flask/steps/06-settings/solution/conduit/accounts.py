"""Accounts: the pages to sign up, in and out, and the settings."""

import secrets
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, session, url_for
from flask_wtf import FlaskForm
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.wrappers import Response

from conduit import throttle
from conduit.extensions import db
from conduit.forms import LoginForm, RegisterForm, SettingsForm
from conduit.models import SignIn, User

bp = Blueprint("accounts", __name__)


@bp.before_app_request
def load_user() -> None:
    """Before each request, set `g.user` to the signed-in user, or to None."""
    token = session.get("token")
    user = db.session.scalar(select(User).join(SignIn).where(SignIn.token == token)) if token else None
    g.user = user if user and session.get("password") == fingerprint(user) else None


def login_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for views. It redirects a signed-out visitor to the sign-in page."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs) if g.user else redirect(url_for("accounts.login"))

    return guarded


@bp.route("/register", methods=["GET", "POST"])
def register() -> Response | tuple[str, int]:
    form = RegisterForm()
    if form.validate_on_submit():
        user = User(username=form.username.data, email=form.email.data, password_hash=hash_password(form.password.data))
        db.session.add(user)
        if commit_user(form):
            sign_in(user)
            return redirect(url_for("articles.home"))
    return form_page(form, "Sign up", 422 if form.errors else 200)


@bp.route("/login", methods=["GET", "POST"])
def login() -> Response | tuple[str, int]:
    form = LoginForm()
    if form.validate_on_submit():
        if throttle.is_blocked(form.email.data):
            form.form_errors.append("Too many attempts. Try again later.")
            return form_page(form, "Sign in", 429)
        if user := find_user(form.email.data, form.password.data):
            throttle.forget(form.email.data)
            sign_in(user)
            return redirect(url_for("articles.home"))
        form.form_errors.append("The e-mail or the password is wrong.")
    return form_page(form, "Sign in", 422 if form.errors else 200)


@bp.post("/logout")
def logout() -> Response:
    db.session.execute(delete(SignIn).where(SignIn.token == session.get("token")))
    db.session.commit()
    session.clear()
    return redirect(url_for("articles.home"))


@bp.route("/settings", methods=["GET", "POST"])
@login_required
def settings() -> Response | tuple[str, int]:
    form = SettingsForm(obj=g.user)
    if form.validate_on_submit():
        if form.password.data:
            g.user.password_hash = hash_password(form.password.data)
            others = (SignIn.user_id == g.user.id, SignIn.token != session["token"])
            db.session.execute(delete(SignIn).where(*others))
        g.user.username, g.user.email = form.username.data, form.email.data
        g.user.bio, g.user.image = form.bio.data or None, form.image.data or None
        if commit_user(form):
            session["password"] = fingerprint(g.user)
            return redirect(url_for("profiles.show", username=g.user.username))
    return render_template("accounts/settings.html", form=form), 422 if form.errors else 200


def form_page(form: FlaskForm, heading: str, status: int) -> tuple[str, int]:
    return render_template("accounts/form.html", form=form, heading=heading), status


def sign_in(user: User) -> None:
    """Start a new session for the user. The cookie contains a token that only the database knows."""
    session.clear()
    session["token"], session["password"] = secrets.token_urlsafe(), fingerprint(user)
    db.session.add(SignIn(token=session["token"], user_id=user.id))
    db.session.commit()


def fingerprint(user: User) -> str:
    """A text that changes with the password. It ends a sign-in that checked the old password during the change."""
    return sha256(user.password_hash.encode()).hexdigest()


def hash_password(password: str) -> str:
    return generate_password_hash(password, method=current_app.config["PASSWORD_HASH_METHOD"])


def find_user(email: str, password: str) -> User | None:
    """The user with this e-mail and password. The search takes as long if the e-mail is unknown."""
    user = db.session.scalar(select(User).where(User.email == email))
    if user is None:
        hash_password(password)  # the time that a check takes
        return None
    return user if check_password_hash(user.password_hash, password) else None


def commit_user(form: FlaskForm) -> bool:
    """Save, and return True. If another user has the name or e-mail, add an error to the form."""
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        form.username.errors.append("or e-mail has already been taken")
    return not form.errors
