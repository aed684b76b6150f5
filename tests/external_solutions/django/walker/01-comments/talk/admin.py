from django.contrib import admin

from talk.models import Remark


class RemarksOfArticle(admin.TabularInline):
    model = Remark
    extra = 0
    readonly_fields = ["written"]
