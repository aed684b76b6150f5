from django.urls import path

from circle import views

app_name = "circle"

urlpatterns = [
    path("profile/<str:name>/follow", views.Follow.as_view(), name="follow"),
    path("profile/<str:name>/unfollow", views.Unfollow.as_view(), name="unfollow"),
]
