from django.contrib import admin
from django.utils import timezone

from articles.models import Article
from talk.admin import RemarksOfArticle


@admin.action(description="Bring to the top of the home page")
def bring_to_the_top(modeladmin, request, queryset):
    queryset.update(created_at=timezone.now())


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):
    """What those who look after the site see of articles, under /admin/."""

    list_display = ["title", "slug", "created_at", "updated_at"]
    list_filter = ["created_at"]
    date_hierarchy = "created_at"
    search_fields = ["title", "description", "body"]
    readonly_fields = ["slug", "created_at", "updated_at"]
    actions = [bring_to_the_top]
    inlines = [
        RemarksOfArticle,
        # Your own lines go below this one.
    ]
