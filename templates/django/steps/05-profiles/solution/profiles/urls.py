from django.urls import path

from profiles import views

app_name = "profiles"

urlpatterns = [
    path("profile/<str:username>", views.ProfilePage.as_view(), name="profile"),
    path("profile/<str:username>/follow", views.follow, name="follow"),
    path("profile/<str:username>/unfollow", views.unfollow, name="unfollow"),
]
