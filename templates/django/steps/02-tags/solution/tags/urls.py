from django.urls import path

from tags import views

app_name = "tags"

urlpatterns = [
    path("tag/<path:name>", views.TagPage.as_view(), name="tagged"),
]
