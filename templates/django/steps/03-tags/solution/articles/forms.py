"""The forms for articles."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction

from articles.models import Article, Comment, Tag
from conduit.forms import TextAreaField


class TagsField(forms.CharField):
    """Tags with commas between them. The clean value is a list of names."""

    widget = forms.TextInput(attrs={"placeholder": "Enter tags", "autocomplete": "off"})

    def prepare_value(self, value):
        """The text to show: what the writer typed, or the tags of the article."""
        return value if isinstance(value, str) else ", ".join(tag.name for tag in value or ())

    def clean(self, value):
        names = {" ".join(name.split()) for name in super().clean(value).split(",")} - {""}
        if len(names) > 20:
            raise ValidationError("Use at most 20 tags.")
        for name in names:
            if len(name) > 50:
                raise ValidationError("Use at most 50 characters for each tag.")
            if {"", ".", ".."} & set(name.split("/")):
                raise ValidationError(f"A URL can't contain {name}.")
        return sorted(names)


class ArticleForm(forms.ModelForm):
    """The form of the editor. Django makes its fields from the fields of the model."""

    tags = TagsField(required=False)
    # Your own lines go below this one.

    class Meta:
        model = Article
        fields = ["title", "description", "body", "tags"]
        field_classes = {"body": TextAreaField}
        widgets = {
            "title": forms.TextInput(attrs={"placeholder": "Article Title"}),
            "description": forms.TextInput(attrs={"placeholder": "What's this article about?"}),
            "body": forms.Textarea(attrs={"placeholder": "Write your article (in markdown)", "rows": 14}),
        }

    @transaction.atomic
    def save(self, commit=True):
        self.cleaned_data["tags"] = Tag.objects.named(self.cleaned_data["tags"])
        return super().save(commit)


class CommentForm(forms.ModelForm):
    class Meta:
        model = Comment
        fields = ["body"]
        field_classes = {"body": TextAreaField}
        widgets = {
            "body": forms.Textarea(attrs={"placeholder": "Write a comment...", "aria-label": "Your comment", "rows": 3})
        }


# Your own lines go below this one.
