"""The pages that list and show articles, and the editor that creates and changes them.

Each class is a view, which inherits most of its behavior from one of Django's generic views.
"""

from django.contrib.auth.decorators import login_required
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from articles.forms import ArticleForm, CommentForm
from articles.models import Article, Comment, Tag
from conduit.views import RejectedFormMixin


class ArticleList(ListView):
    """A page with a card for each article, newest first."""

    queryset = Article.objects.published().select_related("author").prefetch_related("tags")
    template_name = "articles/home.html"
    context_object_name = "articles"
    extra_context = {"popular_tags": Tag.objects.popular}


class TagPage(ArticleList):
    def get_queryset(self):
        return super().get_queryset().filter(tags__name=self.kwargs["name"])

    def get_context_data(self, **kwargs):
        return super().get_context_data(tag=self.kwargs["name"], **kwargs)


class DraftList(LoginRequiredMixin, ArticleList):
    queryset = Article.objects.filter(published_at__isnull=True).select_related("author").prefetch_related("tags")

    def get_queryset(self):
        return super().get_queryset().filter(author=self.request.user)


class ArticlePage(DetailView):
    template_name = "articles/article.html"

    def get_queryset(self):
        articles = Article.objects.visible_to(self.request.user)
        return articles.select_related("author").prefetch_related("comments__author")

    def get_context_data(self, **kwargs):
        return super().get_context_data(comment_form=CommentForm(), **kwargs)


class PublishArticle(LoginRequiredMixin, RejectedFormMixin, CreateView):
    form_class = ArticleForm
    template_name = "articles/editor.html"

    def form_valid(self, form):
        form.instance.author = self.request.user
        return super().form_valid(form)


class OwnArticleMixin(LoginRequiredMixin):
    """For views that only the author of the article may use."""

    def get_queryset(self):
        return Article.objects.visible_to(self.request.user)

    def get_object(self, queryset=None):
        article = super().get_object(queryset)
        only_for(article.author, self.request.user)
        return article


class EditArticle(OwnArticleMixin, RejectedFormMixin, UpdateView):
    form_class = ArticleForm
    template_name = "articles/editor.html"


class DeleteArticle(OwnArticleMixin, DeleteView):
    http_method_names = ["post"]
    success_url = reverse_lazy("articles:home")


def only_for(author, user):
    """Return the page with status 403, unless the user is this author."""
    if author != user:
        raise PermissionDenied("Only the author may do this.")


@login_required
def add_comment(request, slug):
    article = get_object_or_404(Article.objects.visible_to(request.user), slug=slug)
    if request.method != "POST":
        return redirect(article)
    form = CommentForm(request.POST, instance=Comment(article=article, author=request.user))
    if not form.is_valid():
        return render(request, "articles/article.html", {"article": article, "comment_form": form}, status=422)
    try:
        form.save()
    except IntegrityError as error:  # somebody deleted the article at this moment
        raise Http404 from error
    return redirect(article)


@require_POST
@login_required
def delete_comment(request, slug, pk):
    comment = get_object_or_404(Comment, pk=pk, article__slug=slug)
    only_for(comment.author, request.user)
    comment.delete()
    return redirect(comment.article)


# Your own lines go below this one.
