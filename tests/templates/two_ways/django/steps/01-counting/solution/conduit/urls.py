"""The URLs of the site."""

from django.urls import path

from conduit import views

urlpatterns = [
    path("", views.home),
    path("visits", views.visits),
    path("now", views.now),
    path("echo/<path:rest>", views.echo),
    path("count", views.count),
    # Your own lines go below this one.
]
