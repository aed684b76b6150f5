"""What happens when a comment is posted or taken down. These two act and show no page of their own, so they are
functions: there is nothing that a class would know better."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render

from articles.models import Article
from comments.forms import CommentForm
from comments.models import Comment


@login_required
def post(request, slug):
    article = get_object_or_404(Article.objects.for_pages(request.user), slug=slug)
    if request.method == "POST":
        form = CommentForm(request.POST, instance=Comment(article=article, author=request.user))
        if not form.is_valid():
            return render(request, "articles/article.html", {"article": article, "comment_form": form}, status=422)
        form.save()
    return redirect(article)


@login_required
def delete(request, slug, number):
    comment = get_object_or_404(Comment, pk=number, article__slug=slug)
    if comment.author != request.user:
        raise PermissionDenied("Only its author may do this.")
    if request.method == "POST":
        comment.delete()
    return redirect(comment.article)
