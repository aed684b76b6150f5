from django import forms

from comments.models import Comment
from conduit.forms import TextAreaField


class CommentForm(forms.ModelForm):
    class Meta:
        model = Comment
        fields = ["body"]
        field_classes = {"body": TextAreaField}
