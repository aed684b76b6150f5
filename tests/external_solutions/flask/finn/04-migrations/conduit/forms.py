"""The forms of the site. Each class is a form, and each field has filters and validators."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from conduit.fields import TagNames, TagsField

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


class ArticleForm(FlaskForm):
    title = StringField(filters=[one_line], validators=[required, at_most(200)])
    description = StringField(filters=[one_line], validators=[required, at_most(500)])
    body = TextAreaField(filters=[plain_text], validators=[required, at_most(50_000)])
    tags = TagsField(validators=[TagNames(most=20)])
    draft = BooleanField("Keep this as a draft")
    # Your own lines go below this one.


class CommentForm(FlaskForm):
    body = TextAreaField("Comment", [required, at_most(5_000)], filters=[plain_text])


# Your own lines go below this one.
