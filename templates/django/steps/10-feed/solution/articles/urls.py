"""The URLs for articles."""

from django.urls import path

from articles import views

app_name = "articles"

urlpatterns = [
    path("", views.HomePage.as_view(), name="home"),
    path("tag/<path:name>", views.TagPage.as_view(), name="tag"),
    path("drafts", views.DraftList.as_view(), name="drafts"),
    path("editor", views.PublishArticle.as_view(), name="publish"),
    path("editor/<slug:slug>", views.EditArticle.as_view(), name="edit"),
    path("article/<slug:slug>", views.ArticlePage.as_view(), name="article"),
    path("article/<slug:slug>/delete", views.DeleteArticle.as_view(), name="delete"),
    path("article/<slug:slug>/comments", views.add_comment, name="add-comment"),
    path("article/<slug:slug>/comments/<int:pk>/delete", views.delete_comment, name="delete-comment"),
    path("article/<slug:slug>/favorite", views.favorite, name="favorite"),
    path("article/<slug:slug>/unfavorite", views.unfavorite, name="unfavorite"),
    # Your own lines go below this one.
]
