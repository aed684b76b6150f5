from flask import Blueprint, g, redirect, render_template, session, url_for
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from conduit.accounts import add_taken_errors, hash_password, login_required
from conduit.extensions import db
from conduit.forms import SettingsForm
from conduit.models import Login, User

profile_pages = Blueprint("profiles", __name__)


@profile_pages.get("/profile/<username>")
def show_profile(username):
    user = db.first_or_404(select(User).where(User.username == username))
    return render_template("profiles/profile.html", user=user)


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
