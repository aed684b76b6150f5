"""The forms of accounts."""

from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField, StringField
from wtforms.validators import Length, Regexp

from conduit.fields import fits_in_a_url
from conduit.forms import at_most, one_line, required


def lowercase(text: str | None) -> str | None:
    return text.strip().lower() if text else text


class AccountForm(FlaskForm):
    username = StringField("Username", [required, at_most(50), fits_in_a_url], filters=[one_line])
    email = EmailField(
        "E-mail", [required, at_most(200), Regexp("[^@]*@", message="must contain @")], filters=[one_line, lowercase]
    )


class SignUpForm(AccountForm):
    password = PasswordField("Password", [Length(8, 200, "must have %(min)d to %(max)d characters")])


class SignInForm(FlaskForm):
    email = EmailField("E-mail", [required, at_most(200)], filters=[one_line, lowercase])
    password = PasswordField("Password", [required])
