"""A site whose articles are in a database."""

import os

from flask import Flask
from flask_migrate import Migrate

from conduit.models import db
from conduit.pages import pages


def create_app(settings=None):
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = os.environ.get("DATABASE_URL", "sqlite:///site.db")
    app.config.update(settings or {})
    db.init_app(app)
    Migrate(app, db)
    app.register_blueprint(pages)
    # Your own lines go below this one.
    return app
