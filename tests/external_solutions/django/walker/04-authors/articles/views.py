"""The pages on which articles are listed, read, written and changed.

They are classes, because Django knows these five kinds of page: a list, one thing, and a form that makes, changes or
deletes one. What is left to say is which articles, which form, which template.
"""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.messages.views import SuccessMessageMixin
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from articles.forms import ArticleForm
from articles.models import Article
from conduit.views import RefusingFormMixin


class ArticleList(ListView):
    """A page with a card for each article, newest first. Every list of the site is one of these."""

    template_name = "articles/home.html"
    context_object_name = "articles"

    def get_queryset(self):
        return Article.objects.for_pages(self.request.user)


class HomePage(ArticleList):
    """All articles."""


class ArticlePage(DetailView):
    """One article."""

    template_name = "articles/article.html"
    context_object_name = "article"

    def get_queryset(self):
        return Article.objects.for_pages(self.request.user)


class Editor(RefusingFormMixin, SuccessMessageMixin):
    """What writing and changing an article have in common."""

    model = Article
    form_class = ArticleForm
    template_name = "articles/editor.html"


class PublishArticle(LoginRequiredMixin, Editor, CreateView):
    success_message = "Published."

    def get_form_kwargs(self):
        return {**super().get_form_kwargs(), "instance": Article(writer=self.request.user)}


class ArticleToChangeMixin(LoginRequiredMixin):
    """For views that change or delete the article at their address, as only its author may."""

    model = Article

    def get_object(self, queryset=None):
        article = super().get_object(queryset)
        if article.writer_id != self.request.user.pk:
            raise PermissionDenied("This article is somebody else's.")
        return article


class EditArticle(ArticleToChangeMixin, Editor, UpdateView):
    success_message = "Saved."


class DeleteArticle(ArticleToChangeMixin, SuccessMessageMixin, DeleteView):
    success_url = reverse_lazy("articles:home")
    success_message = "Deleted."

    def get(self, request, *args, **kwargs):
        """The button on the article's page deletes; whoever opens this address is led back there."""
        return redirect(self.get_object())
