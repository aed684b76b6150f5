"""URLs of static files contain a hash of the file, so browsers may keep the file for a year."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

YEAR = 365 * 24 * 60 * 60


def init_app(app: Flask) -> None:
    app.url_defaults(add_version)
    app.after_request(keep_for_a_year)


@cache
def digest(file: Path) -> str | None:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else None


def version_of(filename: str) -> str | None:
    return digest(Path(current_app.static_folder or "", filename))


def add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values and (version := version_of(values["filename"])):
        values["v"] = version


def keep_for_a_year(response: Response) -> Response:
    """Only the URL with the current version is kept: during a restart, an old server may get a new URL."""
    is_file = request.endpoint == "static" and response.status_code in (200, 206, 304)
    if is_file and request.args.get("v") == version_of((request.view_args or {})["filename"]):
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
