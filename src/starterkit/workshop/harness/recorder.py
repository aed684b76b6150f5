"""Records the outcome of each test and sends it over a pipe, signed. `run_pytest` loads it inside the sandbox."""

from __future__ import annotations

import hmac
import os
import random
import secrets
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from json.encoder import encode_basestring_ascii
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

Send = Callable[..., None]
_MOST_NOTES = 10


def sender(report_end: int, key: bytes) -> Send:
    """Return a function that sends a signed and numbered event. In a forked child it sends nothing."""
    own = os.getpid()
    # Looked up now, because the submission may replace functions of these modules later, even for good reasons.
    write, getpid, digest, quoted = os.write, os.getpid, hmac.digest, encode_basestring_ascii
    lock = threading.RLock()
    count = [0]

    def send(event: str, **more: str | int) -> None:
        if getpid() != own:
            return
        with lock:
            values: dict[str, Any] = {"event": event, "n": count[0], **more}
            members = (f"{quoted(name)}: {v if type(v) is int else quoted(v)}" for name, v in values.items())
            body = f"{{{', '.join(members)}}}".encode()
            line = digest(key, body, "sha256").hex().encode() + b" " + body + b"\n"
            count[0] += 1
            try:
                while line:
                    line = line[write(report_end, line) :]
            except OSError:
                return  # the submission closed the pipe, so later tests count as not run

    return send


class PathFinder:
    """Finds the path's own top-level packages before the site can be imported, for example a plugin in tests/."""

    def __init__(self, site: str, trusted: Iterable[str]) -> None:
        self._site, self._trusted = site, frozenset(trusted)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return the spec of a package of the path, or None."""
        file = f"{name}/__init__.py"
        return spec_from_file_location(name, f"{self._site}/{file}") if file in self._trusted else None


class Recorder:
    """Records the outcomes. Each test has a canary next to it: a test with the same name that can only fail."""

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
        """Import what the tests need. Only after that can a file of the site be imported."""
        for name in self._settings["preload"]:
            try:
                __import__(name)
            except Exception:  # noqa: S112  # the tests will report it
                continue
        self._functions = dict(self._functions_of_the_tests())
        self.send("begun")
        sys.meta_path.remove(self._finder)
        sys.path.append(self._site)

    def with_canaries(self, items: Iterable[Any]) -> list[Any]:
        """Return the tests with a canary before or after each."""
        import pytest

        both: list[Any] = []
        for item in items:
            pair = [item]
            if type(item) is pytest.Function:
                pair.insert(self._choose.randrange(2), _canary_of(item))
                self._canaries.update(id(test) for test in pair if test is not item)
            both += pair
        return both

    def collected(self, tests: int) -> None:
        """All test files are loaded: remove them, so that the submission can't read the expected answers."""
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
        """A test or a canary begins."""
        self.send("between" if id(item) in self._canaries else "began", **_name_of(item))

    def returned(self, item: Any) -> None:
        """The function of a test returned without an error."""
        self._returned.add(id(item))

    def reported(self, item: Any, report: Any, failure: dict[str, str]) -> None:
        """pytest reported a phase of a test."""
        if report.outcome != "passed":
            self._failures.setdefault(id(item), {**failure, "phase": report.when, "kind": report.outcome})
        elif report.when == "call" and id(item) in self._canaries:
            self.send("tampered", what="a canary, a test that can only fail, passed")

    def ended(self, item: Any) -> None:
        """A test or a canary is over. A test passed if its function returned and pytest reported no failure."""
        if id(item) in self._canaries:
            self.send("rested")
            return
        failure = self._failures.get(id(item))
        outcome = "passed" if id(item) in self._returned and failure is None else "failed"
        self.send("ended", outcome=outcome, **_name_of(item), **(failure or {}))

    def finished(self, code: int) -> None:
        """All tests have run."""
        now = dict(self._functions_of_the_tests())
        replaced = [name for name, was in self._functions.items() if now.get(name) != was]
        for name in replaced[:_MOST_NOTES]:
            self.send("note", what=f"{name[:200]} was replaced while the tests ran")
        self.send("finished", code=code)

    def _functions_of_the_tests(self) -> Iterator[tuple[str, object]]:
        """Yield the functions and methods of the tests, their support and their client, by name."""
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
    """Return a test with the name, parameters and fixtures of another one that raises an error."""
    import pytest

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
    return {"test": getattr(item, "originalname", None) or item.name, "file": item.nodeid.partition("::")[0]}
