"""Readers give an article their heart, and take it back."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.views import View

from articles.models import Article, Heart
from conduit.back import way_back


class TurnHeart(LoginRequiredMixin, View):
    on = True

    def get(self, request, slug):
        return redirect(get_object_or_404(Article, slug=slug))

    @transaction.atomic
    def post(self, request, slug):
        article = get_object_or_404(Article, slug=slug)
        if self.on:
            Heart.objects.get_or_create(reader=request.user, article=article)
        else:
            Heart.objects.filter(reader=request.user, article=article).delete()
        return way_back(request, otherwise=article)
