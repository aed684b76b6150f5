from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.views import View

from accounts.models import User
from circle.models import Bond
from conduit.back import way_back


class Turn(LoginRequiredMixin, View):
    """A button that turns something about somebody, and leads back to where it stood."""

    def get(self, request, name):
        return redirect(get_object_or_404(User, username=name))

    def post(self, request, name):
        person = get_object_or_404(User, username=name)
        self.turn(person)
        return way_back(request, otherwise=person)


class Follow(Turn):
    def turn(self, person):
        if person == self.request.user:
            raise PermissionDenied("Nobody follows themselves.")
        Bond.objects.get_or_create(reader=self.request.user, writer=person)


class Unfollow(Turn):
    def turn(self, person):
        Bond.objects.filter(reader=self.request.user, writer=person).delete()
