from django.urls import path

from favorites import views

app_name = "favorites"

urlpatterns = [
    path("article/<slug:slug>/favorite", views.favorite, name="favorite"),
    path("article/<slug:slug>/unfavorite", views.unfavorite, name="unfavorite"),
    path("profile/<str:username>/favorites", views.FavoritesPage.as_view(), name="list"),
]
