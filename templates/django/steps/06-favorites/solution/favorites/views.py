"""Marking articles, and the list of those that somebody marked."""

from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404

from articles.models import Article
from conduit.redirects import back
from profiles.views import ProfilePage


@login_required
def favorite(request, slug):
    article = get_object_or_404(Article, slug=slug)
    if request.method == "POST":
        article.favorited_by.add(request.user)
    return back(request, article)


@login_required
def unfavorite(request, slug):
    article = get_object_or_404(Article, slug=slug)
    if request.method == "POST":
        article.favorited_by.remove(request.user)
    return back(request, article)


class FavoritesPage(ProfilePage):
    """The same person, with the articles that they marked."""

    def get_queryset(self):
        return Article.objects.for_pages(self.request.user).filter(favorited_by=self.person)
