"""People: signing up, in and out, settings and profiles."""

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from conduit.articles import list_page
from conduit.database import db, drop, put
from conduit.forms import Form
from conduit.models import Article, Favorite, Follow, User
from conduit.security import fits, go_back, hashed, me

bp = Blueprint("site", __name__)


# Pages


@bp.get("/register")
def register() -> str:
    return render_template("site/register.html", values={})


@bp.post("/register")
def join() -> Response | tuple[str, int]:
    form, user = Form(), User()
    values = read_account(form, password_needed=True)
    if not store(user, values, form):
        return render_template("site/register.html", values=values, errors=form.errors), 422
    return sign_in(user)


@bp.get("/login")
def login() -> str:
    return render_template("site/login.html")


@bp.post("/login")
def enter() -> Response | tuple[str, int]:
    form = Form()
    email, password = read_email(form), request.form.get("password", "")
    user = db.session.scalar(select(User).where(User.email == email))
    if fits(user, password) and not form.errors:
        return sign_in(user)
    errors = ["email or password is wrong"]
    return render_template("site/login.html", email=email, errors=errors), 422


@bp.post("/logout")
def logout() -> Response:
    session.clear()
    return redirect(url_for("articles.home"))


@bp.get("/settings")
def settings() -> str:
    return render_template("site/settings.html", values=me())


@bp.post("/settings")
def update() -> Response | tuple[str, int]:
    user, form = me(), Form()
    values = read_account(form) | {
        "bio": form.text("bio", longest=2_000, optional=True),
        "image": form.line("image", longest=2_000, optional=True),
    }
    if not store(user, values, form):
        return render_template("site/settings.html", values=values, errors=form.errors), 422
    return redirect(url_for("site.profile", name=user.username))


@bp.get("/profile/<name>")
def profile(name: str) -> str:
    user = find_user(name)
    return list_page(select(Article).where(Article.author == user), "site/profile.html", user=user)


@bp.get("/profile/<name>/favorites")
def favorites(name: str) -> str:
    user = find_user(name)
    marked = select(Favorite.article_id).where(Favorite.user_id == user.id)
    return list_page(select(Article).where(Article.id.in_(marked)), "site/profile.html", user=user)


@bp.post("/profile/<name>/follow")
def follow(name: str) -> Response:
    reader, writer = me(), find_user(name)
    if reader == writer:
        abort(403, "Nobody follows themselves.")
    put(Follow, reader_id=reader.id, writer_id=writer.id)
    return go_back(url_for("site.profile", name=name))


@bp.post("/profile/<name>/unfollow")
def unfollow(name: str) -> Response:
    reader, writer = me(), find_user(name)
    drop(Follow, reader_id=reader.id, writer_id=writer.id)
    return go_back(url_for("site.profile", name=name))


# Behind them


def find_user(name: str) -> User:
    """Who has this name; where nobody has, the visitor gets the 404 page."""
    user = db.session.scalar(select(User).where(User.username == name))
    return user or abort(404, "Nobody has this name.")


def sign_in(user: User) -> Response:
    session.clear()
    session["uid"] = user.id
    return redirect(url_for("articles.home"))


def read_email(form: Form) -> str:
    return form.line("email", longest=200).lower()


def read_account(form: Form, *, password_needed: bool = False) -> dict[str, str]:
    """What registering and the settings have in common; what is wrong goes to the form's errors."""
    name, email = form.line("username", longest=50), read_email(form)
    password = request.form.get("password", "")  # as it was typed: its spaces count
    if "/" in name or name in (".", ".."):
        form.errors.append("username can't be part of an address: no slash, please, nor dots alone")
    if email and "@" not in email:
        form.errors.append("email has no @")
    if (password or password_needed) and not 8 <= len(password) <= 200:
        form.errors.append("password has to have 8 to 200 characters")
    return {"username": name, "email": email, "password": password}


def store(user: User, values: Mapping[str, str], form: Form) -> bool:
    """Save these values, unless something is wrong with them."""
    if form.errors:
        return False
    for key, value in values.items():
        if key != "password":
            setattr(user, key, value)
        elif value:
            user.password = hashed(value)
    try:
        db.session.add(user)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        form.errors.append("username or email has already been taken")
    return not form.errors
