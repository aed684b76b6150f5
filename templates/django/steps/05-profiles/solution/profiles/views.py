"""A page about each person, with what they wrote and a button to follow them."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404

from accounts.models import User
from articles.views import ArticleList
from conduit.redirects import back


class ProfilePage(ArticleList):
    """Who somebody is, and what they wrote."""

    template_name = "profiles/profile.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.person = get_object_or_404(User, username=kwargs["username"])

    def get_queryset(self):
        return super().get_queryset().filter(author=self.person)

    def get_context_data(self, **kwargs):
        return super().get_context_data(person=self.person, **kwargs)


@login_required
def follow(request, username):
    person = get_object_or_404(User, username=username)
    if person == request.user:
        raise PermissionDenied("Nobody follows themselves.")
    if request.method == "POST":
        request.user.following.add(person)
    return back(request, person)


@login_required
def unfollow(request, username):
    person = get_object_or_404(User, username=username)
    if request.method == "POST":
        request.user.following.remove(person)
    return back(request, person)
