"""A form field for tags: one line of text outside, a list of words inside."""

from django import forms
from django.core.exceptions import ValidationError

from labels.models import Label

MOST = 20


class LabelsInput(forms.TextInput):
    class Media:
        js = ["conduit/tag-input.js"]

    def format_value(self, value):
        return ", ".join(value) if isinstance(value, list) else value


class LabelsField(forms.Field):
    widget = LabelsInput

    def to_python(self, value):
        words = (" ".join(piece.split()) for piece in (value or "").split(","))
        return list(dict.fromkeys(word for word in words if word))

    def validate(self, value):
        super().validate(value)
        if len(value) > MOST:
            raise ValidationError(f"An article has {MOST} tags at most.")
        check = Label._meta.get_field("word").clean
        wrong = []
        for word in value:
            try:
                check(word, None)
            except ValidationError as error:
                wrong.append(error)
        if wrong:
            raise ValidationError(wrong)
