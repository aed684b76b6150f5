"""The pages that list and show articles, and the editor that creates and changes them.

Each class is a view. It inherits most of its behavior from one of Django's generic views.
"""

from django.urls import reverse_lazy
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from articles.forms import ArticleForm
from articles.models import Article
from conduit.views import RejectedFormMixin


class ArticleList(ListView):
    """A page with a card for each article, newest first."""

    model = Article
    template_name = "articles/home.html"
    context_object_name = "articles"


class ArticlePage(DetailView):
    model = Article
    template_name = "articles/article.html"


class PublishArticle(RejectedFormMixin, CreateView):
    form_class = ArticleForm
    template_name = "articles/editor.html"


class EditArticle(RejectedFormMixin, UpdateView):
    model = Article
    form_class = ArticleForm
    template_name = "articles/editor.html"


class DeleteArticle(DeleteView):
    model = Article
    http_method_names = ["post"]
    success_url = reverse_lazy("articles:home")


# Your own lines go below this one.
