"""The settings of a server. They are in the environment, and never in a file of the project."""

import os
import re

from flask import Flask

NEEDED = ("CONDUIT_SECRET_KEY", "DATABASE_URL")


def init_app(app: Flask) -> None:
    """Read the URL of the database. In production, the site doesn't start if a secret is missing."""
    if url := os.environ.get("DATABASE_URL"):
        # Hosting services write postgres://. SQLAlchemy also needs the name of the driver.
        app.config["SQLALCHEMY_DATABASE_URI"] = re.sub("^postgres(ql)?://", "postgresql+psycopg://", url)
    if app.config.get("PRODUCTION"):
        if missing := [name for name in NEEDED if not os.environ.get(name)]:
            raise RuntimeError(f"The site can't start in production. Set {' and '.join(missing)}.")
        app.config["SESSION_COOKIE_SECURE"] = True
