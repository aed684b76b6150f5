"""What happens to every request on its way in, and to every answer on its way to the browser."""

from django.conf import settings
from django.http import Http404

# A page may load its own files and anyone's pictures; no other site may show it in a frame.
# (Django 6 has this in the box.)
POLICY = "; ".join(
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
    """Tell the browser what a page may do. Django's own pages about a mistake in the code need more."""

    def middleware(request):
        response = get_response(request)
        if not (settings.DEBUG and response.status_code in (404, 500)):
            response.headers.setdefault("Content-Security-Policy", POLICY)
        return response

    return middleware


def reject_nul(get_response):
    """Return 404 if a URL holds the NUL character, which no text has. PostgreSQL would fail when it compares one."""

    def middleware(request):
        if "\0" in request.path or "%00" in request.META["QUERY_STRING"]:
            raise Http404
        return get_response(request)

    return middleware
