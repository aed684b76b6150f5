"""Questions about users."""

from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from wtforms import Field

from conduit.extensions import db
from conduit.identity import current_user
from conduit.tables import User


def taken_fields(form: FlaskForm) -> list[Field]:
    """Write the changes to the database. If it refuses them, take them back, and return the fields that are taken."""
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        fields = [form["username"], form["email"]]
        return [field for field in fields if _belongs_to_somebody(field)] or fields
    return []


def _belongs_to_somebody(field: Field) -> bool:
    same = select(User.id).where(getattr(User, field.name) == field.data)
    if current_user:
        same = same.where(User.id != current_user.id)
    return db.session.scalar(same) is not None
