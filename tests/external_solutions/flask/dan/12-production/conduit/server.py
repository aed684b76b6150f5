"""What the site needs on a server: settings from the environment, logs, a health page, and caching."""

import hashlib
import logging
import os
import sys
import time
from pathlib import Path

from flask import Blueprint, current_app, g, request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from conduit.extensions import db
from conduit.json_lines import JsonFormatter

SECRETS = ["CONDUIT_SECRET_KEY", "DATABASE_URL"]
YEAR = 365 * 24 * 60 * 60

logger = logging.getLogger("conduit.requests")
health_pages = Blueprint("health", __name__)


def read_environment(app):
    if app.config.get("PRODUCTION"):
        for name in SECRETS:
            if not os.environ.get(name):
                raise RuntimeError(f"The site can't start in production. Set the variable {name}.")
        app.config["SESSION_COOKIE_SECURE"] = True
    url = os.environ.get("DATABASE_URL")
    if url:
        for start in ("postgres://", "postgresql://"):
            if url.startswith(start):
                url = "postgresql+psycopg://" + url.removeprefix(start)
        app.config["SQLALCHEMY_DATABASE_URI"] = url


def init_app(app):
    app.url_defaults(add_version)
    app.after_request(cache_static_files)
    if app.config.get("PRODUCTION"):
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonFormatter())
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        app.before_request(start_clock)
        app.after_request(log_request)


def start_clock():
    g.started_at = time.perf_counter()


def log_request(response):
    fields = {
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.started_at) * 1000, 1),
    }
    logger.info("request", extra={"fields": fields})
    return response


@health_pages.get("/health")
def health():
    try:
        db.session.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return {"status": "the database doesn't respond"}, 503
    return {"status": "ok"}


def version_of(filename):
    """A few letters that change if the file changes."""
    file = Path(current_app.static_folder, filename)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12] if file.is_file() else ""


def add_version(endpoint, values):
    if endpoint == "static" and "v" not in values:
        values["v"] = version_of(values["filename"])


def cache_static_files(response):
    if request.endpoint != "static" or response.status_code != 200:
        return response
    if request.args.get("v") == version_of(request.view_args["filename"]):
        response.cache_control.no_cache = None
        response.cache_control.max_age = YEAR
    return response
