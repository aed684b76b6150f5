"""Gives tests a site with an empty database."""

from pathlib import Path

from conduit import create_app
from conduit.models import db


def make_site(folder: Path):
    app = create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/site.db"})
    with app.app_context():
        db.create_all()
    return app.test_client()
