"""What every test gets: a site of its own, with an empty database, and a visitor."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from sqlite3 import Connection

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event

from tests import support

__tracebackhide__ = True


@event.listens_for(Engine, "connect")
def save_quickly(connection: Connection, _record: object) -> None:
    """A test's database need not outlive a power cut, so nothing waits for the disk."""
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")


@pytest.fixture(scope="session")
def create_app() -> Callable[..., Flask]:
    """The way into the site. It is imported here and not above, so that a mistake in the site's code
    is told by each test, by name."""
    return import_module("conduit").create_app


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Each template is compiled once for all tests."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(
    create_app: Callable[..., Flask], compiled_templates: FileSystemBytecodeCache, tmp_path: Path
) -> Flask:
    """The site, with an empty database in a file of its own."""
    app = create_app(
        {
            "TESTING": True,
            "SECRET_KEY": "only for tests",
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'test.db'}",
            "PASSWORD_HASH_METHOD": "scrypt:2:1:1",
        }
    )
    app.jinja_env.bytecode_cache = compiled_templates
    return app


@pytest.fixture
def site(app: Flask) -> support.Site:
    """The site, as the visitor sees it who acts in most tests."""
    return support.first_visitor(app)
