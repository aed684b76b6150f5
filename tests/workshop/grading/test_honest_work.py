"""Habits of honest people: each is graded green with full points, and nothing on their page accuses them."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path
from textwrap import indent

import pytest

from starterkit.workshop.grading.export import page
from starterkit.workshop.grading.model import Grade, Verdict
from tests.support.gradings import GRADED, GRADED_NODE, Changes, Room, needs_a_sandbox, said

pytestmark = [pytest.mark.slow, needs_a_sandbox]

# Python that a site runs when it is imported.
PYTHON = {
    "an own print": "import builtins\nbuiltins.print = lambda *words, **more: None",
    "an own open": """
        import builtins
        real_open = builtins.open
        builtins.open = lambda *words, **more: real_open(*words, **more)
    """,
    "an own JSONEncoder.default": """
        import json
        json.JSONEncoder.default = lambda self, value: str(value)
        json.dumps = lambda value, **more: str(value)
    """,
    "ctypes": "import ctypes\nassert ctypes.CDLL(None).getpid() > 0",
    "profiling": "import cProfile\nprofile = cProfile.Profile()\nprofile.enable()\nprofile.disable()",
    "counting lines": "import trace\ntrace.Trace(count=1, trace=0).runfunc(sorted, [2, 1])",
    "counting memory": "import tracemalloc\ntracemalloc.start()",
    "an own logging handler": """
        import logging


        class Quiet(logging.Handler):
            def emit(self, record):
                self.format(record)


        logging.basicConfig(level=0, handlers=[Quiet()], force=True)
        logging.getLogger("site").warning("started")
    """,
    "atexit": "import atexit\natexit.register(print, 'bye')",
    "threads": """
        import concurrent.futures, gc, logging, threading
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pool.submit(gc.get_objects).result()
        threading.Thread(target=logging.getLogger("site").warning, args=("two",)).start()
        threading.Thread(target=threading.Event().wait).start()
    """,
    "asyncio": """
        import asyncio


        async def work():
            task = asyncio.create_task(asyncio.sleep(0))
            task.print_stack()
            await task
            await asyncio.to_thread(print, "slow")


        asyncio.run(work(), debug=True)
    """,
    "other processes": """
        import multiprocessing, os, subprocess, sys
        subprocess.run([sys.executable, "-c", "print(1)"], check=True, close_fds=False)
        with multiprocessing.get_context("fork").Pool(1) as pool:
            assert pool.map(abs, [-1]) == [1]
        if os.fork() == 0:
            os._exit(0)
    """,
    "replacing own objects": """
        from unittest import mock
        from conduit import pages
        mock.patch.object(pages, "page_at", pages.page_at).start()
        pages.page_at.__doc__ = "Patched."
        pages.page_at.__code__ = pages.page_at.__code__.replace(co_name="page")
    """,
    "warnings": "import warnings\nwarnings.simplefilter('ignore')\nwarnings.showwarning = lambda *words: None",
    "sys.setrecursionlimit": "import sys\nsys.setrecursionlimit(20_000)",
    "hooks for exceptions": """
        import faulthandler, sys, threading
        sys.excepthook = threading.excepthook = lambda *words: None
        faulthandler.enable()
    """,
    "an audit hook": "import sys\nsys.addaudithook(lambda event, words: None)",
    "an own stdout": "import io, sys\nsys.stdout = io.StringIO()\nsys.stdout.close()",
    "an own clock": "import time, datetime\ntime.time = lambda: 0.0\ntime.sleep = lambda seconds: None",
    "an own traceback": """
        import traceback
        traceback.TracebackException.format = lambda self, **more: iter(["short"])
        traceback.print_exc = lambda *words: None
    """,
    "an own importer": """
        import importlib, sys
        sys.meta_path.insert(0, type("None_", (), {"find_spec": staticmethod(lambda *words: None)}))
        import conduit.pages
        importlib.reload(conduit.pages)
    """,
    "gettext": "import gettext\ngettext.install('site')",
    "its own source": "import inspect\nfrom conduit import pages\nassert inspect.getsource(pages.page_at)",
    "another folder": "import os, tempfile\nos.chdir(tempfile.mkdtemp())",
    "weakref.finalize": "import weakref\nweakref.finalize(type('Thing', (), {})(), print, 'gone')",
    "pytest in the code": "import pytest\n\n\n@pytest.fixture\ndef page():\n    return ''",
    "own builtins": """
        import builtins
        real_import, real_len = builtins.__import__, len
        builtins.__import__ = lambda *words, **more: real_import(*words, **more)
        builtins.len = lambda value: real_len(value)
    """,
    "odd modules": """
        import sys, types
        odd = types.ModuleType("odd")
        del odd.__dict__["__name__"]
        sys.modules |= {"odd": odd, "gone": None, "simple": types.SimpleNamespace()}
    """,
    "own functions of os": """
        import os
        real_write = os.write
        os.write = lambda *words: real_write(*words)
    """,
    "an own hmac": "import hmac, hashlib\nhmac.digest = lambda *words: b''\nhashlib.sha256 = hashlib.md5",
}
# Python that a site runs in each request.
PYTHON_IN_A_REQUEST = {
    "inspect.stack": "import inspect\nassert inspect.stack()[0].function == 'app'",
    "frames": "import sys, traceback\nsys._getframe(2).f_locals\ntraceback.format_stack()",
    "gc.get_objects": "import gc\ngc.get_objects()\ngc.get_referrers(app)",
    "sys.settrace": "import sys\nsys.settrace(lambda *words: None)",
    "sys.setprofile": "import sys\nsys.setprofile(lambda *words: None)",
    "looking for its files": "import pathlib\nlist(pathlib.Path('.').rglob('*.py'))",
}
NODE = {
    "a wrapper of fs": """
        import fs from 'node:fs';
        import { syncBuiltinESMExports } from 'node:module';
        const { readFile, writeSync } = fs;
        fs.readFile = (...words) => readFile(...words);
        fs.writeSync = () => 0;
        syncBuiltinESMExports();
    """,
    "mock of node:test": """
        import { mock } from 'node:test';
        const thing = { name: () => 'one' };
        mock.method(thing, 'name', () => 'two');
        mock.fn()();
    """,
    "tests next to the code": "import test from 'node:test';\nawait test('A test of their own', () => {});",
    "worker_threads": """
        import { Worker } from 'node:worker_threads';
        const code = 'require("node:worker_threads").parentPort.postMessage(1)';
        const answers = Array.from({ length: 4 }, () => new Promise((resolve, reject) =>
          new Worker(code, { eval: true }).on('message', resolve).on('error', reject)));
        if ((await Promise.all(answers)).length !== 4) throw new Error('a worker is missing');
    """,
    "child_process": """
        import { execFileSync, fork } from 'node:child_process';
        if (String(execFileSync(process.execPath, ['-p', '1 + 1'])) !== '2\\n') throw new Error('no child');
        execFileSync('ls');
    """,
    "the inspector": """
        import { Session } from 'node:inspector';
        const session = new Session();
        session.connect();
        session.post('Profiler.enable');
    """,
    "V8": """
        import v8 from 'node:v8';
        v8.setFlagsFromString('--expose-gc');
        v8.getHeapStatistics();
        v8.getHeapSnapshot().destroy();
    """,
    "an own importer": """
        import { register, registerHooks } from 'node:module';
        registerHooks({ resolve: (name, context, next) => next(name, context) });
    """,
    "hooks of the process": """
        process.on('exit', () => {});
        process.on('uncaughtException', () => {});
        process.on('warning', () => {});
        process.on('unhandledRejection', () => {});
    """,
    "an own console": "console.log = console.error = () => {};\nprocess.stdout.write = () => true;",
    "more methods": """
        BigInt.prototype.toJSON = function () { return String(this); };
        Date.prototype.toJSON = function () { return Number(this); };
        Array.prototype.last = function () { return this.at(-1); };
        Object.defineProperty(Object.prototype, 'also', { value: 1, configurable: true });
    """,
    "an own fetch": "const { fetch } = globalThis;\nglobalThis.fetch = (...words) => fetch(...words);",
    "an own promise": """
        const { then } = Promise.prototype;
        Promise.prototype.then = function (...words) { return then.apply(this, words); };
    """,
    "an own server": """
        import http from 'node:http';
        const { emit } = http.Server.prototype;
        http.Server.prototype.emit = function (...words) { return emit.apply(this, words); };
    """,
    "async_hooks": """
        import { AsyncLocalStorage, createHook } from 'node:async_hooks';
        createHook({ init() {} }).enable();
        new AsyncLocalStorage().run({}, () => {});
    """,
    "an own stack": "Error.prepareStackTrace = () => 'short';\nError.stackTraceLimit = 0;",
    "own timers": """
        import timers from 'node:timers/promises';
        import { syncBuiltinESMExports } from 'node:module';
        timers.setTimeout = async () => {};
        syncBuiltinESMExports();
        const { setTimeout: real } = globalThis;
        globalThis.setTimeout = (...words) => real(...words);
        setInterval(() => {}, 1000);
    """,
    "an own clock": "Date.now = () => 0;\nMath.random = () => 0.5;",
    "an own hash": """
        import crypto from 'node:crypto';
        import { syncBuiltinESMExports } from 'node:module';
        crypto.createHash = crypto.hash = () => '';
        syncBuiltinESMExports();
    """,
    "an own inspect": """
        import util from 'node:util';
        import { syncBuiltinESMExports } from 'node:module';
        const { inspect } = util;
        util.inspect = (...words) => inspect(...words);
        syncBuiltinESMExports();
    """,
    "an own JSON": "const { stringify } = JSON;\nJSON.stringify = (...words) => stringify(...words) ?? 'null';",
    "frozen objects": """
        delete Object.prototype.__proto__;
        for (const one of [Object, Array, Function]) Object.freeze(one.prototype);
    """,
    "vm": "import { runInNewContext } from 'node:vm';\nrunInNewContext('1 + 1');",
}


def check_honest(grade: Grade, notes: tuple[str, ...] = ()) -> None:
    """A grade has full points, and no accusation."""
    assert grade.verdict is Verdict.GREEN, said(grade)
    assert grade.passed == len(grade.results) == 4
    assert grade.done == ("01-words",)
    assert grade.notes == notes
    assert "tamper" not in page(grade).lower()
    assert "look at this" not in page(grade).lower()


def groups(names: Iterable[str], size: int = 7) -> list[list[str]]:
    """Habits that one submission has at once, to save time."""
    listed = list(names)
    return [listed[at : at + size] for at in range(0, len(listed), size)]


def python_site(room: Room, names: Iterable[str], in_a_request: str = "pass") -> Changes:
    """A site with a module for each of these habits, which it imports first."""
    code = room.layers["solution 01-words"].files["conduit/__init__.py"].data.decode()
    body = f"{indent(in_a_request, '    ')}\n    status, text ="
    habits = {f"conduit/habit_{number}.py": PYTHON[name] for number, name in enumerate(names)}
    imports = "".join(f"from conduit import habit_{number}\n" for number in range(len(habits)))
    return {**habits, "conduit/__init__.py": f"{imports}{code.replace('    status, text =', body)}"}


def node_site(room: Room, names: Iterable[str]) -> Changes:
    """The same in Node."""
    code = room.layers["solution 01-words"].files["conduit/app.js"].data.decode()
    habits = {f"conduit/habit-{number}.js": NODE[name] for number, name in enumerate(names)}
    imports = "".join(f"import './habit-{number}.js';\n" for number in range(len(habits)))
    return {**habits, "conduit/app.js": f"{imports}{code}"}


@pytest.mark.parametrize("habits", groups(PYTHON), ids=", ".join)
def test_habits_in_python_get_full_points(tmp_path: Path, habits: list[str]) -> None:
    room = Room(tmp_path / "room")
    room.submit(python_site(room, habits))

    check_honest(room.grade())


@pytest.mark.parametrize("habits", groups(NODE), ids=", ".join)
def test_habits_in_node_get_full_points(tmp_path: Path, habits: list[str]) -> None:
    room = Room(tmp_path / "room", source=GRADED_NODE)
    room.submit(node_site(room, habits))

    check_honest(room.grade())


def test_habits_in_a_request_get_full_points(tmp_path: Path) -> None:
    room = Room(tmp_path / "room")
    room.submit(python_site(room, (), "\n".join(PYTHON_IN_A_REQUEST.values())))

    check_honest(room.grade())


def with_early_import(source: Path, folder: Path, support: str, line: str) -> Path:
    """A copy of a template whose support imports the site before the tests are loaded, as pytest-django does."""
    shutil.copytree(source, folder)
    file = folder / "project" / "tests" / support
    file.write_text(f"{line}\n{file.read_text('utf-8')}", "utf-8")
    return folder


def test_habits_in_python_before_the_tests_get_full_points(tmp_path: Path) -> None:
    early = with_early_import(GRADED, tmp_path / "template", "support.py", "import conduit")
    room = Room(tmp_path / "room", source=early)
    habits = [name for name in PYTHON if name != "an own stdout"]  # pytest itself needs it while it starts
    room.submit(python_site(room, habits))

    check_honest(room.grade())


def test_habits_in_node_before_the_tests_get_full_points(tmp_path: Path) -> None:
    early = with_early_import(GRADED_NODE, tmp_path / "template", "support.js", "import '../conduit/app.js';")
    room = Room(tmp_path / "room", source=early)
    room.submit(node_site(room, NODE))

    check_honest(room.grade())


def test_own_tests_and_fixtures_get_full_points(tmp_path: Path) -> None:
    room = Room(tmp_path / "room")
    fixture = "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef everywhere(monkeypatch):\n    yield\n"
    own = {"own/test_own.py": "def test_own(): pass\n", "own_tests/conftest.py": fixture}
    room.submit({"conftest.py": fixture, "own/conftest.py": fixture, **own})

    reason = "grading uses the path's test settings"
    check_honest(room.grade(), tuple(f"left out: {name}: {reason}" for name in ("conftest.py", "own/conftest.py")))
