"""The forms of the site. Each class is a form, and each field has filters and validators."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from conduit.tags import get_or_create_tag

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
    """Tags with commas between them. The data is a list of names."""

    def process_data(self, value):
        self.data = [tag.name for tag in value or ()]

    def process_formdata(self, valuelist):
        self.data = []
        for text in valuelist:
            for part in text.split(","):
                name = one_line(part)
                if name and name not in self.data:
                    self.data.append(name)

    def populate_obj(self, obj, name):
        setattr(obj, name, [get_or_create_tag(tag) for tag in self.data])

    def _value(self):
        return ", ".join(self.data)


def check_tags(form, field):
    if len(field.data) > 20:
        raise ValidationError("are too many (at most 20)")
    for name in field.data:
        if len(name) > 50:
            raise ValidationError(f"can't contain {name}, it is too long (at most 50 characters)")
        if any(part in ("", ".", "..") for part in name.split("/")):
            raise ValidationError(f"can't contain {name}")


class ArticleForm(FlaskForm):
    title = StringField(filters=[one_line], validators=[required, at_most(200)])
    description = StringField(filters=[one_line], validators=[required, at_most(500)])
    body = TextAreaField(filters=[plain_text], validators=[required, at_most(50_000)])
    # Your own lines go below this one.
    tags = TagsField(validators=[check_tags])
    draft = BooleanField("Save as a draft")


# Your own lines go below this one.


class CommentForm(FlaskForm):
    body = TextAreaField(filters=[plain_text], validators=[required, at_most(5000)])
