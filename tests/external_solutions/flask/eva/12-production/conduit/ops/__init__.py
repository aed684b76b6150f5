"""What a server needs: health, logs and caching."""

from flask import Flask

from conduit.ops import access_log, health, static_files


def init_app(app: Flask) -> None:
    if app.config["PRODUCTION"]:
        access_log.init_app(app)
    static_files.init_app(app)
    app.register_blueprint(health.bp)
