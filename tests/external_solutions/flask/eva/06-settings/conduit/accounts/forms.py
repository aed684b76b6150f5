from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute
from wtforms import EmailField, Field, PasswordField, StringField, TextAreaField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from conduit.accounts.models import User
from conduit.extensions import db
from conduit.forms import at_most, one_line, plain_text, required


def lower(text: str | None) -> str | None:
    return text.lower() if text else text


def none_if_empty(text: str | None) -> str | None:
    return text or None


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


password_length = Length(8, 200, "must have %(min)d to %(max)d characters")


class RegisterForm(FlaskForm):
    username = StringField(filters=[one_line], validators=[required, at_most(50), fits_into_url, Unique(User.username)])
    email = EmailField(filters=[one_line, lower], validators=[required, at_most(200), has_at_sign, Unique(User.email)])
    password = PasswordField(validators=[password_length])


class SettingsForm(RegisterForm):
    """The form of the sign-up for `instance`, a user who exists."""

    password = PasswordField(validators=[Optional(strip_whitespace=False), password_length])
    bio = TextAreaField(filters=[plain_text, none_if_empty], validators=[at_most(2_000)])
    image = StringField(filters=[one_line, none_if_empty], validators=[at_most(2_000)])

    def __init__(self, instance: User) -> None:
        super().__init__(obj=instance)
        self.instance = instance


class LoginForm(FlaskForm):
    email = EmailField(filters=[one_line, lower], validators=[required, at_most(200)])
    password = PasswordField(validators=[InputRequired("can't be blank")])
