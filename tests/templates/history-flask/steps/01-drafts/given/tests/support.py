"""Gives tests a site whose database the migrations have made."""

import sqlite3
from pathlib import Path

import flask_migrate

from conduit import create_app


def make_app(folder: Path):
    return create_app({"SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder}/site.db"})


def make_site(folder: Path, *, old: bool = False):
    """With `old`, the database is from before the migrations, and has an article."""
    if old:
        with sqlite3.connect(folder / "site.db") as database:
            database.execute("create table article (id integer not null primary key, title varchar not null)")
            database.execute("insert into article (title) values ('Old bread')")
    app = make_app(folder)
    with app.app_context():
        flask_migrate.upgrade()
    return app.test_client()
