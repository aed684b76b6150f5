"""What every test gets: the site with an empty database, and a client."""

import gc
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import pytest

from tests import support
from tests.support.api import Site
from tests.support.visitor import first_visitor

__tracebackhide__ = True

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def server() -> Iterator[support.Site]:
    """The running site, started once for all tests."""
    server = support.start()
    gc.freeze()  # Python needn't look for garbage in the packages again
    yield server
    server.stop()


@pytest.fixture(scope="session")
def visitor(server: support.Site) -> Site:
    """The client of most tests, who comes to the site once for all tests."""
    visitor = first_visitor(server)
    server.save()
    return visitor


@pytest.fixture
def site(server: support.Site, visitor: Site) -> Site:
    """The site with an empty database, as the client of most tests sees it."""
    server.reset()
    return visitor.again()


@pytest.fixture
def start_site() -> Iterator[Callable[..., Site]]:
    """Starts another site, with other settings. The site stops after the test."""
    with ExitStack() as servers:

        def start(**settings: object) -> Site:
            server = support.start(**settings)
            servers.callback(server.stop)
            return Site(server)

        yield start


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> None:
    """Shorten the traceback of an error in the site: only the lines in this project help."""
    if call.excinfo:
        error: BaseException | None = call.excinfo.value
        seen: list[BaseException] = []
        while error and error not in seen:
            seen.append(error)
            error.__traceback__ = in_this_project(error.__traceback__)
            error = error.__cause__ or error.__context__
        call.excinfo = pytest.ExceptionInfo.from_exception(seen[0])


def in_this_project(traceback: TracebackType | None) -> TracebackType | None:
    """Return the entries of a traceback that are in files of this project, or all entries if there are none."""
    entries = []
    while traceback:
        entries.append(traceback)
        traceback = traceback.tb_next
    own: TracebackType | None = None
    for entry in reversed([entry for entry in entries if is_own(entry)] or entries):
        own = TracebackType(own, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    return own


def is_own(entry: TracebackType) -> bool:
    """True if the file of a traceback's entry is in this project, and not in a package."""
    file = Path(entry.tb_frame.f_code.co_filename)
    return file.is_relative_to(PROJECT) and not {"site-packages", ".venv", "venv"}.intersection(file.parts)
