"""The pages of the site."""

import os

from django.db import connection
from django.forms import CharField, ModelForm, Textarea
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conduit.models import Note


class NoteForm(ModelForm):
    """The form of a note."""

    text = CharField(max_length=200, widget=Textarea)

    class Meta:
        model = Note
        fields = ["text"]


def page(request: HttpRequest, name: str, form: NoteForm) -> HttpResponse:
    """Render a page with a form, and with all notes."""
    status = 422 if form.errors else 200
    return render(request, name, {"form": form, "notes": Note.objects.all()}, status=status)


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Show the list."""
    return page(request, "home.html", NoteForm())


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    """Add a note."""
    form = NoteForm(request.POST)
    if not form.is_valid():
        return page(request, "home.html", form)
    form.save()
    return redirect("/")


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Edit a note."""
    form = NoteForm(request.POST or None, instance=get_object_or_404(Note, pk=number))
    if not form.is_valid():
        return page(request, "edit.html", form)
    form.save()
    return redirect("/")


@require_GET
def health(_request: HttpRequest) -> HttpResponse:
    """Report that the site and its database work."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "release": os.environ.get("RELEASE", "")})
