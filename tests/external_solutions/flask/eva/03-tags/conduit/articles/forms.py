from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField, ValidationError

from conduit.forms import at_most, one_line, plain_text, required
from conduit.tags.fields import TagListField
from conduit.tags.models import Tag

MAX_TAGS = 20


class ArticleForm(FlaskForm):
    title = StringField(filters=[one_line], validators=[required, at_most(200)])
    description = StringField(filters=[one_line], validators=[required, at_most(500)])
    body = TextAreaField(filters=[plain_text], validators=[required, at_most(50_000)])
    tags = TagListField()

    def validate_tags(self, field: TagListField) -> None:
        """Like `clean_tags` in Django."""
        if len(field.data) > MAX_TAGS:
            raise ValidationError(f"are too many (at most {MAX_TAGS} tags)")
        for name in field.data:
            if len(name) > Tag.MAX_LENGTH:
                raise ValidationError(f"are too long (at most {Tag.MAX_LENGTH} characters for each tag)")
            if {"", ".", ".."} & set(name.split("/")):
                raise ValidationError(f"can't contain {name}, because a URL can't contain it")
