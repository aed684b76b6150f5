from django.urls import path

from comments import views

app_name = "comments"

urlpatterns = [
    path("article/<slug:slug>/comments", views.post, name="post"),
    path("article/<slug:slug>/comments/<int:number>/delete", views.delete, name="delete"),
]
