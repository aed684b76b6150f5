from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views import View

from accounts.models import User
from circle.models import Bond


class Turn(LoginRequiredMixin, View):
    """A button that turns something about somebody, and leads back to where it stood."""

    def get(self, request, name):
        return redirect(get_object_or_404(User, username=name))

    def post(self, request, name):
        person = get_object_or_404(User, username=name)
        self.turn(person)
        back = request.POST.get("back", "")
        here = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
        return HttpResponseRedirect(back if here and back.startswith("/") else person.get_absolute_url())


class Follow(Turn):
    def turn(self, person):
        if person == self.request.user:
            raise PermissionDenied("Nobody follows themselves.")
        Bond.objects.get_or_create(reader=self.request.user, writer=person)


class Unfollow(Turn):
    def turn(self, person):
        Bond.objects.filter(reader=self.request.user, writer=person).delete()
