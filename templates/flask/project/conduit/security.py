"""Protection for every page: the secret key, and headers that limit what a browser does."""

import contextlib
import os
import secrets
from pathlib import Path

from flask import Flask, Response, request
from werkzeug.exceptions import NotFound

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


def init_app(app: Flask) -> None:
    """Check the secret key, reject the NUL character in URLs, and send secure headers."""
    key = app.config["SECRET_KEY"] or secret_key_of_this_machine(Path(app.instance_path))
    app.config["SECRET_KEY"] = key = str(key)  # Flask reads a variable that contains only digits as a number
    if len(key) < 32:
        raise ValueError(f"SECRET_KEY has only {len(key)} characters. Set CONDUIT_SECRET_KEY to 32 or more.")
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a form stays valid as long as the session
    app.before_request(reject_nul)
    app.after_request(add_secure_headers)


def secret_key_of_this_machine(folder: Path) -> str:
    """The key in `folder`, created at the first start. It signs the session cookie, so never share it."""
    folder.mkdir(parents=True, exist_ok=True)
    file, draft = folder / "secret_key", folder / f"secret_key.{os.getpid()}"
    if not file.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)  # another process that starts now never reads an unfinished key
        draft.unlink()
    return file.read_text()


def reject_nul() -> None:
    """Return 404 if a URL contains the NUL character. PostgreSQL can't compare it."""
    if "\0" in request.path or b"%00" in request.query_string:
        request.routing_exception = NotFound()  # Flask raises it after all other functions for this request


def add_secure_headers(response: Response) -> Response:
    """Tell the browser what this page may do."""
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
