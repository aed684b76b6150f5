"""Accounts: signing up, in and out, and settings."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, session, url_for
from sqlalchemy import String, Text, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash
from werkzeug.wrappers import Response

from conduit.database import db
from conduit.forms import Form

bp = Blueprint("accounts", __name__)

Answer = Response | tuple[str, int]


class User(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(50), unique=True)
    email: Mapped[str] = mapped_column(String(200), unique=True)
    password_hash: Mapped[str] = mapped_column(String(300))
    bio: Mapped[str | None] = mapped_column(Text)
    image: Mapped[str | None] = mapped_column(String(2_000))
    # Your own lines go below this one.


# Who is there


@bp.before_app_request
def remember_user() -> None:
    """Before each request: the account that this browser is signed in to, or None, as `g.user`."""
    g.user = db.session.get(User, session["user_id"]) if "user_id" in session else None


def sign_in(user: User) -> None:
    session.clear()
    session["user_id"] = user.id


def login_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator for views: whoever is not signed in is sent to sign in first."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if g.user is None:
            return redirect(url_for("accounts.login"))
        return view(*args, **kwargs)

    return guarded


# Pages


@bp.get("/register")
def register() -> str:
    return render_template("accounts/register.html", typed={})


@bp.post("/register")
def create_account() -> Answer:
    form = Form()
    typed = read_person(form)
    password = read_new_password(form)
    if not form.errors:
        user = User(**typed, password_hash=hash_password(password))
        db.session.add(user)
        if committed(form):
            sign_in(user)
            return redirect(url_for("articles.home"))
    return render_template("accounts/register.html", typed=typed, errors=form.errors), 422


@bp.get("/login")
def login() -> str:
    return render_template("accounts/login.html")


@bp.post("/login")
def check_login() -> Answer:
    email = request.form.get("email", "")
    user = find_user(email, request.form.get("password", ""))
    if user is None:
        errors = ["e-mail or password is invalid"]
        return render_template("accounts/login.html", email=email, errors=errors), 422
    sign_in(user)
    return redirect(url_for("articles.home"))


@bp.post("/logout")
def logout() -> Response:
    session.clear()
    return redirect(url_for("articles.home"))


@bp.get("/settings")
@login_required
def settings() -> str:
    return render_template("accounts/settings.html", typed=g.user)


@bp.post("/settings")
@login_required
def change_settings() -> Answer:
    form = Form()
    typed = read_person(form)
    typed["image"] = form.line("image", longest=2_000, optional=True) or None
    typed["bio"] = form.text("bio", longest=2_000, optional=True) or None
    password = read_new_password(form) if request.form.get("password") else None
    if not form.errors:
        for name, value in typed.items():
            setattr(g.user, name, value)
        if password:
            g.user.password_hash = hash_password(password)
        if committed(form):
            return redirect(url_for("profiles.show", username=g.user.username))
    return render_template("accounts/settings.html", typed=typed, errors=form.errors), 422


# Reading and checking


def read_person(form: Form) -> dict[str, str | None]:
    """The name and the e-mail address from a form. Addresses are kept in small letters."""
    username = form.line("username", longest=50)
    if "/" in username or username in (".", ".."):
        form.errors.append("username must not hold a slash or be made of dots")
    email = form.line("email", longest=200).lower()
    if email and "@" not in email:
        form.errors.append("email must hold an @")
    return {"username": username, "email": email}


def read_new_password(form: Form) -> str:
    """A password that somebody wants to have, as it was typed, spaces and all."""
    password = request.form.get("password", "")
    if not 8 <= len(password) <= 200:
        form.errors.append("password must have 8 characters or more, and 200 at most")
    return password


def hash_password(password: str) -> str:
    return generate_password_hash(password, method=current_app.config["PASSWORD_HASH_METHOD"])


def find_user(email: str, password: str) -> User | None:
    """The account with this e-mail address, if the password is its own."""
    user = db.session.scalar(select(User).where(User.email == email.strip().lower()))
    if user is None:
        hash_password(password)  # takes as long as checking one: the time of the answer tells nothing
        return None
    return user if check_password_hash(user.password_hash, password) else None


def committed(form: Form) -> bool:
    """Save, and say whether it went well. Only the database can see two people taking a name at once."""
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        form.errors.append("username or email has already been taken")
    return not form.errors
