"""The forms for articles."""

from django import forms

from articles.models import Article
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


# Your own lines go below this one.
