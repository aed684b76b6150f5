"""Adds a version to the URL of each static file, so that browsers can keep the file."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

ONE_YEAR = 31_536_000


def init_app(app: Flask) -> None:
    app.url_defaults(add_version)
    app.after_request(cache_current_version)


def add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values:
        values["v"] = version_of(values["filename"])


def version_of(filename: str) -> str | None:
    file = Path(str(current_app.static_folder), filename)
    return digest(file, file.stat().st_mtime_ns) if file.is_file() else None


@cache
def digest(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def cache_current_version(response: Response) -> Response:
    """Let browsers keep a file only if its URL has the version that this server has."""
    if request.endpoint == "static" and response.status_code in (200, 304):
        version = version_of((request.view_args or {})["filename"])
        if version and request.args.get("v") == version:
            response.headers["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    return response
