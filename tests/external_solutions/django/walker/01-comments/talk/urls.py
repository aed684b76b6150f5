from django.urls import path

from talk.pages import AddRemark, RemoveRemark

app_name = "talk"

urlpatterns = [
    path("article/<slug:slug>/comments", AddRemark.as_view(), name="add"),
    path("article/<slug:slug>/comments/<int:number>/delete", RemoveRemark.as_view(), name="remove"),
]
