from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute
from wtforms import EmailField, Field, PasswordField, StringField, ValidationError
from wtforms.validators import Length

from conduit.accounts.models import User
from conduit.extensions import db
from conduit.forms import at_most, one_line, required


def lower(text: str | None) -> str | None:
    return text.lower() if text else text


class Unique:
    """A validator that rejects a value which another row has. `form.instance` is the row that is edited."""

    def __init__(self, column: InstrumentedAttribute[str]) -> None:
        self.column = column

    def __call__(self, form: Any, field: Field) -> None:
        owner = db.session.scalar(select(self.column.class_).where(self.column == field.data))
        if owner is not None and owner is not getattr(form, "instance", None):
            raise ValidationError("is already taken")


def fits_into_url(_form: Any, field: Field) -> None:
    if "/" in field.data or field.data in (".", ".."):
        raise ValidationError("can't be . or .. and can't contain /")


def has_at_sign(_form: Any, field: Field) -> None:
    if "@" not in field.data:
        raise ValidationError("is not an e-mail")


class RegisterForm(FlaskForm):
    username = StringField(filters=[one_line], validators=[required, at_most(50), fits_into_url, Unique(User.username)])
    email = EmailField(filters=[one_line, lower], validators=[required, at_most(200), has_at_sign, Unique(User.email)])
    password = PasswordField(validators=[Length(8, 200, "must have %(min)d to %(max)d characters")])


class LoginForm(FlaskForm):
    email = EmailField(filters=[one_line, lower], validators=[required, at_most(200)])
    password = PasswordField(validators=[required])
