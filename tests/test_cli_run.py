"""run without a terminal: the port, the database, and a site that does not start."""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
from pathlib import Path
from urllib.request import urlopen

import pytest
from commands import PROGRAM, environment, on_terminal, starterkit
from sites import running


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

    assert f"Something listens on port {port} already." in ran.err
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


def test_a_site_that_does_not_start_is_red_and_leads_to_check(site: Path) -> None:
    with running(cwd=site):
        pass  # makes the database
    (site / "conduit" / "articles.py").write_text("def (\n")

    ran = starterkit("run", cwd=site, code=1)

    assert "SyntaxError" in ran.err
    assert "Your site is at" not in ran.out
    assert ran.out.rstrip().splitlines()[-1].endswith(" check")


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
    features = site / "conduit" / "features.py"
    features.write_text(NOISY + features.read_text())

    ctrl_c = [("Your site is at", "\x03")]
    shown = on_terminal("run", cwd=site, code=130, env={"NO_COLOR": no_color}, answers=ctrl_c)

    assert ("\x1b[31mred" in shown, "red on standard output" in shown) == (no_color is None, no_color is not None)


def _served(site: Path, variables: dict[str, str | None]) -> tuple[str, str]:
    """Serve a site that writes in color; return what was written until it answered."""
    features = site / "conduit" / "features.py"
    features.write_text(NOISY + features.read_text())
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
