"""Members: joining, coming in, going out, and the desk where they change what is told about them."""

import secrets
from datetime import datetime
from functools import wraps

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, session, url_for
from sqlalchemy import String, Text, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.security import check_password_hash, generate_password_hash

from conduit.database import db, now
from conduit.forms import Form

member_pages = Blueprint("members", __name__)


class Member(db.Model):
    number: Mapped[int] = mapped_column(primary_key=True)
    nickname: Mapped[str] = mapped_column(String(50), unique=True)
    mail: Mapped[str] = mapped_column(String(200), unique=True)
    secret: Mapped[str] = mapped_column(String(300))
    about_me: Mapped[str] = mapped_column(Text, default="")
    picture: Mapped[str] = mapped_column(String(2000), default="")
    joined_at: Mapped[datetime] = mapped_column(default=now)


@member_pages.app_template_global()
def who_is_here():
    """The member whose browser sent this request; None for a stranger."""
    if "member" not in g:
        g.member = None
        if "member_number" in session:
            g.member = db.session.get(Member, session["member_number"])
    return g.member


@member_pages.app_template_global()
def face_of(member):
    """The address of a member's picture."""
    if member.picture != "":
        return member.picture
    return url_for("static", filename="default-avatar.svg")


def members_only(view):
    """Under a view's route: strangers are sent to sign in."""

    @wraps(view)
    def guarded(*args, **kwargs):
        if who_is_here() is None:
            return redirect("/login")
        return view(*args, **kwargs)

    return guarded


def member_called(nickname):
    member = db.session.scalar(select(Member).where(Member.nickname == nickname))
    if member is None:
        abort(404, "There is nobody of this name here.")
    return member


def let_in(member):
    session.clear()
    session["member_number"] = member.number


def make_secret(password):
    return generate_password_hash(password, method=current_app.config["PASSWORD_HASH_METHOD"])


def check_names(nickname, mail, problems, myself=None):
    """Add to `problems` what is wrong with a name and an address, for `myself` or for a newcomer."""
    if "/" in nickname or nickname in (".", ".."):
        problems.append("username stands in an address: no slash, and not only dots, please")
    if mail != "" and "@" not in mail:
        problems.append("email needs an @")

    same_name = db.session.scalar(select(Member).where(Member.nickname == nickname))
    if same_name is not None and same_name is not myself:
        problems.append("username is taken")
    same_mail = db.session.scalar(select(Member).where(Member.mail == mail))
    if same_mail is not None and same_mail is not myself:
        problems.append("email is taken")


@member_pages.get("/register")
def join_form():
    return render_template("member_door.html", joining=True)


@member_pages.post("/register")
def join():
    form = Form()
    nickname = form.line("username", longest=50)
    mail = form.line("email", longest=200).lower()
    password = request.form.get("password", "")  # not through the form: it would drop spaces
    problems = form.errors
    check_names(nickname, mail, problems)
    if len(password) < 8:
        problems.append("password is too short: at least 8 characters, please")
    if len(password) > 200:
        problems.append("password is too long: at most 200 characters, please")

    if len(problems) == 0:
        member = Member(nickname=nickname, mail=mail, secret=make_secret(password))
        db.session.add(member)
        try:
            db.session.commit()
            let_in(member)
            return redirect("/")
        except IntegrityError:
            # Somebody else took the name or the address between our look and our saving.
            db.session.rollback()
            problems.append("username or email has just been taken")
    return render_template(
        "member_door.html", joining=True, errors=problems, nickname=nickname, mail=mail
    ), 422


@member_pages.get("/login")
def come_in_form():
    return render_template("member_door.html", joining=False)


@member_pages.post("/login")
def come_in():
    mail = request.form.get("email", "").strip()
    password = request.form.get("password", "")
    member = db.session.scalar(select(Member).where(Member.mail == mail.lower()))
    if member is None:
        make_secret(password)  # for nothing but the time it takes: a clock must not tell who is a member
    elif check_password_hash(member.secret, password):
        let_in(member)
        return redirect("/")
    problems = ["email or password is wrong"]
    return render_template("member_door.html", joining=False, errors=problems, mail=mail), 422


@member_pages.post("/logout")
def go_out():
    session.clear()
    return redirect("/")


@member_pages.get("/settings")
@members_only
def desk():
    me = who_is_here()
    return render_template(
        "member_desk.html", picture=me.picture, nickname=me.nickname, about_me=me.about_me, mail=me.mail
    )


@member_pages.post("/settings")
@members_only
def tidy_desk():
    me = who_is_here()
    form = Form()
    picture = form.line("image", longest=2000, optional=True)
    nickname = form.line("username", longest=50)
    about_me = form.text("bio", longest=2000, optional=True)
    mail = form.line("email", longest=200).lower()
    password = request.form.get("password", "")
    problems = form.errors
    check_names(nickname, mail, problems, myself=me)
    if password != "" and len(password) < 8:
        problems.append("password is too short: at least 8 characters, please")
    if len(password) > 200:
        problems.append("password is too long: at most 200 characters, please")

    if len(problems) == 0:
        me.picture = picture
        me.nickname = nickname
        me.about_me = about_me
        me.mail = mail
        if password != "":
            me.secret = make_secret(password)
        try:
            db.session.commit()
            return redirect(url_for("portraits.portrait", nickname=nickname))
        except IntegrityError:
            db.session.rollback()
            problems.append("username or email has just been taken")
    page = render_template(
        "member_desk.html",
        errors=problems,
        picture=picture,
        nickname=nickname,
        about_me=about_me,
        mail=mail,
    )
    return page, 422


def add_sample_members():
    """Add a few members who have written the sample articles. Nobody knows their passwords."""
    members = []
    for nickname in ["Wilma", "Tarek", "Ines"]:
        member = Member(
            nickname=nickname,
            mail=f"{nickname.lower()}@example.org",
            secret=make_secret(secrets.token_urlsafe()),
            about_me="I wrote some of the sample articles.",
        )
        db.session.add(member)
        members.append(member)
    return members
