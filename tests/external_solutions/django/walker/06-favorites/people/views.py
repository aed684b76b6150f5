"""Signing up, in and out, the settings, and the page about somebody."""

from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.views import LoginView
from django.db import IntegrityError, transaction
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.views.generic import CreateView, UpdateView

from accounts.models import User
from articles.views import ArticleList
from conduit.views import RefusingFormMixin
from people import forms


class SavesAPerson(RefusingFormMixin):
    """For forms with a name and an address, which the database gives to one account only."""

    def form_valid(self, form):
        try:
            with transaction.atomic():
                self.object = form.save()
        except IntegrityError:
            # Somebody was quicker. Looked at again, the form sees what is taken.
            again = self.get_form_class()(**{**self.get_form_kwargs(), "instance": self.fresh()})
            if again.is_valid():
                again.add_error(None, "Somebody else has just taken this.")
            return self.form_invalid(again)
        self.saved()
        return redirect(self.get_success_url())


class SignUp(SavesAPerson, CreateView):
    form_class = forms.SignUp
    template_name = "people/sign_up.html"
    success_url = reverse_lazy("articles:home")

    def fresh(self):
        return None

    def saved(self):
        login(self.request, self.object)


class SignIn(RefusingFormMixin, LoginView):
    authentication_form = forms.SignIn
    template_name = "people/sign_in.html"


class Settings(LoginRequiredMixin, SavesAPerson, UpdateView):
    form_class = forms.Settings
    template_name = "people/settings.html"
    context_object_name = "account"

    def get_object(self, queryset=None):
        return self.fresh()

    def fresh(self):
        return User.objects.get(pk=self.request.user.pk)

    def saved(self):
        update_session_auth_hash(self.request, self.object)

    def get_success_url(self):
        return self.object.get_absolute_url()


class Profile(ArticleList):
    """Somebody, and what they wrote."""

    template_name = "people/profile.html"
    tab = "articles"

    def get(self, request, *args, name, **kwargs):
        self.person = get_object_or_404(User, username=name)
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        return super().get_queryset().filter(writer=self.person)

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.person, **kwargs)


class Favorites(Profile):
    """Somebody, and what they like."""

    tab = "favorites"

    def get_queryset(self):
        return ArticleList.get_queryset(self).filter(hearts__reader=self.person)
