"""run without a terminal: the port, the database, and a site that does not start."""

from __future__ import annotations

import socket
import sqlite3
from pathlib import Path
from urllib.request import urlopen

from commands import starterkit
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
