"""Static files: a browser keeps a file for a year. A changed file has another URL."""

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request


def init_app(app: Flask) -> None:
    app.url_defaults(add_version)
    app.after_request(keep_version)


def add_version(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values["v"] = version_of(values["filename"])


def keep_version(response: Response) -> Response:
    """Let the browser keep a file, if the URL has the version of this file."""
    is_file = request.endpoint == "static" and response.status_code == 200
    if is_file and request.args.get("v") == version_of(request.view_args["filename"]):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def version_of(name: str) -> str:
    file = Path(current_app.static_folder, name)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8] if file.is_file() else ""
