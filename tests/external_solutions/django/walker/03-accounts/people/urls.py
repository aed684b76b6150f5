from django.contrib.auth.views import LogoutView
from django.urls import path

from people import views

urlpatterns = [
    path("register", views.SignUp.as_view(), name="register"),
    path("login", views.SignIn.as_view(), name="login"),
    path("logout", LogoutView.as_view(next_page="articles:home"), name="logout"),
    path("settings", views.Settings.as_view(), name="settings"),
    path("profile/<str:name>", views.Profile.as_view(), name="profile"),
]
