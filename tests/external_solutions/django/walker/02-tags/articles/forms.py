from django import forms
from django.db import transaction

from articles.models import Article
from conduit.forms import TextAreaField
from labels.fields import LabelsField, LabelsInput
from labels.models import Label


class ArticleForm(forms.ModelForm):
    """What is typed into the editor. The model says what is too long or must not be missing."""

    tags = LabelsField(required=False, widget=LabelsInput(attrs={"placeholder": "Enter tags"}))
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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["tags"] = sorted(label.word for label in self.instance.labels.all())

    @transaction.atomic
    def save(self, commit=True):
        article = super().save(commit)
        article.labels.set(Label.objects.called(self.cleaned_data["tags"]))
        return article
