"""The pages that list and show articles, and the editor that creates and changes them.

Each class is a view, which inherits most of its behavior from one of Django's generic views.
"""

from django.db import IntegrityError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.decorators.http import require_POST
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from articles.forms import ArticleForm, CommentForm
from articles.models import Article, Comment
from conduit.views import RejectedFormMixin


class ArticleList(ListView):
    """A page with a card for each article, newest first."""

    model = Article
    template_name = "articles/home.html"
    context_object_name = "articles"


class ArticlePage(DetailView):
    model = Article
    template_name = "articles/article.html"

    def get_context_data(self, **kwargs):
        return super().get_context_data(comment_form=CommentForm(), **kwargs)


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


def add_comment(request, slug):
    article = get_object_or_404(Article, slug=slug)
    if request.method != "POST":
        return redirect(article)
    form = CommentForm(request.POST, instance=Comment(article=article))
    if not form.is_valid():
        return render(request, "articles/article.html", {"article": article, "comment_form": form}, status=422)
    try:
        form.save()
    except IntegrityError as error:  # somebody deleted the article at this moment
        raise Http404 from error
    return redirect(article)


@require_POST
def delete_comment(request, slug, pk):
    comment = get_object_or_404(Comment, pk=pk, article__slug=slug)
    comment.delete()
    return redirect(comment.article)


# Your own lines go below this one.
