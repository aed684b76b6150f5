"""Signing up, in and out, and settings."""

from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash, views
from django.contrib.auth.mixins import LoginRequiredMixin
from django.shortcuts import redirect
from django.views.generic import CreateView, UpdateView

from accounts.forms import SettingsForm, SignInForm, SignUpForm
from accounts.models import User
from conduit.views import RefusingFormMixin


class SignUp(RefusingFormMixin, CreateView):
    form_class = SignUpForm
    template_name = "accounts/register.html"

    def form_valid(self, form):
        user = form.try_to_save()
        if user is None:
            return self.form_invalid(form)
        login(self.request, user)
        return redirect("articles:home")


class SignIn(RefusingFormMixin, views.LoginView):
    authentication_form = SignInForm
    template_name = "accounts/login.html"


class Settings(LoginRequiredMixin, RefusingFormMixin, UpdateView):
    form_class = SettingsForm
    template_name = "accounts/settings.html"
    context_object_name = "account"  # and not "user": that is whoever looks at the page, with nothing typed yet

    def get_object(self, queryset=None):
        """The visitor's own account, fetched once more. The form writes what was typed into it, right or wrong."""
        return User.objects.get(pk=self.request.user.pk)

    def form_valid(self, form):
        user = form.try_to_save()
        if user is None:
            return self.form_invalid(form)
        update_session_auth_hash(self.request, user)  # a new password ends every session but this one
        messages.success(self.request, "Saved.")
        return redirect(user)
