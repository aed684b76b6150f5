"""Pages about the site itself."""

import logging

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import JsonResponse
from django.shortcuts import render

logger = logging.getLogger(__name__)


def about(request):
    return render(request, "pages/about.html", {"contact_email": settings.CONTACT_EMAIL})


def health(request):
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database doesn't respond")
        return JsonResponse({"status": "no database"}, status=503)
    return JsonResponse({"status": "ok"})


# Your own lines go below this one.
