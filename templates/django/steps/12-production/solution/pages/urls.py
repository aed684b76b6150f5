"""The URLs of the pages about the site."""

from django.urls import path

from pages import views

app_name = "pages"

urlpatterns = [
    path("about", views.about, name="about"),
    path("health", views.health, name="health"),
    # Your own lines go below this one.
]
