"""The addresses of the site. Each app names its own in a urls.py; here they are joined."""

from django.contrib import admin
from django.urls import include, path

admin.site.site_title = admin.site.site_header = "Behind the site"

handler400 = "conduit.views.bad_request"  # 403, 404 and 500 have their templates, and need no more

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("articles.urls")),
    path("", include("talk.urls")),
    path("", include("labels.urls")),
    # Your own lines go below this one.
]
