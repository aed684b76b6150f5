"""The URLs for articles."""

from django.urls import path

from articles import views

app_name = "articles"

urlpatterns = [
    path("", views.ArticleList.as_view(), name="home"),
    path("tag/<path:name>", views.TagPage.as_view(), name="tag"),
    path("editor", views.PublishArticle.as_view(), name="publish"),
    path("editor/<slug:slug>", views.EditArticle.as_view(), name="edit"),
    path("article/<slug:slug>", views.ArticlePage.as_view(), name="article"),
    path("article/<slug:slug>/delete", views.DeleteArticle.as_view(), name="delete"),
    path("article/<slug:slug>/comments", views.add_comment, name="add-comment"),
    path("article/<slug:slug>/comments/<int:pk>/delete", views.delete_comment, name="delete-comment"),
    # Your own lines go below this one.
]
