"""Middleware: functions that see each request before the views, and each response after them."""

from django.conf import settings
from django.http import Http404

# A page may load files of this site, and pictures from any site. No other site may show it in a frame.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data: https: http:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


def content_security_policy(get_response):
    """Tell the browser what a page may do. (From version 6.0, Django includes this.)"""

    def middleware(request):
        response = get_response(request)
        # Django's own pages about errors, which only developers see, contain scripts.
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response

    return middleware


def reject_nul(get_response):
    """Return 404 if a URL contains the NUL character. PostgreSQL can't compare it."""

    def middleware(request):
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            raise Http404
        return get_response(request)

    return middleware
