"""What people try to get a grade without the work, and how it ends. None of it harms anybody.

All of them submit the step undone, or with what would make its tests pass by fraud.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time
import zlib
from pathlib import Path

import pytest

from starterkit.git.objects import LINK, File
from starterkit.workshop.grading.export import as_csv, page
from starterkit.workshop.grading.grader import Grader
from starterkit.workshop.grading.model import Verdict
from starterkit.workshop.sandbox.model import MIB, SandboxLimits
from tests.support.gradings import ADA, GRADED, Changes, Feigned, Room, check_cheat, needs_a_sandbox, said
from tests.support.projects import syntax_error

pytestmark = [pytest.mark.slow, needs_a_sandbox]


def app(body: str, before: str = "") -> Changes:
    """A site whose requests run this body; what is not answered there is answered as the base does."""
    lines = "\n".join(f"    {line}" for line in body.strip("\n").split("\n"))
    rest = (
        "    status, text = page_at(environ['PATH_INFO'])\n    start_response(status, [])\n    return [text.encode()]\n"
    )
    code = f"{before}\nfrom conduit.pages import page_at\n\n\ndef app(environ, start_response):\n{lines}\n{rest}"
    return {"conduit/__init__.py": code.encode()}


GREEN_PLUGIN = """
    import pytest


    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(item, call):
        report = yield
        report.outcome, report.longrepr = "passed", None
        return report


    @pytest.hookimpl(tryfirst=True)
    def pytest_pyfunc_call(pyfuncitem):
        return True
"""
EQUALS_ALL = """
class All(str):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def split(self, *_): return [All()]
    def encode(self, *_): return All()
    def decode(self, *_): return All()
    def __int__(self): return 200
"""
READ = 'import re; text = {}\nfound = re.search(\'three").says\\\\("(.+?)"\', text)\n'
ANSWER = "start_response('200 OK', [])\nreturn [found[1].encode()]"
FORGED = """
import json, os
for number in range(3, 64):
    try:
        for word in ("began", "ended"):
            told = {"event": word, "n": 1, "test": "test_words_are_counted", "file": "", "outcome": "passed"}
            body = json.dumps(told)
            os.write(number, b"0" * 64 + b" " + body.encode() + b"\\n")
    except OSError:
        pass
"""


def installed(plugin: str, module: str, kind: str = ".dist-info") -> Changes:
    """What an installed package looks like that brings a plugin for pytest."""
    place = f"helper-1{kind}"
    return {
        f"{place}/METADATA": "Metadata-Version: 2.1\nName: helper\nVersion: 1\n",
        f"{place}/PKG-INFO": "Metadata-Version: 2.1\nName: helper\nVersion: 1\n",
        f"{place}/entry_points.txt": f"[pytest11]\n{plugin} = {module}\n",
    }


# What is handed in, how it ends, and words that the result has to say.
CHEATS: dict[str, tuple[Changes, Verdict, str]] = {
    "ends the program": (app("import os; os._exit(0)"), Verdict.RED, "ended the whole test program with exit code 0"),
    "ends it politely": (app("import sys; sys.exit(0)"), Verdict.RED, "ended the whole program"),
    "ends it when imported": ({"conduit/__init__.py": "import os\nos._exit(0)\n"}, Verdict.RED, "exit code 0"),
    "ends it by a signal": (app("import os; os.kill(os.getpid(), 11)"), Verdict.RED, "SIGSEGV"),
    "conftest.py of the tests": ({"tests/conftest.py": GREEN_PLUGIN}, Verdict.RED, "no page answers at /words"),
    "a plugin named in pytest.ini": (
        {"evil.py": GREEN_PLUGIN, "pytest.ini": "[pytest]\naddopts = -p evil\n"},
        Verdict.RED,
        "no page answers at /words",
    ),
    "a plugin that names itself installed": (
        {"helping.py": GREEN_PLUGIN, **installed("helper", "helping"), **installed("timeout", "helping", ".egg-info")},
        Verdict.RED,
        "helper-1.dist-info/entry_points.txt: grading uses the path's test settings",
    ),
    "bytecode for the tests": (
        {"tests/__pycache__/test_01_words.cpython-311.pyc": b"x", "tests/test_01_words.py": "def test_words(): pass\n"},
        Verdict.RED,
        "no page answers at /words",
    ),
    "a plugin that is registered by the site": (
        app(
            "import gc, _pytest.config\n"
            "for one in gc.get_objects():\n"
            "    if isinstance(one, _pytest.config.PytestPluginManager): one.register(Evil())",
            "import pytest\nclass Evil:\n"
            "    @pytest.hookimpl(tryfirst=True)\n    def pytest_pyfunc_call(self, pyfuncitem): return True",
        ),
        Verdict.TAMPERED,
        "a canary, a test that can only fail, passed",
    ),
    "reports that are green": (
        app(
            "import _pytest.runner\n"
            "was = _pytest.runner.TestReport.from_item_and_call\n"
            "def green(item, call):\n"
            "    call.excinfo = None\n"
            "    return was(item, call)\n"
            "_pytest.runner.TestReport.from_item_and_call = green"
        ),
        Verdict.TAMPERED,
        "a canary, a test that can only fail, passed",
    ),
    "an object that equals everything": (
        app("start_response(All('200 OK'), [])\nreturn [All()]", EQUALS_ALL),
        Verdict.RED,
        "",
    ),
    "bytes that equal everything": (
        app(
            "start_response('200 OK', [])\nreturn [All()]",
            "class All(bytes):\n    def __eq__(self, other): return True\n    def decode(self): return Text()\n"
            "class Text(str):\n    def __eq__(self, other): return True",
        ),
        Verdict.RED,
        "",
    ),
    "writing the report": (app(FORGED), Verdict.TAMPERED, "wrong signature"),
    "writing a report file": (
        app("for n in ('report.xml', '/tmp/report.xml'): open(n, 'w').write('<testsuites/>')"),
        Verdict.RED,
        "no page answers at /words",
    ),
    "reading the tests": (
        app(READ.format("open('tests/test_01_words.py').read()") + ANSWER),
        Verdict.RED,
        "FileNotFoundError",
    ),
    "reading the tests by another program": (
        app("import subprocess\n" + READ.format("subprocess.run(['cat', '-r', 'tests'], text=True).stdout") + ANSWER),
        Verdict.RED,
        "",
    ),
    "reading what was unpacked": (
        app(
            "import os, re\nfound = None\n"
            "for number in range(3, 40):\n"
            "    try: data = os.pread(number, 1_000_000, 0)\n"
            "    except OSError: continue\n"
            "    found = re.search(b'three\"\\\\).says', data) or found\n"
            "if found: start_response('200 OK', []); return [b'3']"
        ),
        Verdict.RED,
        "no page answers at /words",
    ),
    "killing the parent": (
        app("import os, signal\nfor one in (os.getppid(), 1, -1): os.kill(one, signal.SIGKILL)"),
        Verdict.RED,
        "",
    ),
    "a fork bomb": (app("import os\nwhile True: os.fork()"), Verdict.RED, ""),
    "filling the disk": (
        app("for n in range(100): open(f'{n}', 'wb').write(b'x' * 30_000_000)"),
        Verdict.RED,
        "No space left",
    ),
    "an endless loop": (app("while environ['PATH_INFO'] == '/': pass"), Verdict.RED, "Is there an endless loop?"),
    "a link out of the project": (
        {"conduit/words.txt": File(LINK, b"../../../../etc/passwd"), **app("open('conduit/words.txt').read()")},
        Verdict.RED,
        "conduit/words.txt: a link to a file outside the project (../../../../etc/passwd)",
    ),
    "an absolute link": ({"x": File(LINK, b"/etc/passwd")}, Verdict.RED, "x: a link to a file outside the project"),
    "signs that move the cursor": (
        app("raise RuntimeError('\\x1b[2J\\x1b]0;owned\\x07\\u202egreen')"),
        Verdict.RED,
        "RuntimeError",
    ),
    "a gigabyte": (
        app("import os\nfor n in range(300): os.write(1, b'x' * 1_000_000)"),
        Verdict.RED,
        "bytes were left out",
    ),
    "the network": (
        app("import socket; socket.create_connection(('192.0.2.1', 80), 1)"),
        Verdict.RED,
        "Network is unreachable",
    ),
}


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "room")


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_never_green(room: Room, name: str) -> None:
    changes, verdict, words = CHEATS[name]
    room.submit(changes, start="given 01-words")

    check_cheat(room.grade(), verdict, words)


def test_files_that_would_speak_for_the_tests_are_left_out(room: Room) -> None:
    stop = "import os; os._exit(0)"
    told = dict.fromkeys(("conftest.py", "conduit/conftest.py"), GREEN_PLUGIN)
    told |= dict.fromkeys(("sitecustomize.py", "usercustomize.py", "evil.pth"), stop)
    told |= {"setup.cfg": "[tool:pytest]\naddopts = -p evil\n", "tox.ini": "[pytest]\naddopts = -p evil\n"}
    taken = {"pytest.py": stop, "json/__init__.py": stop, "_pytest/__init__.py": stop}
    room.submit({**told, **taken, "evil.py": GREEN_PLUGIN}, start="given 01-words")

    grade = room.grade()

    assert grade.verdict is Verdict.RED
    assert [one.outcome for one in grade.results] == ["passed", "passed", "failed", "failed"]
    reasons = dict.fromkeys(told, "grading uses the path's test settings")
    reasons |= dict.fromkeys(taken, "the tests need another module with this name")
    assert set(grade.notes) == {f"left out: {name}: {why}" for name, why in reasons.items()}


def test_honest_work_is_green(room: Room) -> None:
    room.submit()

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)
    assert [one.outcome for one in grade.results] == ["passed"] * 4
    assert grade.notes == ()


REPLACED = {
    "tests.support.Answer.says": "import tests.support\ntests.support.Answer.says = lambda self, words: None",
    "tests.support.expect": "import tests.support\n"
    "tests.support.expect.__code__ = (lambda fact, otherwise: None).__code__",
}


@pytest.mark.parametrize("name", REPLACED)
def test_a_replaced_function_of_the_tests_is_a_note_for_the_instructor(room: Room, name: str) -> None:
    room.submit(app(REPLACED[name]), start="given 01-words")

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)
    assert grade.notes == (f"look at this: {name} was replaced while the tests ran",)
    assert "replaced" not in page(grade)
    assert "look at this" in as_csv([grade])


def test_a_test_file_that_was_changed_is_a_note_for_the_instructor(tmp_path: Path) -> None:
    source = tmp_path / "template"
    shutil.copytree(GRADED, source)
    support = source / "project" / "tests" / "support.py"
    support.write_text(f"import conduit\n{support.read_text('utf-8')}", "utf-8")
    room = Room(tmp_path / "room", source=source)
    room.submit(app("pass", "open('tests/test_01_words.py', 'a').write('# hello')"))

    assert "look at this: tests/test_01_words.py was changed before the tests ran" in room.grade().notes


def test_all_that_pytest_offers_to_a_path_is_graded(tmp_path: Path) -> None:
    source = tmp_path / "template"
    shutil.copytree(GRADED, source)
    tests = source / "project" / "tests" / "test_00_home.py"
    more = """
import asyncio
import unittest

import pytest


@pytest.fixture(scope="session", params=["one", "two"])
def shared(request):
    return [request.param]


@pytest.fixture(scope="module", autouse=True)
def everywhere(tmp_path_factory):
    yield tmp_path_factory.mktemp("place")


@pytest.fixture
def site(site, monkeypatch):
    monkeypatch.setenv("PLACE", "here")
    return site


class TestPages:
    def setup_method(self):
        self.greeting = "Hello"

    @pytest.mark.parametrize("address", ["/"])
    def test_in_a_class(self, site, shared, address, tmp_path):
        site.get(address).says(self.greeting)

    def test_asked_for_late(self, request):
        request.getfixturevalue("site").get("/").says("Hello")


class Case(unittest.TestCase):
    def test_of_unittest(self):
        self.assertTrue(True)


@pytest.mark.skip(reason="later")
def test_skipped():
    pass


@pytest.mark.usefixtures("shared")
def test_with_a_task(caplog, capsys, recwarn):
    asyncio.run(asyncio.sleep(0))
"""
    tests.write_text(tests.read_text("utf-8") + more, "utf-8")
    room = Room(tmp_path / "room", source=source)
    room.submit()

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)


def test_a_plugin_of_the_path_may_lie_in_its_tests(tmp_path: Path) -> None:
    source = tmp_path / "template"
    shutil.copytree(GRADED, source)
    project = source / "project"
    settings = project / "pytest.ini"
    settings.write_text(settings.read_text("utf-8").replace("addopts = ", "addopts = -p tests.named "), "utf-8")
    (project / "tests" / "named.py").write_text("def pytest_configure(config):\n    config.named = True\n")
    tests = project / "tests" / "conftest.py"
    more = "\n\ndef pytest_sessionstart(session):\n    assert session.config.named\n"
    tests.write_text(tests.read_text("utf-8") + more, "utf-8")
    room = Room(tmp_path / "room", source=source)
    room.submit({"conduit/__init__.py": "import os; os._exit(0)\n"}, step="base")
    assert room.grade().verdict is Verdict.RED
    room.submit()

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)


def test_a_syntax_error_names_file_and_line(room: Room) -> None:
    room.submit({"conduit/pages.py": "def page_at(address):\n    return (\n"})

    assert {one.message for one in room.grade().results} == {f"{syntax_error('x = (')} (conduit/pages.py:2)"}


def test_a_loop_that_nothing_interrupts_is_stopped_and_named(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    loop = "import signal; signal.signal(signal.SIGALRM, signal.SIG_IGN)\nwhile True: pass"
    room.submit(app(loop), start="given 01-words")
    monkeypatch.setattr(Grader, "limits", lambda *_: SandboxLimits(seconds=4))

    grade = room.grade()

    assert grade.verdict is Verdict.RED
    assert grade.why == "the run was stopped in test_home_greets: still running after 4 s"
    assert grade.first_red is not None
    assert grade.first_red.message == "Stopped: still running after 4 s. Is there an endless loop?"
    assert grade.seconds < 8


def test_memory_ends_where_the_limit_is(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.submit(app("x = []\nwhile True: x.append(bytearray(4_000_000))"), start="given 01-words")
    monkeypatch.setattr(Grader, "limits", lambda *_: SandboxLimits(seconds=20, memory_bytes=200 * MIB))

    grade = room.grade()

    assert grade.verdict is Verdict.RED
    assert "MemoryError" in said(grade) or "of memory" in said(grade)


def test_nothing_goes_on_after_the_end(room: Room) -> None:
    mark = f"sleep {987654}.{time.time_ns() % 1000}"
    room.submit(app(f"import subprocess; subprocess.Popen('{mark}', shell=True, start_new_session=True)"))

    room.grade()

    assert mark not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout


def test_nothing_of_git_is_run(room: Room, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    changes: dict[str, str | bytes | File | None] = {
        ".gitattributes": "* filter=evil diff=evil\n",
        ".gitmodules": f'[submodule "x"]\npath = x\nurl = ext::sh -c "touch {mark}"\nupdate = !touch {mark}\n',
        ".githooks/post-checkout": f"#!/bin/sh\ntouch {mark}\n",
    }
    room.submit(changes, start="given 01-words")
    repository = room.workshop.repository(ADA)
    with (repository / "config").open("a") as stream:
        stream.write(f'[filter "evil"]\nsmudge = touch {mark}\nclean = touch {mark}\nrequired = true\n')
        stream.write(
            f'[core]\nhooksPath = {mark.parent}\nfsmonitor = "touch {mark}"\n[diff "evil"]\ntextconv = touch\n'
        )
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        (repository / "hooks").mkdir(exist_ok=True)
        (repository / "hooks" / hook).write_text(f"#!/bin/sh\ntouch {mark}\n")
        (repository / "hooks" / hook).chmod(0o755)

    grade = room.grade()

    assert grade.verdict is Verdict.RED
    assert not mark.exists()


def put(room: Room, kind: bytes, data: bytes) -> bytes:
    """Write an object that git itself would not write; return its id."""
    whole = kind + b" %d\0" % len(data) + data
    digest = hashlib.sha1(whole, usedforsecurity=False)
    file = room.workshop.repository(ADA) / "objects" / digest.hexdigest()[:2] / digest.hexdigest()[2:]
    file.parent.mkdir(exist_ok=True)
    if not file.exists():
        file.write_bytes(zlib.compress(whole))
    return digest.digest()


def hand_in(room: Room, *entries: tuple[bytes, bytes, bytes]) -> None:
    """Hand in a tree of these entries: mode, name and id, whatever they are."""
    tree = put(room, b"tree", b"".join(mode + b" " + name + b"\0" + id for mode, name, id in entries))
    who = b"Ada <ada@example.org> 1763640000 +0000"
    commit = put(room, b"commit", b"tree %s\nauthor %s\ncommitter %s\n\nx\n" % (tree.hex().encode(), who, who))
    (room.workshop.repository(ADA) / "refs" / "heads" / "main").write_text(commit.hex() + "\n")


def test_data_with_the_name_of_a_module_stays(room: Room) -> None:
    data = ("calendar.json", "queue.txt", "statistics.csv", "code/readme.txt")
    code = ("code/deep/readme.py", "queue.pyc", "calendar.cpython-311-x86_64-linux-gnu.so")
    room.submit({**dict.fromkeys((*data, *code), "x"), "secrets": File(LINK, b"conduit")})
    feigned = Feigned()

    grade = room.grade(sandbox=feigned)

    assert set(data) <= feigned.files().keys()
    assert not feigned.files().keys() & set(code)
    reason = "the tests need another module with this name"
    assert set(grade.notes) == {f"left out: {name}: {reason}" for name in (*code, "secrets")}


def test_what_was_left_out_is_told_in_short(room: Room) -> None:
    room.submit({f"{'folder/' * 30}{number:04}.pth": "x" for number in range(1500)})

    grade = room.grade(sandbox=Feigned())

    assert len(grade.notes) == 11
    assert all(len(note) < 250 for note in grade.notes)
    assert grade.notes[-1] == "left out: 1,490 more"


@pytest.mark.parametrize(
    "name", [b"..", b".git", b".GIT", b"../../evil.py", b"a/b", b"..\\evil.py", b"", b".", b"x" * 300, b".git. "]
)
def test_a_name_that_is_a_trick_is_refused(room: Room, name: bytes) -> None:
    room.submit()
    hand_in(room, (b"100644", name, put(room, b"blob", b"print('hello')\n")))

    grade = room.grade()

    assert grade.verdict is Verdict.UNREADABLE
    assert "The submission contains a" in grade.why or (name == b"" and "is missing" in grade.why)
    assert not list(room.folder.parent.rglob("evil*"))


def test_folders_that_hold_one_another_without_end_are_refused(room: Room) -> None:
    room.submit()
    tree = put(room, b"blob", b"x")
    mode = b"100644"
    for _ in range(12):
        tree = put(room, b"tree", b"".join(mode + b" f%d\0" % n + tree for n in range(10)))
        mode = b"40000"
    hand_in(room, (b"40000", b"bomb", tree))

    begun = time.monotonic()
    grade = room.grade()

    assert grade.verdict is Verdict.UNREADABLE
    assert "more than 10,000 files" in grade.why
    assert time.monotonic() - begun < 10


def test_a_repository_in_the_repository_is_left_out(room: Room) -> None:
    room.submit()
    hand_in(room, (b"160000", b"other", b"\1" * 20), (b"100644", b"esc\x1b[2J", put(room, b"blob", b"x")))

    grade = room.grade()

    assert grade.verdict is Verdict.RED
    assert "left out: other: grading doesn't fetch submodules" in grade.notes
    assert "left out: esc\\x1b[2J: its name has characters that can't be shown" in grade.notes


FLASK = Path(__file__).parents[3] / "templates" / "flask"
IN_THE_FACTORY = """
from conduit.real import create_app as real

{before}


def create_app(settings=None):
    app = real(settings)
    {body}
    return app
"""
FALSE_ANSWERS = (
    EQUALS_ALL
    + """
class Answer:
    status_code = mimetype = headers = data = All("200")
    def close(self): pass
class Client:
    def get(self, *_, **__): return Answer()
    post = get
"""
)
SITES: dict[str, tuple[str, str, Verdict, str]] = {
    "honest": ("", "pass", Verdict.GREEN, ""),
    "answers that equal everything": (
        FALSE_ANSWERS,
        "app.test_client = Client",
        Verdict.RED,
        "TypeError",
    ),
    "another client": (
        "import flask.testing\nflask.testing.FlaskClient._open = flask.testing.FlaskClient.open",
        "flask.testing.FlaskClient.open = lambda self, *words, **more: self._open(*words, **more)",
        Verdict.GREEN,
        "look at this: flask.testing.FlaskClient.open was replaced while the tests ran",
    ),
}


@pytest.mark.parametrize("name", SITES)
def test_a_flask_site_that_cheats(generated_site: Path, tmp_path: Path, name: str) -> None:
    before, body, verdict, words = SITES[name]
    room = Room(tmp_path / "room", source=FLASK, site=generated_site)
    real = room.layers["base"].files["conduit/__init__.py"]
    cheat = IN_THE_FACTORY.format(before=before, body=body)
    room.submit({"conduit/real.py": real, "conduit/__init__.py": cheat.encode()}, step="base")

    grade = room.grade()

    assert grade.verdict is verdict, said(grade)
    assert words in said(grade)


def test_packages_do_not_find_what_they_look_for_in_the_submission(generated_site: Path, tmp_path: Path) -> None:
    room = Room(tmp_path / "room", source=FLASK, site=generated_site)
    looked_for = ("org", "asgiref", "colorama", "cryptography", "dotenv", "exceptiongroup", "numpy", "watchdog")
    room.submit(dict.fromkeys((f"{name}.py" for name in looked_for), "import os\nos._exit(0)\n"), step="base")

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)
