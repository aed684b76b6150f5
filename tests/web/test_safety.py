"""The guide answers its own page and nobody else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from starterkit.web.asgi import Handlers, guide_app
from starterkit.web.events import Events
from starterkit.web.safety import Access
from tests.support.guides import ask, served_app

TOKEN = "the token of this start"
SITE = 9999


class Guide:
    """A guide whose one action, `hint`, is only counted."""

    def __init__(self) -> None:
        self.port, self.acted = 0, 0

    def act(self, name: str, options: dict[str, Any]) -> dict[str, Any]:
        if name != "hint":
            raise KeyError(name)
        self.acted += 1
        return {"text": "A hint.", **options}


@pytest.fixture
def guide() -> Iterator[Guide]:
    guide = Guide()
    handlers = Handlers("<my site>", lambda: {"tests": []}, guide.act)
    with served_app(lambda port, loop: guide_app(Access(port, SITE, TOKEN), Events(loop), handlers)) as port:
        guide.port = port
        yield guide


def test_the_page_has_a_token_and_a_strict_policy(guide: Guide) -> None:
    page = ask(guide.port)

    assert page.status == 200
    assert TOKEN in page.body.decode() and "&lt;my site&gt;" in page.body.decode()
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'")
    assert f"frame-src http://127.0.0.1:{SITE}" in policy and "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy and "*" not in policy
    for name, value in {
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }.items():
        assert page.headers[name] == value
    assert "Set-Cookie" not in page.headers
    assert "Access-Control-Allow-Origin" not in page.headers


def test_page_style_and_script_have_at_most_60_kilobytes_and_nothing_from_elsewhere(guide: Guide) -> None:
    parts = [ask(guide.port, path=path).body for path in ("/", "/guide.css", "/guide.js")]

    assert sum(map(len, parts)) <= 60_000
    for part in parts:
        urls = part.replace(b"http://www.w3.org/2000/svg", b"").replace(f"http://127.0.0.1:{SITE}".encode(), b"")
        assert b"http://" not in urls and b"https://" not in urls and b"//cdn" not in urls


@pytest.mark.parametrize("path", ["/", "/guide.js", "/events", "/nothing"])
@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", None]
)
def test_a_foreign_host_is_rejected(guide: Guide, host: str | None, path: str) -> None:
    rejected = ask(guide.port, path=path, Host=host and host.format(port=guide.port))

    assert rejected.status == (400 if host is None else 403)  # uvicorn rejects a request without Host
    assert TOKEN not in rejected.body.decode()


def test_localhost_leads_to_the_page_on_127_0_0_1(guide: Guide) -> None:
    sent_on = ask(guide.port, Host=f"localhost:{guide.port}")

    assert (sent_on.status, sent_on.headers["Location"]) == (307, f"http://127.0.0.1:{guide.port}/")


def test_an_action_runs_with_the_token(guide: Guide) -> None:
    done = ask(
        guide.port,
        "POST",
        "/api/hint",
        body=b'{"more": 1}',
        X_Guide_Token=TOKEN,
        Origin=f"http://127.0.0.1:{guide.port}",
    )

    assert (done.status, done.json) == (200, {"text": "A hint.", "more": 1})
    assert guide.acted == 1


@pytest.mark.parametrize("token", [None, "", "wrong", TOKEN[:-1], TOKEN + "x", "é"])
def test_an_action_without_the_token_is_rejected(guide: Guide, token: str | None) -> None:
    assert ask(guide.port, "POST", "/api/hint", body=b"{}", X_Guide_Token=token).status == 403
    assert guide.acted == 0


@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", f"http://127.0.0.1:{SITE}", "https://127.0.0.1:{port}", "http://127.0.0.1"],
)
def test_an_action_from_a_foreign_origin_is_rejected_even_with_the_token(guide: Guide, origin: str) -> None:
    origin = origin.format(port=guide.port)

    rejected = ask(guide.port, "POST", "/api/hint", body=b"{}", X_Guide_Token=TOKEN, Origin=origin)

    assert rejected.status == 403
    assert guide.acted == 0


@pytest.mark.parametrize("site", ["same-site", "cross-site"])
@pytest.mark.parametrize("path", ["/", "/guide.js", "/events", "/api/hint"])
def test_other_pages_cannot_load_anything(guide: Guide, path: str, site: str) -> None:
    """The framed site is on the same host, so browsers call it `same-site`."""
    rejected = ask(guide.port, path=path, Sec_Fetch_Site=site, Sec_Fetch_Mode="no-cors", Sec_Fetch_Dest="script")
    framed = ask(guide.port, path=path, Sec_Fetch_Site=site, Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="iframe")

    assert (rejected.status, framed.status) == (403, 403)
    assert guide.acted == 0


def test_a_link_on_another_page_may_open_the_guide(guide: Guide) -> None:
    opened = ask(guide.port, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="navigate", Sec_Fetch_Dest="document")

    assert opened.status == 200


def test_a_question_in_advance_gets_no_permission(guide: Guide) -> None:
    """Before another page may send a header of its own, its browser asks with OPTIONS."""
    asked = ask(
        guide.port,
        "OPTIONS",
        "/api/hint",
        Origin=f"http://127.0.0.1:{SITE}",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="x-guide-token",
    )

    assert asked.status == 403
    assert not [name for name in asked.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/nothing", b"{}", 404),
        ("POST", "/api/hint", b"[1]", 400),
        ("POST", "/api/hint", b"not JSON", 400),
        ("POST", "/api/hint", b" " * 20_000, 413),
        ("GET", "/api/hint", None, 405),
        ("POST", "/", b"", 405),
        ("GET", "/static/../guide.html", None, 404),
        ("GET", "/guide.html", None, 404),
    ],
)
def test_odd_requests_are_rejected(guide: Guide, method: str, path: str, body: bytes | None, status: int) -> None:
    assert ask(guide.port, method, path, body=body, X_Guide_Token=TOKEN).status == status
    assert guide.acted == 0


def test_the_guide_listens_on_this_machine_only() -> None:
    from starterkit.web import server

    with server._bound(None) as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_each_start_has_another_token() -> None:
    tokens = {Access(1, 2).token for _ in range(50)}

    assert len(tokens) == 50 and min(map(len, tokens)) >= 40
    assert next(iter(tokens)) not in repr(Access(1, 2, next(iter(tokens))))


def test_the_answer_to_a_failed_action_is_its_error(guide: Guide) -> None:
    failed = ask(
        guide.port, "POST", "/api/hint", body=json.dumps({"error": {"message": "No."}}).encode(), X_Guide_Token=TOKEN
    )

    assert (failed.status, failed.json["error"]["message"]) == (409, "No.")
