import secrets
from datetime import timedelta
from functools import wraps

from flask import Blueprint, current_app, g, redirect, render_template, session, url_for
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from werkzeug.security import check_password_hash, generate_password_hash

from conduit.extensions import db
from conduit.forms import LoginForm, RegisterForm
from conduit.models import Login, User, WrongPassword, now

account_pages = Blueprint("accounts", __name__)


@account_pages.before_app_request
def load_user():
    g.user = None
    token = session.get("login")
    if token:
        g.user = db.session.scalar(select(User).join(Login).where(Login.token == token))


@account_pages.route("/register", methods=["GET", "POST"])
def register():
    form = RegisterForm()
    if not form.validate_on_submit():
        return render_template("accounts/register.html", form=form), 422 if form.errors else 200
    user = User(username=form.username.data, email=form.email.data, password_hash=hash_password(form.password.data))
    db.session.add(user)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        add_taken_errors(form)
        return render_template("accounts/register.html", form=form), 422
    sign_in(user)
    return redirect(url_for("articles.home"))


@account_pages.route("/login", methods=["GET", "POST"])
def login():
    form = LoginForm()
    if not form.validate_on_submit():
        return render_template("accounts/login.html", form=form), 422 if form.errors else 200

    email = form.email.data
    # Every attempt is counted before the password is checked. A right password deletes the count.
    attempts = current_app.config["LOGIN_ATTEMPTS"]
    blocked = count_wrong_passwords(email) >= attempts
    if not blocked:
        db.session.add(WrongPassword(email=email))
        db.session.commit()
        blocked = count_wrong_passwords(email) > attempts
    if blocked:
        form.email.errors.append("was used with too many wrong passwords, please wait")
        return render_template("accounts/login.html", form=form), 429

    user = db.session.scalar(select(User).where(User.email == email))
    if user is None:
        hash_password(form.password.data)  # an unknown e-mail must take as long as a known one
    if user is None or not check_password_hash(user.password_hash, form.password.data):
        form.email.errors.append("or password is wrong")
        return render_template("accounts/login.html", form=form), 422

    db.session.execute(delete(WrongPassword).where(WrongPassword.email == email))
    sign_in(user)
    return redirect(url_for("articles.home"))


@account_pages.post("/logout")
def logout():
    db.session.execute(delete(Login).where(Login.token == session.get("login")))
    db.session.commit()
    session.clear()
    return redirect(url_for("articles.home"))


def login_required(view):
    """Send visitors who aren't signed in to the sign-in page."""

    @wraps(view)
    def only_for_users(*args, **kwargs):
        if g.user is None:
            return redirect(url_for("accounts.login"))
        return view(*args, **kwargs)

    return only_for_users


def add_taken_errors(form):
    """Say which value belongs to another user already."""
    others = select(User)
    if g.user:
        others = others.where(User.id != g.user.id)
    if db.session.scalar(others.where(User.username == form.username.data)):
        form.username.errors.append("is already taken")
    if db.session.scalar(others.where(User.email == form.email.data)):
        form.email.errors.append("is already taken")


def sign_in(user):
    """Remember the user in this browser."""
    session.clear()
    session["login"] = secrets.token_urlsafe()
    db.session.add(Login(token=session["login"], user=user))
    db.session.commit()


def hash_password(password):
    return generate_password_hash(password, method=current_app.config["PASSWORD_HASH_METHOD"])


def count_wrong_passwords(email):
    start = now() - timedelta(seconds=current_app.config["LOGIN_BLOCK_SECONDS"])
    query = select(func.count()).where(WrongPassword.email == email, WrongPassword.typed_at > start)
    return db.session.scalar(query)
