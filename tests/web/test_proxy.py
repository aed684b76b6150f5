"""The proxy shows the site in the guide's frame, and changes nothing else about it."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

import pytest

from starterkit.web.proxy import SiteProxy
from starterkit.web.safety import Access
from tests.support.guides import FramedSite, ask, served_app

GUIDE = 9998
HEADERS = [
    ("Content-Type", "text/html"),
    ("Set-Cookie", "session=a; HttpOnly; SameSite=Lax; Path=/"),
    ("Set-Cookie", "csrf=b"),
    ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'self'; frame-ancestors 'none'; form-action 'self'"),
    ("X-Other", "stays"),
    ("Keep-Alive", "timeout=5"),
]


def answer(request: BaseHTTPRequestHandler, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
    match request.path.partition("?")[0]:
        case "/moved":
            return 303, [("Location", "/there"), ("Content-Length", "0")], b""
        case "/empty":
            return 204, [], b""
        case "/missing":
            return 404, [("Content-Length", "4")], b"none"
        case "/large":
            return 200, [], b"0123456789" * 500_000
        case "/only-frames":
            return 200, [("Content-Security-Policy", "frame-ancestors 'self'"), ("Content-Length", "2")], b"ok"
        case "/two":
            return (
                200,
                [
                    ("Content-Security-Policy", "img-src 'self', frame-ancestors x; script-src y"),
                    ("Content-Length", "2"),
                ],
                b"ok",
            )
    return 200, [*HEADERS, ("Content-Length", str(4 + len(body)))], b"page" + body


class Proxied:
    """A proxy in front of a site."""

    def __init__(self, site: FramedSite) -> None:
        self.site, self.pages = site, list[str]()
        self.port, self.proxy = 0, None
        self.proxy: SiteProxy
        self.loop: asyncio.AbstractEventLoop

    @contextmanager
    def served(self) -> Iterator[None]:
        def make(port: int, loop: asyncio.AbstractEventLoop) -> SiteProxy:
            self.loop = loop
            self.proxy = SiteProxy(Access(GUIDE, port), self.pages.append)
            return self.proxy

        with served_app(make) as self.port:
            yield


@pytest.fixture
def proxied() -> Iterator[Proxied]:
    proxied = Proxied(FramedSite(answer))
    with proxied.site.served() as site_port, proxied.served():
        proxied.proxy.port = site_port
        yield proxied


def test_the_site_may_be_framed_by_the_guide_only(proxied: Proxied) -> None:
    page = ask(proxied.port)

    assert page.body == b"page"
    assert "X-Frame-Options" not in page.headers
    assert page.headers.get_all("Content-Security-Policy") == [
        f"frame-ancestors http://127.0.0.1:{GUIDE}",
        "default-src 'self'; form-action 'self'",
    ]


def test_all_other_headers_stay(proxied: Proxied) -> None:
    page = ask(proxied.port)

    assert page.headers["X-Other"] == "stays"
    assert page.headers.get_all("Set-Cookie") == ["session=a; HttpOnly; SameSite=Lax; Path=/", "csrf=b"]
    assert "Keep-Alive" not in page.headers


@pytest.mark.parametrize(("path", "kept"), [("/only-frames", []), ("/two", ["img-src 'self', script-src y"])])
def test_only_the_directive_on_frames_is_removed(proxied: Proxied, path: str, kept: list[str]) -> None:
    assert ask(proxied.port, path=path).headers.get_all("Content-Security-Policy", [])[1:] == kept


def test_the_site_sees_one_origin(proxied: Proxied) -> None:
    own = f"127.0.0.1:{proxied.port}"
    sent = ask(proxied.port, "POST", "/form?a=1&b=%20", body=b"title=x", Origin=f"http://{own}", Cookie="session=a")

    assert sent.body == b"pagetitle=x"
    method, path, headers, body = proxied.site.seen[-1]
    assert (method, path, body) == ("POST", "/form?a=1&b=%20", b"title=x")
    assert {name.lower(): value for name, value in headers.items()} | {
        "host": own,
        "origin": f"http://{own}",
        "cookie": "session=a",
        "connection": "close",
    } == {name.lower(): value for name, value in headers.items()}


@pytest.mark.parametrize("path", ["/article/caf%C3%A9", "/a%2Fb?q=%26", "/tag/c%2B%2B", "/a;b=1/.."])
def test_the_path_is_passed_on_as_it_was_typed(proxied: Proxied, path: str) -> None:
    ask(proxied.port, path=path)

    assert proxied.site.seen[-1][1] == path


@pytest.mark.parametrize(("path", "status"), [("/moved", 303), ("/empty", 204), ("/missing", 404)])
def test_every_status_is_passed_on(proxied: Proxied, path: str, status: int) -> None:
    passed = ask(proxied.port, path=path)

    assert passed.status == status
    assert passed.headers["Location"] == ("/there" if status == 303 else None)


def test_large_bodies_pass_in_both_directions(proxied: Proxied) -> None:
    upload = b"x" * 3_000_000
    assert ask(proxied.port, "POST", "/form", body=upload).body == b"page" + upload
    assert (
        ask(proxied.port, "POST", "/form", body=iter([b"a" * 70_000, b"b" * 70_000])).body[4:]
        == b"a" * 70_000 + b"b" * 70_000
    )
    assert len(ask(proxied.port, path="/large").body) == 5_000_000
    assert ask(proxied.port, "HEAD", "/large").body == b""


def test_pages_in_the_frame_are_remembered(proxied: Proxied) -> None:
    ask(proxied.port, path="/article/x?y=1", Sec_Fetch_Dest="iframe")
    ask(proxied.port, "POST", "/form", body=b"", Sec_Fetch_Dest="iframe")
    ask(proxied.port, path="/style.css", Sec_Fetch_Dest="style")
    ask(proxied.port, path="/other")

    assert proxied.pages == ["/article/x?y=1"]


def test_websockets_are_rejected(proxied: Proxied) -> None:
    upgraded = ask(proxied.port, Connection="Upgrade", Upgrade="websocket")

    assert upgraded.status == 501
    assert proxied.site.seen == []


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1:1"])
def test_a_foreign_host_does_not_reach_the_site(proxied: Proxied, host: str) -> None:
    assert ask(proxied.port, Host=host.format(port=proxied.port)).status == 403
    assert proxied.site.seen == []


def test_without_a_site_the_page_says_so(proxied: Proxied) -> None:
    proxied.proxy.port = None

    answered = ask(proxied.port)

    assert answered.status == 502
    assert b"The site isn't answering" in answered.body


def test_a_site_that_restarts_is_waited_for() -> None:
    proxied = Proxied(FramedSite(answer))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    answers = []
    with proxied.served():
        proxied.proxy.port = port
        asking = threading.Thread(target=lambda: answers.append(ask(proxied.port)))
        asking.start()
        time.sleep(0.3)
        with proxied.site.served(port):
            asking.join(20)

    assert [each.body for each in answers] == [b"page"]


def test_the_end_of_the_process_is_noticed() -> None:
    proxied = Proxied(FramedSite(answer))
    with proxied.served(), socket.create_server(("127.0.0.1", 0)) as listener:
        proxied.proxy.port = listener.getsockname()[1]
        waiting = asyncio.run_coroutine_threadsafe(proxied.proxy.wait_for_restart(20), proxied.loop)
        connection, _ = listener.accept()
        assert not waiting.done()
        connection.close()

        assert waiting.result(10) is True
        still = asyncio.run_coroutine_threadsafe(proxied.proxy.wait_for_restart(0.05), proxied.loop)
        assert still.result(10) is False


@pytest.mark.parametrize("reply", [b"", b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"])
def test_a_broken_answer_ends_the_request(reply: bytes) -> None:
    proxied = Proxied(FramedSite(answer))
    with proxied.served(), socket.create_server(("127.0.0.1", 0)) as listener:
        proxied.proxy.port = listener.getsockname()[1]

        def reply_once() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(reply)

        site = threading.Thread(target=reply_once)
        site.start()
        with socket.create_connection(("127.0.0.1", proxied.port), 20) as visitor:
            visitor.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{proxied.port}\r\n\r\n".encode())
            received = visitor.recv(65536)
            while piece := visitor.recv(65536) if b"half" in received else b"":
                received += piece
        site.join(20)

    assert received.startswith(b"HTTP/1.1 200" if b"half" in reply else b"HTTP/1.1 502")
