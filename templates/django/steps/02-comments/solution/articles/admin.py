"""The pages for articles in the admin, for the people who look after the site."""

from django.contrib import admin

from articles.models import Article, Comment


class CommentInline(admin.TabularInline):
    model = Comment
    extra = 0


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    list_display = ["title", "created_at"]
    search_fields = ["title", "description", "body"]
    inlines = [CommentInline]
    # Your own lines go below this one.


# Your own lines go below this one.
