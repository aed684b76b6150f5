"""Everything that changes accounts."""

from sqlalchemy.exc import IntegrityError

from conduit.accounts import auth
from conduit.accounts.forms import RegisterForm, SettingsForm
from conduit.accounts.models import User
from conduit.extensions import db


def create_user(form: RegisterForm) -> User | None:
    """Save a new user. If somebody takes the name at this moment, return None, and the form has an error."""
    user = User(username=form.username.data, email=form.email.data)
    user.set_password(form.password.data)
    db.session.add(user)
    return user if commit_or_validate(form) else None


def update_user(user: User, form: SettingsForm) -> bool:
    """Save everything in the form, or nothing. False if the form has an error now."""
    for name in ("username", "email", "bio", "image"):
        setattr(user, name, form[name].data)
    if form.password.data:
        user.set_password(form.password.data)
        auth.logout_elsewhere(user)
    return commit_or_validate(form)


def commit_or_validate(form: RegisterForm) -> bool:
    """Commit. If somebody has taken the name at this moment, undo everything, and let the form find out."""
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if form.validate():
            raise
        return False
    return True
