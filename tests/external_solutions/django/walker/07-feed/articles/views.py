"""The pages on which articles are listed, read, written and changed.

They are classes, because Django knows these five kinds of page: a list, one thing, and a form that makes, changes or
deletes one. What is left to say is which articles, which form, which template.
"""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.messages.views import SuccessMessageMixin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.utils.encoding import escape_uri_path
from django.views.generic import CreateView, DeleteView, DetailView, ListView, UpdateView

from articles.forms import ArticleForm
from articles.models import Article
from conduit.views import RefusingFormMixin


class ArticleList(ListView):
    """A page with a card for each article, newest first. Every list of the site is one of these."""

    template_name = "articles/home.html"
    context_object_name = "articles"
    paginate_by = 10

    def get_queryset(self):
        return Article.objects.for_pages(self.request.user)

    def paginate_queryset(self, queryset, page_size):
        if self.request.GET.get("page") == "last":  # which Django would understand
            raise Http404("A page has a number.")
        return super().paginate_queryset(queryset, page_size)

    def pages(self, page):
        """The numbers of the pages to show links to, each with its address; None where some are left out."""
        query = self.request.GET.copy()
        for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1):
            if number == page.paginator.ELLIPSIS:
                yield number, None
            else:
                query["page"] = number
                yield number, f"{escape_uri_path(self.request.path)}?{query.urlencode()}"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {**context, "pages": self.pages(context["page_obj"])}


class HomePage(ArticleList):
    """All articles, or those of the writers whom the visitor follows."""

    @property
    def is_feed(self):
        return self.request.GET.get("feed") == "following"

    def get(self, request, *args, **kwargs):
        if self.is_feed and not request.user.is_authenticated:
            return redirect("login")
        return super().get(request, *args, **kwargs)

    def get_queryset(self):
        articles = super().get_queryset()
        return articles.filter(writer__bonds_of_readers__reader=self.request.user) if self.is_feed else articles


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
