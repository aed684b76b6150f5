"""What a server needs. On a developer's computer, most of it does nothing."""

from flask import Flask

from conduit import backup
from conduit.ops import access_log, static_versions


def init_app(app: Flask) -> None:
    backup.init_app(app)
    static_versions.init_app(app)
    if app.config["PRODUCTION"]:
        access_log.init_app(app)
