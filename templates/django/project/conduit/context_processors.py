"""What every template knows."""

from django.conf import settings


def brand(request):
    """`brand.title` and `brand.author`. The name `site` is taken: Django's LoginView has a variable of that name."""
    return {"brand": settings.SITE}
