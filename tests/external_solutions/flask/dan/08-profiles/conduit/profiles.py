from flask import Blueprint, abort, g, redirect, render_template, request, session, url_for
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from conduit.accounts import add_taken_errors, hash_password, login_required
from conduit.articles import list_page
from conduit.extensions import db
from conduit.forms import SettingsForm
from conduit.models import Article, Follow, Login, User

profile_pages = Blueprint("profiles", __name__)


@profile_pages.get("/profile/<username>")
def show_profile(username):
    user = find_user(username)
    return list_page(select(Article).where(Article.author_id == user.id), template="profiles/profile.html", user=user)


@profile_pages.post("/profile/<username>/follow")
@login_required
def follow(username):
    user = find_user(username)
    if user == g.user:
        abort(403, "You can't follow yourself.")
    db.session.add(Follow(reader_id=g.user.id, writer_id=user.id))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()  # the user follows already
    return back_to_the_page(username)


@profile_pages.post("/profile/<username>/unfollow")
@login_required
def unfollow(username):
    user = find_user(username)
    db.session.execute(delete(Follow).where(Follow.reader_id == g.user.id, Follow.writer_id == user.id))
    db.session.commit()
    return back_to_the_page(username)


def find_user(username):
    return db.first_or_404(select(User).where(User.username == username), description="This user doesn't exist.")


def back_to_the_page(username):
    return redirect(request.referrer or url_for("profiles.show_profile", username=username))


@profile_pages.route("/settings", methods=["GET", "POST"])
@login_required
def settings():
    form = SettingsForm(obj=g.user)
    if form.validate_on_submit():
        try:
            save_settings(form)
            return redirect(url_for("profiles.show_profile", username=g.user.username))
        except IntegrityError:
            db.session.rollback()
            add_taken_errors(form)
    return render_template("profiles/settings.html", form=form), 422 if form.errors else 200


def save_settings(form):
    g.user.username = form.username.data
    g.user.email = form.email.data
    g.user.bio = form.bio.data or None
    g.user.image = form.image.data or None
    if form.password.data:
        g.user.password_hash = hash_password(form.password.data)
        other_logins = Login.user_id == g.user.id, Login.token != session["login"]
        db.session.execute(delete(Login).where(*other_logins))
    db.session.commit()
