"""A failed download is named for what it is if the words of uv or npm say so, and is otherwise called unknown."""

from __future__ import annotations

import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from starterkit.errors import EnvironmentProblem, ExitCode, StarterkitError, UsageError
from starterkit.process import Completed
from starterkit.runtime import npm
from starterkit.runtime.causes import NoNetworkError, NoSuchPackagesError, UnknownCauseError, cause_of, failure
from starterkit.runtime.prepare import compile_pins, prepare
from starterkit.template.model import EnvironmentSpec
from tests.runtime.test_node import NODE
from tests.runtime.test_node import declaration as node_declaration
from tests.support.commands import starterkit
from tests.support.projects import PYTHON, Index, declaration, write_tree
from tests.support.registries import Registry

pytestmark = pytest.mark.slow

with_node = pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="no Node on this machine")
KINDS = ["python", pytest.param("node", marks=with_node)]


class Impostor:
    """A server that answers every request, of clients and of proxies' clients, in one and the same bad way."""

    def __init__(self, answer: int | str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if answer == "hangs":
                    released.wait(60)
                if not isinstance(answer, int):
                    return
                body = b"<html><body>Please log in</body></html>"
                self.send_response(answer)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_CONNECT(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:
                return

        self.released = released = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.place = f"127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def stop(self) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Caches that hold nothing yet, no second try, and no setting of the machine's."""
    for name in [name for name in os.environ if name.upper().startswith("UV_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "npm"))
    monkeypatch.setattr(npm, "_QUICK", ("--fetch-retries=0", "--fetch-timeout=30000"))


@pytest.fixture
def projects(tmp_path: Path, caches: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Path]]:
    """A Python project and a Node project with pins; nothing of their packages is on this machine."""
    index, registry = Index(), Registry()
    index.add("bread", "1.0")
    registry.add("bread", "1.0.0")
    python = write_tree(tmp_path / "python", {"pyproject.toml": declaration("bread")})
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    (python / "requirements.txt").write_bytes(compile_pins((python / "pyproject.toml").read_bytes(), None, PYTHON))
    node = write_tree(tmp_path / "node", {"package.json": node_declaration(bread="1.0.0")})
    (node / "package-lock.json").write_text(_lock(registry), "utf-8")
    shutil.rmtree(tmp_path / "uv")
    yield {"python": python, "node": node}
    index.stop()
    registry.stop()


def _lock(registry: Registry) -> str:
    root = {"name": "probe", "version": "1.0.0", "dependencies": {"bread": "1.0.0"}}
    bread = {"version": "1.0.0", "integrity": registry.hashes["bread@1.0.0"]}
    packages = {"": root, "node_modules/bread": bread}
    return json.dumps({"name": "probe", "version": "1.0.0", "lockfileVersion": 3, "packages": packages})


def failed(project: Path, kind: str) -> StarterkitError:
    environment: EnvironmentSpec = {"python": PYTHON, "node": NODE}[kind]
    with pytest.raises(StarterkitError) as raised:
        prepare(project, environment)
    return raised.value


def ask(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"{address}/simple")
    monkeypatch.setenv("npm_config_registry", f"{address}/")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (401, "the package index asks for a login (401)"),
        (403, "the package index refuses access (403)"),
        (503, "the package index returned the error 503"),
        ("hangs", "because the response takes too long"),
        ("hangs up", "starterkit needs the network once"),
    ],
)
def test_what_the_package_index_answers_is_named(
    projects: dict[str, Path], monkeypatch: pytest.MonkeyPatch, kind: str, answer: int | str, words: str
) -> None:
    impostor = Impostor(answer)
    ask(monkeypatch, f"http://{impostor.place}")
    if answer == "hangs":
        monkeypatch.setenv("UV_HTTP_TIMEOUT", "1")
        monkeypatch.setattr(npm, "_QUICK", ("--fetch-retries=0", "--fetch-timeout=1000"))

    wrong = failed(projects[kind], kind)

    impostor.stop()
    assert isinstance(wrong, NoNetworkError)
    assert words in wrong.message
    assert "list," not in wrong.fix


@pytest.mark.parametrize("kind", KINDS)
def test_a_proxy_that_asks_for_a_password_is_named_soon(
    projects: dict[str, Path], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    proxy = Impostor(407)
    ask(monkeypatch, "https://packages.example")
    monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.place}")
    begun = time.monotonic()

    wrong = failed(projects[kind], kind)

    proxy.stop()
    assert "the proxy asks for a user name and password (407)" in wrong.message
    assert "HTTPS_PROXY" in wrong.fix
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize("kind", KINDS)
def test_a_connection_that_cannot_be_encrypted_is_named(
    projects: dict[str, Path], monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    impostor = Impostor(200)
    ask(monkeypatch, f"https://{impostor.place}")

    wrong = failed(projects[kind], kind)

    impostor.stop()
    assert "(TLS)" in wrong.message
    assert "SSL_CERT_FILE" in wrong.fix


@with_node
def test_a_login_page_is_named_if_npm_says_so(projects: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    portal = Impostor(200)
    ask(monkeypatch, f"http://{portal.place}")

    wrong = failed(projects["node"], "node")

    portal.stop()
    assert "the server returned a web page instead of packages" in wrong.message
    assert "Open a web page in your browser" in wrong.fix


def test_a_setting_that_hides_new_packages_is_named_for_uv(
    projects: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_EXCLUDE_NEWER", "2001-01-01")

    wrong = failed(projects["python"], "python")

    assert "a setting hides packages that are newer than a date" in wrong.message
    assert "UV_EXCLUDE_NEWER" in wrong.fix


@with_node
def test_a_setting_that_hides_new_packages_is_named_for_npm(
    projects: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry()
    registry.add("bread", "1.0.0")
    ask(monkeypatch, registry.url.rstrip("/"))
    monkeypatch.setenv("npm_config_before", "2001-01-01")
    (projects["node"] / "package-lock.json").unlink()
    (projects["node"] / "package.json").write_text(node_declaration(bread="*"), "utf-8")

    wrong = failed(projects["node"], "node")

    registry.stop()
    assert "a setting hides packages that are newer than a date" in wrong.message
    assert "npm's setting before" in wrong.message


def test_a_setting_that_turns_the_network_off_is_named(
    projects: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_OFFLINE", "1")

    assert "UV_OFFLINE" in failed(projects["python"], "python").fix


def test_a_download_that_a_setting_forbids_is_named_the_same_way() -> None:
    words = (
        "Failed to download `a==1`\nNetwork connectivity is disabled, but the requested data wasn't found in the cache"
    )
    found = cause_of(words)

    assert found is not None and "UV_OFFLINE" in found[0].fix


# --- whose list it is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", [pytest.param(200, marks=pytest.mark.nightly), 404])
def test_an_unchanged_list_is_never_blamed(
    tmp_path: Path, caches: None, monkeypatch: pytest.MonkeyPatch, answer: int
) -> None:
    portal = Impostor(answer)
    ask(monkeypatch, f"http://{portal.place}")

    new = ("new", "site", "-f", "flask", "--defaults")
    words = starterkit(*new, cwd=tmp_path, code=ExitCode.ENVIRONMENT).err
    starterkit(*new, "--no-install", cwd=tmp_path)
    site = tmp_path / "site"
    words += starterkit("check", cwd=site, code=ExitCode.ENVIRONMENT).err

    words = " ".join(words.split())
    assert "Fix the list" not in words
    assert words.count("The list of packages is from the template, and you didn't change it.") == 2
    assert "doctor" in words
    file = site / "pyproject.toml"
    file.write_text(file.read_text("utf-8").replace("dependencies = [", 'dependencies = [\n    "no-such-thing",', 1))
    assert "Fix the list" in starterkit("check", cwd=site, code=ExitCode.USAGE).err
    portal.stop()


# --- words that were recorded --------------------------------------------------------------------------------------

_DNS = """error: Request failed after 1 retry in 1.2s
  cause: Failed to fetch: https://packages.example/simple/flask/
  cause: error sending request for url (https://packages.example/simple/flask/)
  cause: client error (Connect)
  cause: dns error
  cause: failed to lookup address information: Name or service not known
"""
_SELF_SIGNED = """npm error code DEPTH_ZERO_SELF_SIGNED_CERT
npm error errno DEPTH_ZERO_SELF_SIGNED_CERT
npm error request to https://localhost:36559/marked failed, reason: self-signed certificate
npm error A complete log of this run can be found in: /home/a/.npm/_logs/2026-debug-0.log
"""
_DISK = """error: Failed to write to the client cache
  cause: failed to write to file `/c/.tmpb9WKyG`: No space left on device (os error 28)
"""
_CACHE = """error: Failed to initialize cache at `rc/c`
  cause: failed to create directory `rc/c`: Read-only file system (os error 30)
"""
_PYTHON = """error: No solution found when resolving dependencies
  cause: Because the current Python version (3.11.7) does not satisfy Python>=3.13 and you require new==1, we can
"""
_PLATFORM = "npm error code EBADPLATFORM\nnpm error notsup Unsupported platform for fsevents@2.3.3\n"
_CONFLICT = "npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve dependency tree\n"
_EXPIRED = """error: Failed to fetch: https://packages.example/simple/
  cause: invalid peer certificate: certificate expired: verification time 1796 (UNIX)
"""


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        (_DNS, NoNetworkError, "the host of the package index is unknown"),
        ("npm error code ENOTFOUND\nnpm error syscall getaddrinfo\n", NoNetworkError, "is unknown"),
        ("npm error code ECONNREFUSED\nnpm error syscall connect\n", NoNetworkError, "needs the network once"),
        (_SELF_SIGNED, NoNetworkError, "(TLS)"),
        (_EXPIRED, NoNetworkError, "the certificate of the package index isn't valid today"),
        (_DISK, EnvironmentProblem, "The disk is too full for the packages."),
        ("npm error code ENOSPC\nnpm error syscall write\n", EnvironmentProblem, "The disk is too full"),
        (_CACHE, EnvironmentProblem, "you have no permission to write there"),
        (
            "npm error code EACCES\nnpm error syscall mkdir\n",
            EnvironmentProblem,
            "you have no permission to write there",
        ),
        (
            "npm error code EINTEGRITY\nnpm error sha512-x integrity checksum failed\n",
            EnvironmentProblem,
            "hash differs",
        ),
        (_PYTHON, NoSuchPackagesError, "isn't made for this system or this Python"),
        (_PLATFORM, NoSuchPackagesError, "isn't made for this system or this Python"),
        (_CONFLICT, NoSuchPackagesError, "doesn't offer them as they are listed"),
        ("error: Failed to build `lxml==6.0`\n", NoSuchPackagesError, "must be built on this machine"),
    ],
)
def test_known_words_name_their_cause(text: str, kind: type[StarterkitError], words: str) -> None:
    wrong = failure(Completed(("uv",), 2, b"", text.encode()), "the packages")

    assert isinstance(wrong, kind)
    assert words in wrong.message
    assert "debug-0.log" not in wrong.message


@pytest.mark.parametrize("text", ["error: Failed to parse: uv.toml\n  cause: unclosed array", "segmentation fault", ""])
def test_an_unknown_cause_is_called_unknown_with_the_programs_words(text: str) -> None:
    wrong = failure(Completed(("uv", "pip"), 2, b"", text.encode()), "the packages")

    assert isinstance(wrong, UnknownCauseError)
    assert not isinstance(wrong, UsageError)
    assert "The packages can't be installed. The cause is unknown.\nuv ended with exit code 2" in wrong.message
    assert text.rpartition("cause: ")[2] in wrong.message
    assert "`starterkit doctor`" in wrong.fix


def test_version_numbers_are_not_taken_for_a_status() -> None:
    text = "error: No solution found\n  cause: Because there is no version of a==4.0.7 and b==407, c==503 need it\n"

    assert isinstance(failure(Completed(("uv",), 1, b"", text.encode()), "the packages"), NoSuchPackagesError)


def test_npms_own_words_keep_its_code_and_lose_its_advice() -> None:
    text = "npm error code EODD\nnpm error errno EODD\nnpm error network\nnpm error odd thing\n    at run (a.js:1:2)\n"

    wrong = failure(Completed(("node", "npm-cli.js"), 1, b"", text.encode()), "the packages")

    assert wrong.message.split("\n")[1:] == ["npm ended with exit code 1:", "code EODD", "odd thing"]
