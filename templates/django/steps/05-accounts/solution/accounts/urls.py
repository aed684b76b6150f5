"""The URLs for accounts. Their names are the names that Django's own views use."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts import views

urlpatterns = [
    path("register", views.SignUp.as_view(), name="register"),
    path("login", views.SignIn.as_view(), name="login"),
    path("logout", LogoutView.as_view(), name="logout"),
    # Your own lines go below this one.
]
