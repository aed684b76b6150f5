"""run without a terminal: the port, the database, and a site that does not start."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.support.commands import PROGRAM, environment, on_terminal, starterkit
from tests.support.sites import running

pytestmark = pytest.mark.slow


def test_the_site_is_served_with_sample_articles_and_ends_with_us(site: Path) -> None:
    with running(cwd=site) as address, urlopen(address, timeout=20) as answer:
        page = answer.read().decode()

    assert page.count('class="article-preview') > 1
    with socket.socket() as caller:
        assert caller.connect_ex(("127.0.0.1", int(address.rstrip("/").rsplit(":", 1)[1]))) != 0


def test_a_port_that_is_taken_is_said_and_a_free_one_named(site: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ran = starterkit("run", "--port", str(port), cwd=site, code=2)

    assert f"Port {port} is in use." in ran.err
    assert "run --port" in ran.err


def test_without_a_terminal_an_old_database_is_left_alone_and_the_flag_named(site: Path) -> None:
    database = site / "instance" / "conduit.db"
    database.parent.mkdir()
    with sqlite3.connect(database) as connection:
        connection.execute("create table article (id integer primary key)")
    connection.close()
    before = database.read_bytes()

    ran = starterkit("run", cwd=site, code=1)

    assert "run --reset" in ran.err
    assert database.read_bytes() == before


@pytest.fixture
def served_site(site: Path) -> Path:
    with running(cwd=site):
        pass  # creates the database
    return site


@pytest.mark.parametrize("has_database", [True, False])
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("def (\n", "SyntaxError: invalid syntax\nin conduit/articles.py:1\n"),
        ("import flsk\n", "ModuleNotFoundError: No module named 'flsk'. Did you mean flask? If it is a"),
        ("print('here')\n1 / 0\n", "ZeroDivisionError: division by zero\nin conduit/articles.py:2\n"),
        ("input()\n", "conduit/articles.py:1 waits for input from the keyboard."),
        ("x = 1\n".encode("utf-16"), "conduit/articles.py is saved as UTF-16."),
    ],
    ids=["a syntax error", "a missing module", "an exception", "input", "UTF-16"],
)
def test_code_that_cannot_start_is_named_with_its_line(
    site: Path, code: str | bytes, said: str, has_database: bool
) -> None:
    if has_database:
        (site / "instance").mkdir()
        sqlite3.connect(site / "instance" / "conduit.db").close()
        (site / "instance" / "conduit.db").touch()
    (site / "conduit" / "articles.py").write_bytes(code if isinstance(code, bytes) else code.encode())

    ran = starterkit("run", cwd=site, code=1)

    assert f"The site can't start.\n{said}" in ran.err
    assert "Your site is at" not in ran.out


NOISY = """
import os
import sys

print("\\x1b[31mred\\x1b[0m on standard output", os.environ.get("NO_COLOR"))
print("\\x1b[1;32mgreen\\x1b[0m \\x1b[2Kon standard error", file=sys.stderr)
"""


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"NO_COLOR": None}, {"NO_COLOR": None, "TERM": "dumb"}])
def test_without_a_terminal_what_the_site_writes_has_no_color(site: Path, variables: dict[str, str | None]) -> None:
    out, err = _served(site, variables)

    assert "\x1b" not in out + err
    assert "red on standard output" in out and "green on standard error" in err


def test_color_that_is_asked_for_passes_through(site: Path) -> None:
    out, err = _served(site, {"NO_COLOR": None, "FORCE_COLOR": "1"})

    assert "\x1b[31mred\x1b[0m on" in out and "\x1b[1;32mgreen\x1b[0m" in err


@pytest.mark.parametrize("no_color", ["1", None])
def test_on_a_terminal_no_color_holds_for_what_the_site_writes(site: Path, no_color: str | None) -> None:
    factory = site / "conduit" / "__init__.py"
    factory.write_text(NOISY + factory.read_text())

    ctrl_c = [("Your site is at", "\x03")]
    shown = on_terminal("run", cwd=site, code=130, env={"NO_COLOR": no_color}, answers=ctrl_c)

    assert ("\x1b[31mred" in shown, "red on standard output" in shown) == (no_color is None, no_color is not None)


def _served(site: Path, variables: dict[str, str | None]) -> tuple[str, str]:
    """Serve a site that writes in color; return what was written until it answered."""
    factory = site / "conduit" / "__init__.py"
    factory.write_text(NOISY + factory.read_text())
    process = subprocess.Popen(
        [*PROGRAM, "run"],
        cwd=site,
        env=environment(**variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first = process.stdout.readline()
        while "Your site is at" not in first.splitlines()[-1]:
            first += process.stdout.readline()
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    return first + out, err


def test_a_module_that_hides_pythons_own_is_named(site: Path) -> None:
    (site / "email.py").write_text("x = 1\n")

    assert "email.py hides Python's own module email." in starterkit("run", cwd=site, code=1).err


def test_a_damaged_database_is_named_and_reset_creates_a_new_one(served_site: Path) -> None:
    database = served_site / "instance" / "conduit.db"
    database.write_text("garbage\n")

    ran = starterkit("run", cwd=served_site, code=1)

    assert "instance/conduit.db is damaged, or it isn't a database." in ran.err
    assert "run --reset" in ran.err
    assert database.read_text() == "garbage\n"
    with running("--reset", cwd=served_site):
        pass
    assert [one.read_bytes() for one in database.parent.glob("conduit-*.db")] == [b"garbage\n"]


def test_a_locked_database_is_named(served_site: Path) -> None:
    connection = sqlite3.connect(served_site / "instance" / "conduit.db", isolation_level=None)
    connection.execute("begin exclusive")
    try:
        ran = starterkit("run", cwd=served_site, code=1)
    finally:
        connection.close()

    assert "instance/conduit.db is locked by another program." in ran.err


def test_a_database_that_is_a_folder_is_named_and_reset_keeps_it(site: Path) -> None:
    (site / "instance" / "conduit.db").mkdir(parents=True)

    ran = starterkit("run", cwd=site, code=1)

    assert "instance/conduit.db is a folder, not a database." in ran.err
    assert "run --reset" in ran.err
    with running("--reset", cwd=site):
        pass


def test_a_file_in_place_of_the_databases_folder_is_named(site: Path) -> None:
    (site / "instance").write_text("mine")

    ran = starterkit("run", cwd=site, code=1)

    assert "instance is a file, not a folder." in ran.err
    assert (site / "instance").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_database_folder_without_the_right_to_write_is_named(served_site: Path) -> None:
    folder = served_site / "instance"
    folder.chmod(0o500)
    try:
        ran = starterkit("run", cwd=served_site, code=1)
    finally:
        folder.chmod(0o700)

    assert "instance/conduit.db can't be written." in ran.err


def test_a_failure_without_a_known_cause_shows_the_last_lines_and_names_doctor(site: Path) -> None:
    (site / "conduit" / "articles.py").write_text("import os\nprint('the last words', flush=True)\nos._exit(7)\n")

    ran = starterkit("run", cwd=site, code=1)

    assert "the last words" in ran.err
    assert "doctor" in ran.err
