from django.contrib import admin
from django.db import models

from comments.models import Comment
from conduit.forms import TextAreaField


class CommentInline(admin.TabularInline):
    """The comments of an article, on the article's own page in the admin."""

    model = Comment
    extra = 0
    formfield_overrides = {models.TextField: {"form_class": TextAreaField}}
