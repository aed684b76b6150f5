"""What happens to every answer on its way to the browser."""

from django.conf import settings

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
