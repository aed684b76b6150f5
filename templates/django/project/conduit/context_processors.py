"""What every template knows."""

from django.conf import settings


def site(request):
    """`site.title` and `site.author`."""
    return {"site": settings.SITE}
