"""The forms of accounts."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, Regexp

from conduit.fields import fits_in_a_url
from conduit.forms import at_most, one_line, plain_text, required

long_enough = Length(8, 200, "must have %(min)d to %(max)d characters")


def none_if_empty(text: str | None) -> str | None:
    return text or None


def lowercase(text: str | None) -> str | None:
    return text.strip().lower() if text else text


class AccountForm(FlaskForm):
    username = StringField("Username", [required, at_most(50), fits_in_a_url], filters=[one_line])
    email = EmailField(
        "E-mail", [required, at_most(200), Regexp("[^@]*@", message="must contain @")], filters=[one_line, lowercase]
    )


class SignUpForm(AccountForm):
    password = PasswordField("Password", [long_enough])


class SignInForm(FlaskForm):
    email = EmailField("E-mail", [required, at_most(200)], filters=[one_line, lowercase])
    password = PasswordField("Password", [InputRequired("can't be blank")])


class SettingsForm(AccountForm):
    image = StringField("URL of your picture", [Optional(), at_most(2_000)], filters=[one_line, none_if_empty])
    bio = TextAreaField("About you", [Optional(), at_most(2_000)], filters=[plain_text, none_if_empty])
    password = PasswordField("New password", [Optional(strip_whitespace=False), long_enough])
