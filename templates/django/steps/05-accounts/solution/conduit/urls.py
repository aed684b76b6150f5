"""The URLs of the site. Each app has its own list of URLs, and this list includes them."""

from django.contrib import admin
from django.urls import include, path

from accounts.views import SignIn

handler400 = "conduit.views.bad_request"

urlpatterns = [
    path("admin/login/", SignIn.as_view()),  # the admin uses the sign-in page of the site
    path("admin/", admin.site.urls),
    path("", include("articles.urls")),
    path("", include("pages.urls")),
    path("", include("accounts.urls")),
    # Your own lines go below this one.
]
