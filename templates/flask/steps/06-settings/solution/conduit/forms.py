"""The forms of the site. Each class is a form, and each field has filters and validators."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, PasswordField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from conduit.models import Tag
from conduit.tags import find_tags

# A validator checks what a visitor typed.
required = DataRequired("can't be blank")


def at_most(characters: int) -> Length:
    """A validator that rejects a longer text."""
    return Length(max=characters, message="is too long (at most %(max)d characters)")


# A filter changes what a visitor typed, before the validators check it.
def one_line(text: str | None) -> str | None:
    """The text in one line, without extra spaces."""
    return " ".join(text.replace("\0", "").split()) if text else text


def plain_text(text: str | None) -> str | None:
    """The text without spaces around it. Browsers end a line with CRLF, and this filter changes it to LF."""
    return text.replace("\0", "").replace("\r\n", "\n").strip() if text else text


class TagsField(StringField):
    """Tags with commas between them. The data of the field is a list of names."""

    def process_data(self, value: list[Tag] | None) -> None:
        self.data = [tag.name for tag in value or ()]

    def process_formdata(self, valuelist: list[str]) -> None:
        names = ",".join(valuelist).replace("\0", "").split(",")
        self.data = sorted({" ".join(name.split()) for name in names} - {""})

    def populate_obj(self, obj: Any, name: str) -> None:
        setattr(obj, name, find_tags(self.data))

    def _value(self) -> str:
        return ", ".join(self.data)

    def pre_validate(self, form: FlaskForm) -> None:
        if len(self.data) > 20:
            raise ValidationError("are too many (at most 20)")
        for name in self.data:
            if len(name) > 50:
                raise ValidationError("are too long (at most 50 characters for each tag)")
            if {"", ".", ".."} & set(name.split("/")):
                raise ValidationError(f"can't contain {name}, because a URL can't contain it")


class ArticleForm(FlaskForm):
    title = StringField(filters=[one_line], validators=[required, at_most(200)])
    description = StringField(filters=[one_line], validators=[required, at_most(500)])
    body = TextAreaField(filters=[plain_text], validators=[required, at_most(50_000)])
    tags = TagsField()
    draft = BooleanField()
    # Your own lines go below this one.


class CommentForm(FlaskForm):
    body = TextAreaField(filters=[plain_text], validators=[required, at_most(5_000)])
    # Your own lines go below this one.


def lowercase(text: str | None) -> str | None:
    return text.lower() if text else text


typed = InputRequired("can't be blank")
part_of_url = Regexp(r"(?!\.\.?$)[^/]*$", message="can't contain a slash, or be . or ..")
email_like = Regexp(".+@.+", message="isn't an e-mail address")
password_length = Length(8, 200, "must have 8 to 200 characters")


class RegisterForm(FlaskForm):
    username = StringField(
        filters=[one_line],
        validators=[required, at_most(50), part_of_url],
        render_kw={"autocomplete": "nickname"},
    )
    email = EmailField(
        "E-mail",
        filters=[one_line, lowercase],
        validators=[required, at_most(200), email_like],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(validators=[typed, password_length], render_kw={"autocomplete": "new-password"})
    # Your own lines go below this one.


class LoginForm(FlaskForm):
    email = EmailField(
        "E-mail",
        filters=[one_line, lowercase],
        validators=[required, at_most(200)],
        render_kw={"autocomplete": "username"},
    )
    password = PasswordField(validators=[typed], render_kw={"autocomplete": "current-password"})
    # Your own lines go below this one.


class SettingsForm(RegisterForm):
    image = StringField(
        "URL of your picture", filters=[one_line], validators=[at_most(2_000)], render_kw={"autocomplete": "photo"}
    )
    bio = TextAreaField("About you", filters=[plain_text], validators=[at_most(2_000)], render_kw={"rows": 6})
    password = PasswordField(
        "New password",
        validators=[Optional(strip_whitespace=False), password_length],
        render_kw={"autocomplete": "new-password"},
    )
    # Your own lines go below this one.


# Your own lines go below this one.
