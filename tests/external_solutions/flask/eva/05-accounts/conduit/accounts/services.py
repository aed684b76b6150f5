"""Everything that changes accounts."""

from sqlalchemy.exc import IntegrityError

from conduit.accounts.forms import RegisterForm
from conduit.accounts.models import User
from conduit.extensions import db


def create_user(form: RegisterForm) -> User | None:
    """Save a new user. If somebody takes the name at this moment, return None, and the form has an error."""
    user = User(username=form.username.data, email=form.email.data)
    user.set_password(form.password.data)
    db.session.add(user)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        if form.validate():  # finds the name that is taken now
            raise
        return None
    return user
