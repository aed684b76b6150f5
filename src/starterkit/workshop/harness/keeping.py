"""What the plugins of `python_tests` must not hold: the key, what became of each test, and what watches over them.

Whoever has a plugin of pytest has all that its functions can see. So they see one generator alone, and tell it what
happens; all else lies in that generator's frame, and Python tells the harness who opens a frame.
"""

from __future__ import annotations

import builtins
import hashlib
import inspect
import json
import os
import random
import secrets
import sys
import threading
import types
from collections.abc import Callable, Generator, Iterable, Mapping
from collections.abc import Set as AbstractSet
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from typing import Any

Send = Callable[..., None]
Tell = Callable[[tuple[Any, ...]], Any]


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


def shows(report: Any, call: Any, failure: AssertionError) -> bool:
    """Tell whether a report is of exactly this failure."""
    raised = call.excinfo is not None and call.excinfo.value is failure
    return raised and report.outcome == "failed" and str(failure) in str(report.longrepr)


Space = tuple[Mapping[str, object], dict[str, object]]


def spaces(*modules: dict[str, Any]) -> list[Space]:
    """Return the names of these modules and of their classes: as they are at any time, and as they are now."""
    classes = [one for module in modules for one in module.values() if isinstance(one, type)]
    own = [vars(one) for one in classes if one.__module__ in [module["__name__"] for module in modules]]
    return [(live, dict(live)) for live in (*modules, *own)]


def vault(kept: Kept, ours: AbstractSet[types.CodeType], own: list[Space]) -> Generator[object, tuple[Any, ...], None]:
    """Do what the functions with this code ask for: each time the name of a method of `kept`, and what it is given.

    Who else asks is told of, and gets nothing. Where a name in `own` is another one than it was, nothing is done any
    more: classes can be found by everybody, whatever lies in no frame.
    """
    frame, size, tampered, answer = sys._getframe, len, kept.tampered, None
    while True:
        name, *given = yield answer
        answer = None
        if frame(1).f_code not in ours:
            tampered("it spoke for the harness")
            continue
        for live, was in own:
            for key in was:
                if key not in live or live[key] is not was[key]:
                    tampered("it changed the harness")
                    return
            if size(live) != size(was) + ("__warningregistry__" in live):  # Python notes there what it warned of
                tampered("it changed the harness")
                return
        try:
            answer = getattr(kept, name)(*given)
        except BaseException as wrong:  # a time limit, say: who asks next still has to be heard
            answer = wrong


class OfThePath:
    """Finds the path's own packages at the top, before the site can be imported: for a plugin in tests/, say."""

    def __init__(self, site: str, trusted: Iterable[str]) -> None:
        self._site, self._trusted = site, frozenset(trusted)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """Return where a package of the path lies, or None."""
        file = f"{name}/__init__.py"
        return spec_from_file_location(name, f"{self._site}/{file}") if file in self._trusted else None


class Kept:
    """What became of each test, and what it was made of."""

    def __init__(self, settings: dict[str, Any], site: str, send: Send, watch: Callable[..., Any]) -> None:
        import pytest

        self.send, self.tampered = send, teller(send)
        self.watch = watch(site, settings["trusted"], self.tampered)
        self._settings, self._site = settings, site
        self._twins: dict[int, AssertionError] = {}
        self._twin_of = twin_maker(self._twins)
        self._exact, self._function, self._choose = type, pytest.Function, random.SystemRandom()
        self._states: dict[int, str] = {}
        self._failed: dict[int, dict[str, str]] = {}
        self._made: dict[int, tuple[tuple[object, str, object], ...]] = {}
        self._under_way: object = None
        self._plugins: dict[int, object] = {}
        self._finder = OfThePath(site, settings["trusted"])
        sys.meta_path.append(self._finder)

    # Collecting

    def begin(self) -> None:
        """Know all that is trusted; only then can a file of the site be imported."""
        for name in self._settings["preload"]:
            try:
                __import__(name)
            except Exception:  # noqa: S112  # the tests will say so themselves
                continue
        self.watch.remember()
        self.send("begun")
        self.watch.listen({file.partition("/")[0] + "/" for file in self._settings["tests"]})
        sys.meta_path.remove(self._finder)
        sys.path.append(self._site)

    def paired(self, items: Iterable[Any]) -> list[Any]:
        """Return the tests, a twin beside each."""
        both: list[Any] = []
        for item in items:
            pair = [item]
            if self._exact(item) is self._function:
                pair.insert(self._choose.randrange(2), self._twin_of(item))
            both += pair
        return both

    def collected(self, session: Any) -> None:
        """Know the tests; from now on their files are gone."""
        self.watch.look(everywhere=True)
        self.watch.remember()
        for file, digested in self._settings["tests"].items():
            path = Path(self._site, file)
            data = path.read_bytes() if path.is_file() else b""
            if hashlib.sha256(data).hexdigest() != digested:
                self.tampered(f"it changed {file}")
            for gone in (path, *path.parent.glob(f"__pycache__/{path.stem}.*")):
                gone.unlink(missing_ok=True)
        self._made = {id(item): tuple(_parts(item)) for item in session.items}
        self._plugins = {id(one): one for one in session.config.pluginmanager.get_plugins()}
        self.send("collected", tests=len(session.items))

    def broken(self, file: str, words: dict[str, str]) -> None:
        """A file of tests cannot be read."""
        self.send("broken", file=file, **words)

    def internal(self, message: str) -> None:
        """The test program broke down."""
        self.send("internal", message=message)

    def over(self, code: int) -> None:
        """All tests have run."""
        self.watch.look(everywhere=True)
        self.send("finished", code=code)

    # Running

    def began(self, item: Any) -> None:
        """A test, or a twin, begins."""
        number = id(item)
        if self._under_way is not None or number not in self._made or number in self._states:
            self.tampered("it runs tests by itself")
        if getattr(item, "funcargs", None) or any(map(_is_made_before, self._made.get(number, ()))):
            self.tampered("it changed what a test is made of")
        self._under_way = item
        self._states[number] = "began"
        self.send("between" if number in self._twins else "began", **_where(item))

    def called(self, item: Any) -> None:
        """The function of a test is called."""
        number = id(item)
        if item is not self._under_way or self._states[number] != "began":
            self.tampered("it calls tests by itself")
        if type(item.funcargs) is not dict or any(self._is_changed(item, *one) for one in self._made.get(number, ())):
            self.tampered("it changed what a test is made of")
        if any(id(one) not in self._plugins for one in item.config.pluginmanager.get_plugins()):
            self.tampered("it gave the test program a plugin")
        self._states[number] = "called"

    def _is_changed(self, item: object, owner: object, name: str, was: object) -> bool:
        """Tell whether a part of a test is another one; plugins may wrap a fixture, and the submission may not."""
        now = _part(owner, name)
        if now is was or owner is item:
            return now is not was
        return type(now) is not types.FunctionType or bool(self.watch.is_submitted(now.__code__.co_filename))

    def raised(self, item: Any, error: BaseException) -> None:
        """The function of a test raised this."""
        number = id(item)
        self._states[number] = "raised" if number not in self._twins or error is self._twins[number] else "disturbed"

    def returned(self, item: Any) -> None:
        """The function of a test came to its end."""
        number = id(item)
        if self._states[number] != "called":
            return
        if number not in self._twins:
            self.watch.look(everywhere=self._choose.randrange(16) == 0)
        self._states[number] = "passed"

    def reported(self, item: Any, call: Any, report: Any, words: dict[str, str]) -> None:
        """pytest made a report of a test."""
        number = id(item)
        if number in self._twins:
            if call.when == "call" and self._states.get(number) == "raised":
                shown = shows(report, call, self._twins[number])
                self._states[number] = "failed as it has to" if shown else "forged"
        elif report.outcome != "passed":
            self._failed.setdefault(number, {**words, "phase": report.when, "kind": report.outcome})

    def ended(self, item: Any) -> None:
        """A test, or a twin, is over."""
        number, self._under_way = id(item), None
        state, bad = self._states.get(number), self._failed.get(number)
        if number not in self._twins:
            outcome = "passed" if state == "passed" and bad is None else "failed"
            self.send("ended", outcome=outcome, **_where(item), **(bad or {}))
            return
        self.send("rested")
        if state in ("passed", "forged"):
            self.tampered("a test that can only fail did not: outcomes are being changed")


def _where(item: Any) -> dict[str, str]:
    return {"test": getattr(item, "originalname", None) or item.name, "file": item.nodeid.partition("::")[0]}


def _parts(item: Any) -> Generator[tuple[object, str, object], None, None]:
    """What a test is made of: its function, and those of its fixtures."""
    made = getattr(item, "_fixtureinfo", None)
    owners = [(item, "obj")] if hasattr(item, "obj") else []
    owners += [(one, "func") for group in getattr(made, "name2fixturedefs", {}).values() for one in group]
    for owner, name in owners:
        yield owner, name, _part(owner, name)


def _is_made_before(part: tuple[object, str, object]) -> bool:
    """Tell whether a fixture that is made for each test has its value before the test begins."""
    return getattr(part[0], "scope", "") == "function" and getattr(part[0], "cached_result", None) is not None


def _part(owner: object, name: str) -> object:
    value = getattr(owner, name, None)
    return value.__func__ if inspect.ismethod(value) else value
