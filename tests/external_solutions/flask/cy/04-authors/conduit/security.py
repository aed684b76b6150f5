"""What protects the site and its visitors on every page: safe headers, and who may do what."""

import contextlib
import os
import secrets
from pathlib import Path
from typing import TypeVar

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_wtf import CSRFProtect
from werkzeug.exceptions import NotFound
from werkzeug.security import check_password_hash, generate_password_hash

from conduit.database import db
from conduit.models import Article, Comment, User

Owned = TypeVar("Owned", Article, Comment)

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
    key = app.config["SECRET_KEY"] or secret_key_of_this_machine(Path(app.instance_path))
    app.config["SECRET_KEY"] = key = str(key)  # Flask reads a variable that holds only digits as a number
    if len(key) < 32:
        raise ValueError(
            f"SECRET_KEY has {len(key)} characters, which can be guessed. "
            "Set CONDUIT_SECRET_KEY to at least 32 random characters."
        )
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # a form stays good as long as the session does
    app.before_request(reject_nul)
    csrf.init_app(app)
    app.before_request(load_user)
    app.after_request(add_safe_headers)


def reject_nul() -> None:
    """Return 404 if a URL holds the NUL character. PostgreSQL fails when it compares one."""
    if "\0" in request.path or b"%00" in request.query_string:
        request.routing_exception = NotFound()  # raised when all has run that comes before a request


def secret_key_of_this_machine(folder: Path) -> str:
    """The key in `folder`, made on the first start. Whoever has it can sign in as anyone: never share it.
    It is written elsewhere and then linked, so that workers that start together never read half of it."""
    folder.mkdir(parents=True, exist_ok=True)
    file, draft = folder / "secret_key", folder / f"secret_key.{os.getpid()}"
    if not file.exists():
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_hex(32))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)
        draft.unlink()
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


# Who is there, and what is theirs


def load_user() -> None:
    g.user = db.session.get(User, session["uid"]) if "uid" in session else None


def me() -> User:
    """Who is signed in. A stranger is sent to sign in instead."""
    return g.user or abort(redirect(url_for("site.login")))


def mine(thing: Owned) -> Owned:
    """This thing, if it belongs to who is signed in. A stranger signs in first, others get the 403 page."""
    return thing if thing.author == me() else abort(403, "This belongs to somebody else.")


def hashed(password: str) -> str:
    return generate_password_hash(password, method=current_app.config["PASSWORD_HASH_METHOD"])


def fits(user: User | None, password: str) -> bool:
    """Whether this is the password. Where there is nobody, as much work is done for nothing."""
    return check_password_hash(user.password, password) if user else not hashed(password)
