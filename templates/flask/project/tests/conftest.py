"""What every test gets: the site with an empty database, and a visitor."""

import sqlite3
import tomllib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, event

from tests import support

__tracebackhide__ = True

MakeApp = Callable[..., Flask]


@event.listens_for(Engine, "connect")
def save_quickly(connection: sqlite3.Connection, _record: object = None) -> None:
    """A test's database need not outlive a power cut, so nothing waits for the disk."""
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")


@pytest.fixture(scope="session")
def make_app(tmp_path_factory: pytest.TempPathFactory) -> MakeApp:
    """Makes the site, with a new database in a file of its own; takes settings that differ,
    None for the site's own."""

    def make(**settings: object) -> Flask:
        database = tmp_path_factory.mktemp("site") / "test.db"
        all_settings = {
            "TESTING": True,
            "SECRET_KEY": "only for tests, and as long as a key has to be",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{database}",
            "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # errors are told without the values
            "PASSWORD_HASH_METHOD": "scrypt:256:8:1",
            **settings,
        }
        try:
            # Imported here and not above, so that a mistake in the site's code is told by each test, by name.
            return import_module("conduit").create_app(
                {name: value for name, value in all_settings.items() if value is not None}
            )
        except tomllib.TOMLDecodeError as wrong:
            raise RuntimeError(f"conduit/settings.toml cannot be read: {wrong}") from wrong
        except SystemExit as stop:
            raise RuntimeError("the site's code ends the program instead of building the site") from stop

    return make


@pytest.fixture(scope="session")
def app(make_app: MakeApp) -> Flask:
    """The site. One is made for all tests."""
    return make_app()


@pytest.fixture(scope="session")
def empty_database(app: Flask) -> Path:
    """A copy of the site's database as it was before the first test."""
    file = support.database_file(app)
    copy = file.with_name("empty.db")
    copy.write_bytes(file.read_bytes())
    return copy


@pytest.fixture
def site(app: Flask, empty_database: Path) -> support.Site:
    """The site with an empty database, as the visitor sees it who acts in most tests."""
    source, target = sqlite3.connect(empty_database), sqlite3.connect(support.database_file(app))
    save_quickly(target)
    source.backup(target)
    source.close()
    target.close()
    return support.first_visitor(app)
