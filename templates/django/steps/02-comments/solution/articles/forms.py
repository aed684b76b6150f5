"""The forms for articles."""

from django import forms

from articles.models import Article, Comment
from conduit.forms import TextAreaField


class ArticleForm(forms.ModelForm):
    """The form of the editor. Django makes its fields from the fields of the model."""

    # Your own lines go below this one.

    class Meta:
        model = Article
        fields = ["title", "description", "body"]
        field_classes = {"body": TextAreaField}
        widgets = {
            "title": forms.TextInput(attrs={"placeholder": "Article Title"}),
            "description": forms.TextInput(attrs={"placeholder": "What's this article about?"}),
            "body": forms.Textarea(attrs={"placeholder": "Write your article (in markdown)", "rows": 14}),
        }


class CommentForm(forms.ModelForm):
    class Meta:
        model = Comment
        fields = ["body"]
        field_classes = {"body": TextAreaField}
        widgets = {
            "body": forms.Textarea(attrs={"placeholder": "Write a comment...", "aria-label": "Your comment", "rows": 3})
        }


# Your own lines go below this one.
