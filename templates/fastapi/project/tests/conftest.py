"""What every test gets: the site with an empty database, and a client."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from tests import support

__tracebackhide__ = True

Serve = Callable[..., support.Server]


@event.listens_for(Engine, "connect")
def save_quickly(connection: Any, _record: object = None) -> None:
    """A test's database need not outlive a power cut, so nothing waits for the disk."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous = OFF")
    cursor.execute("PRAGMA journal_mode = MEMORY")
    cursor.close()


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """Serves the site, with a new database in a file of its own; takes settings that differ."""
    with ExitStack() as servers:

        def start(**settings: object) -> support.Server:
            database = tmp_path_factory.mktemp("site") / "test.db"
            wanted = {
                "database_url": f"sqlite+aiosqlite:///{database}",
                "secret_key": "only for tests, and long enough for them",
                "password_rounds": 1,
                "password_memory": 64,
                **settings,
            }
            try:
                # Imported here and not above, so that a mistake in the site's code is told by each test, by name.
                conduit = import_module("conduit")
                app = conduit.create_app(conduit.Settings(**wanted))
            except SystemExit as stop:
                raise RuntimeError("the site's code ends the program instead of building the site") from stop
            client = servers.enter_context(TestClient(app))
            return support.Server(client, wanted)

        yield start


@pytest.fixture(scope="session")
def server(serve: Serve) -> support.Server:
    """The site. One is served for all tests."""
    return serve()


@pytest.fixture(scope="session")
def second_server(serve: Serve, server: support.Server) -> support.Server:
    """The same site once more, as if on another machine, with the same database."""
    return serve(database_url=server.settings["database_url"])


@pytest.fixture(scope="session")
def empty_database(server: support.Server) -> Path:
    """A copy of the site's database as it was before the first test."""
    file = server.database_file()
    copy = file.with_name("empty.db")
    copy.write_bytes(file.read_bytes())
    return copy


@pytest.fixture
def site(server: support.Server, empty_database: Path) -> support.Site:
    """The site with an empty database, as the client sees it who acts in most tests."""
    server.empty(empty_database)
    return support.first_visitor(server)
