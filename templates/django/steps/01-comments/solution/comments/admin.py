from django.contrib import admin

from comments.models import Comment


class CommentInline(admin.TabularInline):
    """The comments of an article, on the article's own page in the admin."""

    model = Comment
    extra = 0
