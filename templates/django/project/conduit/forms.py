"""How forms are drawn, and a field that several of them have."""

from django import forms
from django.forms.renderers import TemplatesSetting
from django.utils.text import normalize_newlines


class SiteRenderer(TemplatesSetting):
    """Draws {{ form }} with this site's own templates: its messages first, then field by field."""

    form_template_name = "parts/form.html"
    field_template_name = "parts/field.html"


class TextAreaField(forms.CharField):
    """A text of many lines. For the end of each, browsers send two signs (CR LF) where one was typed. Here it is one
    again, so that the form counts as the visitor does."""

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python(value and normalize_newlines(value))
