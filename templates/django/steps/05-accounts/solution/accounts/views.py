"""The pages to sign up and to sign in."""

from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import IntegrityError
from django.urls import reverse_lazy
from django.views.generic import CreateView

from accounts.forms import SignInForm, SignUpForm
from conduit.views import RejectedFormMixin


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
    extra_context = {"title": "Sign in"}

    def form_invalid(self, form):
        response = super().form_invalid(form)
        if form.has_error(NON_FIELD_ERRORS, "throttled"):
            response.status_code = 429
        return response


# Your own lines go below this one.
