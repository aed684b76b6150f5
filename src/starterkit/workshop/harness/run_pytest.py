"""Runs pytest in the sandbox and reports each outcome over a pipe, signed. `workshop grade` starts it as a script.

A test passed if the call of its function returned, as seen here. A report of pytest doesn't decide it.
"""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import sys
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from typing import Any


def failure_of(report: object) -> dict[str, str]:
    """Return the message and text of a pytest report, cut if they are long."""
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


def recording(recorder: Any) -> object:
    """Return a pytest plugin that adds the canaries, calls each test, and informs the recorder."""
    import pytest

    failure, is_asynchronous = failure_of, inspect.iscoroutinefunction

    class Recording:
        """The plugin."""

        @pytest.hookimpl(wrapper=True, tryfirst=True)  # around other plugins: pytest-django imports the site here
        def pytest_load_initial_conftests(self) -> Generator[None, object, object]:
            recorder.begin()
            return (yield)

        @pytest.hookimpl(trylast=True)
        def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
            items[:] = recorder.with_canaries(items)

        @pytest.hookimpl(trylast=True)
        def pytest_collection_finish(self, session: pytest.Session) -> None:
            recorder.collected(len(session.items))

        def pytest_collectreport(self, report: pytest.CollectReport) -> None:
            if report.failed:
                recorder.send("broken", file=report.nodeid, **failure(report))

        def pytest_internalerror(self, excrepr: object) -> None:
            recorder.send("internal", message=str(excrepr)[-8000:])

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
            recorder.began(item)
            try:
                return (yield)
            finally:
                recorder.ended(item)

        @pytest.hookimpl(tryfirst=True)
        def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> object:
            call = pyfuncitem.obj
            if is_asynchronous(call):
                return None  # another plugin calls it, so its outcome isn't known here
            call(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
            recorder.returned(pyfuncitem)
            return True

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
            report = yield
            recorder.reported(item, report, failure(report) if report.outcome != "passed" else {})
            return report

    return Recording()


def load_recorder() -> Any:
    """Return the module `recorder`, loaded without an entry in `sys.modules`."""
    spec = importlib.util.spec_from_file_location("_starterkit_recorder", Path(__file__).parent / "recorder.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    """Run the tests that the arguments name, and end the process."""
    settings = json.loads(sys.argv[1])
    secret_end, report_end = int(sys.argv[2]), int(sys.argv[3])
    with open(secret_end, "rb") as secret:  # a pipe
        key = secret.read()
    module = load_recorder()
    send = module.sender(report_end, key)
    send("started")
    os.set_inheritable(report_end, False)
    site = str(Path.cwd())
    recorder = module.Recorder(settings, site, send)
    import pytest

    plugins = [option for name in settings["plugins"] for option in ("-p", name)]
    sys.modules["__main__"] = type(sys)("__main__")
    sys.argv[1:] = []
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # the path's plugins are named one by one
    end = os._exit
    options = ["-p", "no:cacheprovider", "-s", "-q", "-o", "pythonpath=", "--rootdir", site, *plugins]
    code = pytest.main([*options, *settings["arguments"]], plugins=[recording(recorder)])
    recorder.finished(int(code))
    with suppress(Exception):  # the submission may have replaced stdout
        sys.stdout.flush()
    end(0)  # so that nothing of the submission keeps running


main()
