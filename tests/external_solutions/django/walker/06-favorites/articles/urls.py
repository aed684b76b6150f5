from django.urls import path

from articles import views
from articles.hearts import TurnHeart

app_name = "articles"

urlpatterns = [
    path("", views.HomePage.as_view(), name="home"),
    path("editor", views.PublishArticle.as_view(), name="publish"),
    path("editor/<slug:slug>", views.EditArticle.as_view(), name="edit"),
    path("article/<slug:slug>", views.ArticlePage.as_view(), name="article"),
    path("article/<slug:slug>/delete", views.DeleteArticle.as_view(), name="delete"),
    path("article/<slug:slug>/favorite", TurnHeart.as_view(on=True), name="favorite"),
    path("article/<slug:slug>/unfavorite", TurnHeart.as_view(on=False), name="unfavorite"),
    # Your own lines go below this one.
]
