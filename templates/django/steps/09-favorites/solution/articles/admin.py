"""The pages for articles in the admin, for the people who look after the site."""

from django.contrib import admin
from django.utils import timezone

from articles.models import Article, Comment


class CommentInline(admin.TabularInline):
    model = Comment
    extra = max_num = 0
    readonly_fields = ["author"]


@admin.action(description="Publish the selected articles", permissions=["change"])
def publish(modeladmin, request, queryset):
    queryset.filter(published_at=None).update(published_at=timezone.now())


@admin.action(description="Change the selected articles back into drafts", permissions=["change"])
def unpublish(modeladmin, request, queryset):
    queryset.update(published_at=None)


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    list_display = ["title", "author", "created_at", "published_at"]
    list_filter = [("published_at", admin.EmptyFieldListFilter)]
    search_fields = ["title", "description", "body", "author__username"]
    readonly_fields = ["author", "published_at"]
    exclude = ["favorited_by"]
    actions = [publish, unpublish]
    inlines = [CommentInline]
    # Your own lines go below this one.

    def save_model(self, request, obj, form, change):
        if not change:
            obj.author = request.user
        super().save_model(request, obj, form, change)


# Your own lines go below this one.
