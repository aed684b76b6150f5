"""The pages to sign up and to sign in, the settings, and the profiles."""

from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import IntegrityError
from django.shortcuts import get_object_or_404
from django.urls import reverse_lazy
from django.views.generic import CreateView, UpdateView

from accounts.forms import SettingsForm, SignInForm, SignUpForm
from accounts.models import User
from articles.views import ArticleList
from conduit.views import RejectedFormMixin, back_to_page


class SignUp(RejectedFormMixin, CreateView):
    form_class = SignUpForm
    template_name = "accounts/form.html"
    extra_context = {"title": "Sign up"}
    success_url = reverse_lazy("articles:home")

    def form_valid(self, form):
        try:
            response = super().form_valid(form)
        except IntegrityError:  # another visitor took the name or e-mail at this moment
            form.add_error(None, "This username or e-mail has already been taken.")
            return self.form_invalid(form)
        login(self.request, self.object)
        return response


class SignIn(RejectedFormMixin, LoginView):
    authentication_form = SignInForm
    template_name = "accounts/form.html"
    extra_context = {"title": "Sign in", "forgot_password": True}

    def form_invalid(self, form):
        response = super().form_invalid(form)
        if form.has_error(NON_FIELD_ERRORS, "throttled"):
            response.status_code = 429
        return response


class Settings(LoginRequiredMixin, RejectedFormMixin, UpdateView):
    form_class = SettingsForm
    template_name = "accounts/settings.html"
    context_object_name = "account"  # in templates, `user` is the visitor with the saved values

    def get_object(self, queryset=None):
        return User.objects.get(pk=self.request.user.pk)

    def form_valid(self, form):
        try:
            response = super().form_valid(form)
        except IntegrityError:  # another user took the name or e-mail at this moment
            form.add_error(None, "This username or e-mail has already been taken.")
            return self.form_invalid(form)
        if form.cleaned_data["password"]:  # it ends all other sessions
            update_session_auth_hash(self.request, self.object)
        return response


class Profile(ArticleList):
    """A page about a user, with the user's articles."""

    template_name = "accounts/profile.html"
    owner_field = "author"

    def get_queryset(self):
        self.owner = get_object_or_404(User, username=self.kwargs["username"])
        return super().get_queryset().filter(**{self.owner_field: self.owner})

    def get_context_data(self, **kwargs):
        return super().get_context_data(owner=self.owner, **kwargs)


class Favorites(Profile):
    """The same page, with the user's favorites."""

    owner_field = "favorited_by"


@login_required
def follow(request, username):
    owner = get_object_or_404(User, username=username)
    if owner == request.user:
        raise PermissionDenied("You can't follow yourself.")
    if request.method == "POST":
        request.user.following.add(owner)
    return back_to_page(request, owner)


@login_required
def unfollow(request, username):
    owner = get_object_or_404(User, username=username)
    if request.method == "POST":
        request.user.following.remove(owner)
    return back_to_page(request, owner)


# Your own lines go below this one.
