"""A form field for texts with several lines."""

from django import forms
from django.utils.text import normalize_newlines


class TextAreaField(forms.CharField):
    """Browsers end each line with CRLF, which are two characters. This field changes them to one, LF."""

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python(value and normalize_newlines(value))
