"""Where comments are sent to: these addresses have no pages of their own."""

from django import forms
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from articles.models import Article
from conduit.forms import TextAreaField
from talk.models import Remark


class RemarkForm(forms.ModelForm):
    class Meta:
        model = Remark
        fields = ["body"]
        labels = {"body": "Comment"}
        field_classes = {"body": TextAreaField}
        widgets = {
            "body": forms.Textarea(
                attrs={"rows": 3, "placeholder": "Write a comment...", "aria-label": "Your comment"}
            )
        }


class AddRemark(LoginRequiredMixin, View):
    def get(self, request, slug):
        return redirect(get_object_or_404(Article, slug=slug))

    def post(self, request, slug):
        # In one transaction: nobody deletes the article between our look at it and our comment.
        with transaction.atomic():
            article = get_object_or_404(Article.objects.for_pages(request.user), slug=slug)
            form = RemarkForm(request.POST, instance=Remark(article=article, writer=request.user))
            if form.is_valid():
                form.save()
                return redirect(article)
        return render(request, "articles/article.html", {"article": article, "remark_form": form}, status=422)


class RemoveRemark(LoginRequiredMixin, View):
    def get(self, request, slug, number):
        return redirect(self.remark().article)

    def post(self, request, slug, number):
        remark = self.remark()
        if remark.writer_id != request.user.pk:
            raise PermissionDenied("This comment is somebody else's.")
        remark.delete()
        return redirect(remark.article)

    def remark(self):
        asked = Remark.objects.select_related("article")
        return get_object_or_404(asked, pk=self.kwargs["number"], article__slug=self.kwargs["slug"])
