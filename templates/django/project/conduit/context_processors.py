"""Values for every template."""

from django.conf import settings


def brand(request):
    """`brand.title` and `brand.author`. Don't call this variable `site`, because Django's LoginView replaces `site`."""
    return {"brand": settings.BRAND}
