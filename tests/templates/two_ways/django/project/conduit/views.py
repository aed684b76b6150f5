"""The pages."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from conduit.models import Line


def home(request):
    """Show all lines, or add a line."""
    if request.method == "GET":
        return render(request, "home.html", {"name": settings.NAME, "lines": Line.objects.all()})
    text = request.POST.get("line", "")
    if Line.objects.filter(text=text).exists():
        return HttpResponse("This line is already in the book.", status=409)
    try:
        Line.objects.create(text=text)
    except IntegrityError:
        return HttpResponse("Another visitor was quicker.", status=409)
    return HttpResponseRedirect("/", status=303)


def visits(request):
    """Count the visits of a browser."""
    count = str(int(request.COOKIES.get("visits", "0")) + 1)
    response = HttpResponse(count)
    response.set_cookie("visits", count, path="/visits")
    response.set_cookie("last", "today")
    return response


def now(request):
    """Tell the time."""
    return HttpResponse(datetime.now(UTC).isoformat())


def echo(request, rest):
    """Return what the site received."""
    sent = {"rest": rest, "query": request.META["QUERY_STRING"], "body": request.body.hex(), "method": request.method}
    headers = {name: value for name, value in request.headers.items() if value}
    return JsonResponse({**sent, "url": request.build_absolute_uri(), "headers": headers})
