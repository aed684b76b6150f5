"""The site: one function from a request to an answer."""

from conduit.pages import page_at


def app(environ, start_response):
    """Answer a request."""
    status, text = page_at(environ["PATH_INFO"])
    start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
    return [text.encode()]
