"""What protects the site and its visitors on every page."""

import os
import secrets
from pathlib import Path

from flask import Flask, Response
from flask_wtf import CSRFProtect

csrf = CSRFProtect()

# A page may load its own files and anyone's pictures; no other site may show it in a frame.
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


def protect(app: Flask) -> None:
    """Sign the session with a secret key, ask every form for its token, send safe headers."""
    if not app.config["SECRET_KEY"]:
        app.config["SECRET_KEY"] = secret_key_of_this_machine(Path(app.instance_path))
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a form stays good as long as the session does
    csrf.init_app(app)
    app.after_request(add_safe_headers)


def secret_key_of_this_machine(folder: Path) -> str:
    """The key in `folder`, made on the first start. Whoever has it can sign in as anyone: never share it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "secret_key"
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return file.read_text()
    with os.fdopen(descriptor, "w") as new_file:
        new_file.write(secrets.token_hex(32))
    return file.read_text()


def end_all_sessions(app: Flask) -> None:
    """Have the next start make a new key. A session names an account by its number, and in a new database
    that number soon belongs to somebody else."""
    file = Path(app.instance_path) / "secret_key"
    if file.exists() and file.read_text() == app.config["SECRET_KEY"]:
        file.unlink()


def add_safe_headers(response: Response) -> Response:
    """Tell the browser what this page may do."""
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("X-Frame-Options", "DENY")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    return response
