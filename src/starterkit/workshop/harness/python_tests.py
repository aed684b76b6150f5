"""Runs pytest in the sandbox and reports each outcome over a pipe, signed; started as a script by `workshop grade`.

Everything lives inside functions, so that no module holds what the submission's code could take. The outcome of a test
is what the call of its function did, seen here and not read from a report. Beside each test stands a twin that can only
fail: where one does not, somebody meddles with outcomes.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib.util
import inspect
import json
import os
import random
import secrets
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

Send = Callable[..., None]


def hmac_with(key: bytes) -> Callable[[bytes], str]:
    """Return what signs with a key."""
    import hmac

    digest = hmac.digest

    def sign(body: bytes) -> str:
        return digest(key, body, "sha256").hex()

    return sign


def sender(report_end: int, sign: Callable[[bytes], str]) -> Send:
    """Return what sends an event over the pipe, signed and counted; a child that was forked sends nothing."""
    own = os.getpid()
    write, dumps, getpid = os.write, json.dumps, os.getpid
    lock = threading.RLock()
    count = [0]

    def send(event: str, **more: object) -> None:
        if getpid() != own:
            return  # a child that the submission forked, and that came back here
        with lock:
            body = dumps({"event": event, "n": count[0], **more}).encode()
            line = sign(body).encode() + b" " + body + b"\n"
            count[0] += 1
            try:
                while line:
                    line = line[write(report_end, line) :]
            except OSError:
                return  # the pipe was closed by the submission: what is not heard counts as not run

    return send


def teller(send: Send) -> Callable[[str], None]:
    """Return what tells that somebody meddles, each way once."""
    told: set[str] = set()

    def tampered(what: str) -> None:
        if what not in told and len(told) < 20:
            told.add(what)
            send("tampered", what=what[:300])

    return tampered


def words_of(report: object) -> dict[str, str]:
    """Return what a report of pytest says, in short and whole, as far as there is room."""
    representation = getattr(report, "longrepr", None)
    crash = getattr(representation, "reprcrash", None)
    message = str(getattr(crash, "message", "") or "")
    if isinstance(representation, tuple):  # a skip: file, line, reason
        message = str(representation[2])
    text = str(getattr(report, "longreprtext", "") or "")
    return {
        "message": message[:8000],
        "text": text if len(text) < 24000 else text[:12000] + "\n…\n" + text[-12000:],
    }


def twin_maker(twins: dict[int, AssertionError]) -> Callable[[Any], Any]:
    """Return what makes the twin of a test: of the same name, and it can only fail, with the error noted in `twins`."""
    import pytest

    Failure, Function = builtins.AssertionError, pytest.Function  # noqa: N806
    fails = compile("def twin(**_):\n    raise failure\n", "<twin>", "exec")

    def make_twin(item: Any) -> pytest.Function:
        failure = Failure(secrets.token_hex(16))
        made = {"failure": failure}
        exec(fails, made)  # noqa: S102  # from no file: pytest has no source to look through for its words
        more = {"callspec": item.callspec} if hasattr(item, "callspec") else {}
        other = Function.from_parent(
            item.parent,
            name=item.name,
            callobj=made["twin"],
            fixtureinfo=item._fixtureinfo,
            originalname=item.originalname,
            **more,
        )
        other.own_markers[:] = item.own_markers
        twins[id(other)] = failure
        return other

    return make_twin


def collecting(
    settings: dict[str, Any],
    site: str,
    send: Send,
    tampered: Callable[[str], None],
    watch: Any,
    twin_of: Callable[[Any], Any],
) -> object:
    """Return the plugin that knows all that is trusted, and puts a twin beside each test."""
    import pytest

    exact, choose = type, random.SystemRandom()
    Function = pytest.Function  # noqa: N806

    class Collecting:
        """The plugin."""

        @pytest.hookimpl(wrapper=True, tryfirst=True)  # around what other plugins do here: pytest-django loads the site
        def pytest_load_initial_conftests(self) -> Generator[None, object, object]:
            """Know all that is trusted before a file of the site can be imported."""
            for name in settings["preload"]:
                try:
                    __import__(name)
                except Exception:  # noqa: S112  # the tests will say so themselves
                    continue
            watch.remember()
            send("begun")
            watch.listen({file.partition("/")[0] + "/" for file in settings["tests"]})
            sys.path.append(site)
            return (yield)

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            both: list[pytest.Item] = []
            for item in items:
                pair: list[pytest.Item] = [item]
                if exact(item) is Function:
                    pair.insert(choose.randrange(2), twin_of(item))
                both += pair
            items[:] = both

        @pytest.hookimpl(trylast=True)
        def pytest_collection_finish(self, session: pytest.Session) -> None:
            watch.look(everywhere=True)
            watch.remember()
            for file, digested in settings["tests"].items():
                path = Path(site, file)
                data = path.read_bytes() if path.is_file() else b""
                if hashlib.sha256(data).hexdigest() != digested:
                    tampered(f"it changed {file}")
                for gone in (path, *path.parent.glob(f"__pycache__/{path.stem}.*")):
                    gone.unlink(missing_ok=True)
            send("collected", tests=len(session.items))

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                send("broken", file=report.nodeid, **words_of(report))

        def pytest_internalerror(self, excrepr: object) -> None:
            send("internal", message=str(excrepr)[-8000:])

    return Collecting()


def shows(report: Any, call: Any, failure: AssertionError) -> bool:
    """Tell whether a report is of exactly this failure."""
    raised = call.excinfo is not None and call.excinfo.value is failure
    return raised and report.outcome == "failed" and str(failure) in str(report.longrepr)


def running(send: Send, tampered: Callable[[str], None], watch: Any, twins: dict[int, AssertionError]) -> object:
    """Return the plugin that calls each test, sees how that ends, and sends it."""
    import pytest

    choose = random.SystemRandom()
    called: dict[int, str] = {}
    failed: dict[int, dict[str, str]] = {}

    class Running:
        """The plugin."""

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
            number = id(item)
            where = {"test": getattr(item, "originalname", None) or item.name, "file": item.nodeid.partition("::")[0]}
            send("between" if number in twins else "began", **where)
            try:
                return (yield)
            finally:
                if number in twins:
                    send("rested")
                    if called.get(number) in ("passed", "forged"):
                        tampered("a test that can only fail did not: outcomes are being changed")
                else:
                    bad = failed.get(number)
                    ok = called.get(number) == "passed" and bad is None
                    send("ended", outcome="passed" if ok else "failed", **where, **(bad or {}))

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> object:
            number = id(pyfuncitem)
            if inspect.iscoroutinefunction(pyfuncitem.obj):
                return None  # an asynchronous test needs somebody else to call it, so nothing is known of it
            arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
            called[number] = "called"
            try:
                pyfuncitem.obj(**arguments)
            except BaseException as error:
                called[number] = "raised" if number not in twins or error is twins[number] else "disturbed"
                raise
            if number in twins:
                called[number] = "passed"
                return True
            watch.look(everywhere=choose.randrange(16) == 0)
            called[number] = "passed"
            return True

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_makereport(
            self, item: pytest.Item, call: pytest.CallInfo[None]
        ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
            report = yield
            number = id(item)
            if number in twins:
                if call.when == "call" and called.get(number) == "raised":
                    called[number] = "failed as it has to" if shows(report, call, twins[number]) else "forged"
            elif report.outcome != "passed":
                failed.setdefault(number, {**words_of(report), "phase": report.when, "kind": report.outcome})
            return report

    return Running()


def watching_of(site: str, trusted: Any, tampered: Callable[[str], None]) -> Any:
    """Return what watches over the trusted code; its module is known to no one else."""
    file = Path(__file__).parent / "watching.py"
    spec = importlib.util.spec_from_file_location("_starterkit_watching", file)
    assert spec is not None and spec.loader is not None
    watching = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(watching)
    import pytest  # noqa: F401  # trusted, and known before anything is watched

    return watching.Watched(site, trusted, tampered)


def main() -> None:
    """Run the tests as the arguments say, and end the process."""
    settings = json.loads(sys.argv[1])
    secret_end, report_end = int(sys.argv[2]), int(sys.argv[3])
    chunks = []
    while piece := os.read(secret_end, 65536):
        chunks.append(piece)
    os.close(secret_end)
    send = sender(report_end, hmac_with(b"".join(chunks)))
    chunks.clear()
    os.set_inheritable(report_end, False)
    site = str(Path.cwd())
    tampered = teller(send)
    watch = watching_of(site, settings["trusted"], tampered)
    twins: dict[int, AssertionError] = {}
    own = [
        collecting(settings, site, send, tampered, watch, twin_maker(twins)),
        running(send, tampered, watch, twins),
    ]

    import pytest

    plugins = [word for name in settings["plugins"] for word in ("-p", name)]
    sys.modules["__main__"] = type(sys)("__main__")
    sys.argv[1:] = []
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the path's own are named, and no others are looked for
    options = ["-p", "no:cacheprovider", "-s", "-q", "-o", "pythonpath=", "--rootdir", site, *plugins]
    code = pytest.main([*options, *settings["arguments"]], plugins=own)
    watch.look(everywhere=True)
    send("finished", code=int(code))
    sys.stdout.flush()
    os._exit(0)  # whatever the submission left behind, nothing more of it runs


main()
