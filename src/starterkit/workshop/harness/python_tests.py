"""Runs pytest in the sandbox and reports each outcome over a pipe, signed; started as a script by `workshop grade`.

Everything lives inside functions, so that no module holds what the submission's code could take, and the plugins hold
nothing but the way to `keeping`. The outcome of a test is what the call of its function did, seen here and not read
from a report. Beside each test stands a twin that can only fail: where one does not, somebody meddles with outcomes.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Callable, Generator
from pathlib import Path
from types import FunctionType
from typing import Any

Tell = Callable[[tuple[Any, ...]], Any]


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


def collecting(tell: Tell) -> object:
    """Return the plugin that knows all that is trusted, and puts a twin beside each test."""
    import pytest

    words = words_of

    class Collecting:
        """The plugin."""

        @pytest.hookimpl(wrapper=True, tryfirst=True)  # around what other plugins do here: pytest-django loads the site
        def pytest_load_initial_conftests(self) -> Generator[None, object, object]:
            tell(("begin",))
            return (yield)

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            items[:] = tell(("paired", items))

        @pytest.hookimpl(trylast=True)
        def pytest_collection_finish(self, session: pytest.Session) -> None:
            tell(("collected", session))

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                tell(("broken", report.nodeid, words(report)))

        def pytest_internalerror(self, excrepr: object) -> None:
            tell(("internal", str(excrepr)[-8000:]))

    return Collecting()


def running(tell: Tell) -> object:
    """Return the plugin that calls each test, sees how that ends, and tells it."""
    import pytest

    words, is_asynchronous = words_of, inspect.iscoroutinefunction

    class Running:
        """The plugin."""

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
            tell(("began", item))
            try:
                return (yield)
            finally:
                tell(("ended", item))

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> object:
            call = pyfuncitem.obj
            if is_asynchronous(call):
                return None  # an asynchronous test needs somebody else to call it, so nothing is known of it
            arguments = {name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames}
            tell(("called", pyfuncitem))
            try:
                call(**arguments)
            except BaseException as error:
                tell(("raised", pyfuncitem, error))
                raise
            tell(("returned", pyfuncitem))
            return True

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_makereport(
            self, item: pytest.Item, call: pytest.CallInfo[None]
        ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
            report = yield
            tell(("reported", item, call, report, words(report) if report.outcome != "passed" else {}))
            return report

    return Running()


def part(name: str) -> Any:
    """Return another part of the harness; its module is known to no one else."""
    spec = importlib.util.spec_from_file_location(f"_starterkit_{name}", Path(__file__).parent / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Run the tests as the arguments say, and end the process."""
    settings = json.loads(sys.argv[1])
    secret_end, report_end = int(sys.argv[2]), int(sys.argv[3])
    chunks = []
    while piece := os.read(secret_end, 65536):
        chunks.append(piece)
    os.close(secret_end)
    keeping = part("keeping")
    send = keeping.sender(report_end, keeping.hmac_with(b"".join(chunks)))
    chunks.clear()
    send("started")
    os.set_inheritable(report_end, False)
    site = str(Path.cwd())
    import pytest  # trusted, and known before anything is watched

    watching = part("watching")
    spaces = keeping.spaces(globals(), vars(keeping), vars(watching))
    kept = keeping.Kept(settings, site, send, watching.Watched)
    kept.watch.trust(live for live, _ in spaces)
    ours = {main.__code__}
    vault = keeping.vault(kept, ours, spaces)
    next(vault)
    own = [collecting(vault.send), running(vault.send)]
    functions = [one for plugin in own for one in vars(type(plugin)).values() if isinstance(one, FunctionType)]
    ours.update(one.__code__ for one in functions)

    plugins = [word for name in settings["plugins"] for word in ("-p", name)]
    sys.modules["__main__"] = type(sys)("__main__")
    sys.argv[1:] = []
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the path's own are named, and no others are looked for
    options = ["-p", "no:cacheprovider", "-s", "-q", "-o", "pythonpath=", "--rootdir", site, *plugins]
    code = pytest.main([*options, *settings["arguments"]], plugins=own)
    vault.send(("over", int(code)))
    sys.stdout.flush()
    os._exit(0)  # whatever the submission left behind, nothing more of it runs


main()
