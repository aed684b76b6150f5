"""What every test gets: the site with an empty database, and a client."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from tests import support

__tracebackhide__ = True

Serve = Callable[..., support.Server]

HERE = Path(__file__).parents[1]
FOREIGN = {"site-packages", ".venv", "venv"}


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> None:
    """Show of a failure what happened in the site's own files. The insides of packages are long, and take long."""
    if call.excinfo:
        error: BaseException | None = call.excinfo.value
        seen: list[BaseException] = []
        while error and error not in seen:
            seen.append(error)
            error.__traceback__ = own_part(error.__traceback__)
            error = error.__cause__ or error.__context__
        call.excinfo = pytest.ExceptionInfo.from_exception(seen[0])


def own_part(traceback: TracebackType | None) -> TracebackType | None:
    """The calls in files of this project, or all where there is none."""
    calls = []
    while traceback:
        calls.append(traceback)
        traceback = traceback.tb_next
    own: TracebackType | None = None
    for one in reversed([one for one in calls if is_own(Path(one.tb_frame.f_code.co_filename))] or calls):
        own = TracebackType(own, one.tb_frame, one.tb_lasti, one.tb_lineno)
    return own


def is_own(file: Path) -> bool:
    """Whether a file is part of this project, and not of a package that lies in it."""
    return file.is_relative_to(HERE) and FOREIGN.isdisjoint(file.relative_to(HERE).parts)


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
