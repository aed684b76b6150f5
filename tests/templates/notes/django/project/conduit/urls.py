"""The URLs of the site."""

from django.urls import path

from conduit import views

urlpatterns = [
    path("", views.home),
    path("notes", views.create),
    path("notes/<int:number>/edit", views.edit),
    path("health", views.health),
]
