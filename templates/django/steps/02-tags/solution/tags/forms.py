"""The field in which tags are typed."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.widgets import Script


class TagsInput(forms.TextInput):
    class Media:
        js = [Script("conduit/tag-input.js", defer=True)]


class TagsField(forms.CharField):
    """Tags, with commas between them. What comes out is a list of names, tidied."""

    widget = TagsInput(attrs={"placeholder": "Enter tags", "autocomplete": "off"})

    def __init__(self, **kwargs):
        help_text = "Words to find this article by. Press Enter, or type a comma, after each."
        super().__init__(required=False, max_length=2_000, help_text=help_text, **kwargs)

    def clean(self, value):
        names = {" ".join(name.split()) for name in super().clean(value).split(",")} - {""}
        if len(names) > 20:
            raise ValidationError("There are too many: at most 20, please.")
        if any(len(name) > 50 for name in names):
            raise ValidationError("One of them is too long: at most 50 characters, please.")
        if any({"", ".", ".."} & set(name.split("/")) for name in names):
            raise ValidationError("A tag stands in an address, so slashes and dots need something beside them.")
        return sorted(names)
