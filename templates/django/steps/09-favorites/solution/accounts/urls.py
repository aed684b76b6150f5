"""The URLs for accounts. Their names are the names that Django's own views use."""

from django.contrib.auth import views as auth_views
from django.urls import path

from accounts import views

FORM = "accounts/form.html"

urlpatterns = [
    path("register", views.SignUp.as_view(), name="register"),
    path("login", views.SignIn.as_view(), name="login"),
    path("logout", auth_views.LogoutView.as_view(), name="logout"),
    path("settings", views.Settings.as_view(), name="settings"),
    path("profile/<str:username>", views.Profile.as_view(), name="profile"),
    path("profile/<str:username>/favorites", views.Favorites.as_view(), name="favorites"),
    path("profile/<str:username>/follow", views.follow, name="follow"),
    path("profile/<str:username>/unfollow", views.unfollow, name="unfollow"),
    path("password-reset", auth_views.PasswordResetView.as_view(template_name=FORM), name="password_reset"),
    path(
        "password-reset/sent", auth_views.PasswordResetDoneView.as_view(template_name=FORM), name="password_reset_done"
    ),
    path(
        "password-reset/<uidb64>/<token>",
        auth_views.PasswordResetConfirmView.as_view(template_name=FORM),
        name="password_reset_confirm",
    ),
    path(
        "password-reset/done",
        auth_views.PasswordResetCompleteView.as_view(template_name=FORM),
        name="password_reset_complete",
    ),
    # Your own lines go below this one.
]
