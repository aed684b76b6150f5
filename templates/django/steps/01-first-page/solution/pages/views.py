"""Pages about the site itself."""

from django.conf import settings
from django.shortcuts import render


def about(request):
    return render(request, "pages/about.html", {"contact_email": settings.CONTACT_EMAIL})


# Your own lines go below this one.
