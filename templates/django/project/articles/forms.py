from django import forms

from articles.models import Article
from conduit.forms import TextAreaField


class ArticleForm(forms.ModelForm):
    """What is typed into the editor. The model says what is too long or must not be missing."""

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
