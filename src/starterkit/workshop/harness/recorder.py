"""Runs pytest and records the outcome of each test. `run_pytest` loads this module in the sandbox.

A test passes only if this module itself called the test's function and the function returned. A passing report from
pytest isn't enough, because the submission's code could forge it.
"""

from __future__ import annotations

import inspect
import random
import secrets
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from hashlib import sha256
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

import pytest

Send = Callable[..., None]
_MOST_NOTES = 10


def run(settings: dict[str, Any], site: str, send: Send) -> None:
    """Run the path's tests with pytest in the folder `site`, and send the outcome of each test.

    `settings` comes from `test_commands.py`. `send` sends an event to starterkit.
    """
    recorder = Recorder(settings, site, send)
    plugins = [option for name in settings["plugins"] for option in ("-p", name)]
    options = ["-p", "no:cacheprovider", "-s", "-q", "-o", "pythonpath=", "--rootdir", site, *plugins]
    code = pytest.main([*options, *settings["arguments"]], plugins=[recording(recorder)])
    recorder.finished(int(code))


def failure_of(report: object) -> dict[str, str]:
    """Return the message and the whole text of a failed pytest report.

    Long texts are shortened.
    """
    representation = getattr(report, "longrepr", None)
    crash = getattr(representation, "reprcrash", None)
    message = str(getattr(crash, "message", "") or "")
    if isinstance(representation, tuple):  # pytest describes a skipped test by a tuple: file, line, reason
        message = str(representation[2])
    text = str(getattr(report, "longreprtext", "") or "")
    return {
        "message": message[:8000],
        "text": text if len(text) < 24000 else text[:12000] + "\n…\n" + text[-12000:],
    }


def recording(recorder: Recorder) -> object:
    """Return a pytest plugin that calls each test's function and tells the recorder what happens.

    It also adds a canary to each test: a test that can only fail.
    """
    failure, is_asynchronous = failure_of, inspect.iscoroutinefunction

    class Recording:
        @pytest.hookimpl(wrapper=True, tryfirst=True)  # must run before pytest-django imports the submission
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
                return None  # an async test counts as failed: another plugin calls it, so this module can't see it pass
            call(**{name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames})
            recorder.returned(pyfuncitem)
            return True

        @pytest.hookimpl(wrapper=True, tryfirst=True)
        def pytest_runtest_makereport(self, item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
            report = yield
            recorder.reported(item, report, failure(report) if report.outcome != "passed" else {})
            return report

    return Recording()


class PathFinder:
    """An import finder for packages of the learning path, such as a pytest plugin in tests/.

    The harness uses it before the submission's folder is on Python's search path.
    """

    def __init__(self, site: str, trusted: Iterable[str]) -> None:
        self._site, self._trusted = site, frozenset(trusted)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return the import spec of a package if it belongs to the learning path, or None. Python calls this."""
        file = f"{name}/__init__.py"
        return spec_from_file_location(name, f"{self._site}/{file}") if file in self._trusted else None


class Recorder:
    """Records the outcome of each test and sends it as an event.

    Each test gets a canary: a test with the same name that can only fail. If a canary passes, the submission tampers
    with the tests.
    """

    def __init__(self, settings: dict[str, Any], site: str, send: Send) -> None:
        self._settings, self._site, self.send = settings, site, send
        self._canaries: set[int] = set()
        self._returned: set[int] = set()
        self._failures: dict[int, dict[str, str]] = {}
        self._functions: dict[str, object] = {}
        self._choose = random.SystemRandom()
        self._finder = PathFinder(site, settings["trusted"])
        sys.meta_path.append(self._finder)

    def begin(self) -> None:
        """Import the modules that the tests need, before the submission's files can be imported."""
        for name in self._settings["preload"]:
            try:
                __import__(name)
            except Exception:  # noqa: S112  # the test that needs this module fails and reports the error
                continue
        self._functions = dict(self._functions_of_the_tests())
        self.send("begun")
        sys.meta_path.remove(self._finder)
        sys.path.append(self._site)

    def with_canaries(self, items: Iterable[Any]) -> list[Any]:
        """Return the tests, each with a canary before or after it. The random order hides which one is real.

        Tests that aren't for this system are left out. Stretch tests come last, so that they can't stop other tests.
        """
        both: list[Any] = []
        here = [item for item in items if _function_name(item) not in self._settings["left_out"]]
        for item in sorted(here, key=lambda item: _function_name(item) in self._settings["last"]):
            pair = [item]
            if type(item) is pytest.Function:
                pair.insert(self._choose.randrange(2), _canary_of(item))
                self._canaries.update(id(test) for test in pair if test is not item)
            both += pair
        return both

    def collected(self, tests: int) -> None:
        """Delete the test files, which pytest has loaded. So the submission can't read expected values from them.

        Sends a note if a test file was changed before.
        """
        for file, digest in self._settings["tests"].items():
            path = Path(self._site, file)
            data = path.read_bytes() if path.is_file() else b""
            if sha256(data).hexdigest() != digest:
                self.send("note", what=f"{file} was changed before the tests ran")
            for stale in (path, *path.parent.glob(f"__pycache__/{path.stem}.*")):
                stale.unlink(missing_ok=True)
        self._functions = {**dict(self._functions_of_the_tests()), **self._functions}
        self.send("collected", tests=tests)

    def began(self, item: Any) -> None:
        """Send an event: a test or a canary starts."""
        self.send("between" if id(item) in self._canaries else "began", **_name_of(item))

    def returned(self, item: Any) -> None:
        """Remember that a test's function returned without an error. Only such a test can pass."""
        self._returned.add(id(item))

    def reported(self, item: Any, report: Any, failure: dict[str, str]) -> None:
        """Remember a failed phase of a test (setup, call or teardown). If a canary passes, send an event."""
        if report.outcome != "passed":
            self._failures.setdefault(id(item), {**failure, "phase": report.when, "kind": report.outcome})
        elif report.when == "call" and id(item) in self._canaries:
            self.send("tampered", what="a canary, a test that can only fail, passed")

    def ended(self, item: Any) -> None:
        """Send the outcome of a test. It passes if its function returned and no phase (such as setup) failed."""
        if id(item) in self._canaries:
            self.send("rested")
            return
        failure = self._failures.get(id(item))
        outcome = "passed" if id(item) in self._returned and failure is None else "failed"
        self.send("ended", outcome=outcome, **_name_of(item), **(failure or {}))

    def finished(self, code: int) -> None:
        """Send an event: all tests have run, and pytest ended with this exit code.

        Sends a note for each function of the tests that was replaced while they ran.
        """
        now = dict(self._functions_of_the_tests())
        replaced = [name for name, was in self._functions.items() if now.get(name) != was]
        for name in replaced[:_MOST_NOTES]:
            self.send("note", what=f"{name[:200]} was replaced while the tests ran")
        self.send("finished", code=code)

    def _functions_of_the_tests(self) -> Iterator[tuple[str, object]]:
        """Yield the functions and methods of the tests, by name.

        They are in test files, their support files and test clients.
        """
        files = {f"{self._site}/{file}" for file in self._settings["trusted"]}
        for module in list(sys.modules.values()):
            if type(module) is not ModuleType:
                continue
            names = vars(module)
            label = names.get("__name__")
            if names.get("__file__") not in files and label not in self._settings["clients"]:
                continue
            for name, value in list(names.items()):
                if type(value) is FunctionType:
                    yield f"{label}.{name}", (value, value.__code__)
                elif issubclass(type(value), type) and vars(value).get("__module__") == label:
                    for method, function in list(vars(value).items()):
                        if type(function) is FunctionType:
                            yield f"{label}.{name}.{method}", (function, function.__code__)


def _canary_of(item: Any) -> Any:
    """Return a canary of the test `item`, which can only fail.

    It has the test's name, parameters and fixtures.
    """
    failure = AssertionError(secrets.token_hex(16))
    names: dict[str, Any] = {"failure": failure}
    exec(compile("def canary(**_):\n    raise failure\n", "<canary>", "exec"), names)  # noqa: S102  # from no file
    more = {"callspec": item.callspec} if hasattr(item, "callspec") else {}
    canary = pytest.Function.from_parent(
        item.parent,
        name=item.name,
        callobj=names["canary"],
        fixtureinfo=item._fixtureinfo,
        originalname=item.originalname,
        **more,
    )
    canary.own_markers[:] = item.own_markers
    return canary


def _name_of(item: Any) -> dict[str, str]:
    return {"test": _function_name(item), "file": item.nodeid.partition("::")[0]}


def _function_name(item: Any) -> str:
    return str(getattr(item, "originalname", None) or item.name)
