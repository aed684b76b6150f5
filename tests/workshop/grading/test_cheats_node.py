"""The same as test_cheats.py, on Node."""

from __future__ import annotations

import html
import json
import shutil
from pathlib import Path
from textwrap import dedent

import pytest

from starterkit.workshop.grading.export import page
from starterkit.workshop.grading.grader import Grader
from starterkit.workshop.grading.model import Verdict
from starterkit.workshop.sandbox.model import SandboxLimits
from starterkit.workshop.sandbox.select import LimitsAlone
from tests.support.gradings import GRADED_NODE, Changes, Room, check_cheat, needs_a_sandbox, said

pytestmark = [pytest.mark.slow, needs_a_sandbox]


def app(body: str, before: str = "") -> Changes:
    """A site whose requests run this body; what is not answered there is answered as the base does."""
    lines = "\n".join(f"    {line}" for line in dedent(body).strip("\n").split("\n"))
    code = f"""{dedent(before)}
import {{ createServer }} from 'node:http';
import {{ pageAt }} from './pages.js';

export function createApp() {{
  return createServer(async (request, response) => {{
{lines}
    const [status, text] = pageAt(decodeURIComponent(request.url));
    response.writeHead(status).end(text);
  }});
}}
"""
    return {"conduit/app.js": code}


def at_start(body: str) -> Changes:
    """A site that runs this when it is imported."""
    return app("", before=body)


FORGED = """
import { readFileSync, writeSync } from 'node:fs';
const pipe = Number(readFileSync('/proc/self/cmdline', 'utf8').split('\\0').at(-2));
for (const event of ['began', 'ended']) {
  const told = { event, n: 1, test: 'The words of a text are counted', file: '', outcome: 'passed' };
  writeSync(pipe, '0'.repeat(64) + ' ' + JSON.stringify(told) + '\\n');
}
"""
READ = "import { readFileSync } from 'node:fs';\nconst text = readFileSync('tests/01-words.test.js', 'utf8');"
REQUIRE = "import module from 'node:module';\nconst require = module.createRequire(import.meta.url);\n"

# What is handed in, how it ends, and words that the result has to say.
CHEATS: dict[str, tuple[Changes, Verdict, str]] = {
    "ends the program": (app("process.exit(0);"), Verdict.RED, "ended the whole test program with exit code 0"),
    "ends it when imported": (at_start("process.exit(0);"), Verdict.RED, "The cause may be conduit/app.js:1"),
    "ends it by a signal": (app("process.kill(process.pid, 'SIGSEGV');"), Verdict.RED, "SIGSEGV"),
    "tests of its own": (
        {"tests/01-words.test.js": "import { test } from 'node:test';\ntest('The words of a text are counted');\n"},
        Verdict.RED,
        "no page answers at /words",
    ),
    "support of its own": (
        {"tests/support.js": "export const expect = () => {};\nexport class Site { static open() {} }\n"},
        Verdict.RED,
        "no page answers at /words",
    ),
    "asks for it otherwise": (
        at_start("process.getBuiltinModule('node:test').test('Short texts are counted, too', () => {});"),
        Verdict.RED,
        "no page answers at /words",
    ),
    "packages of its own": (
        {"node_modules/undici/index.js": "", **at_start("import 'undici';")},
        Verdict.RED,
        "imports undici, but this package does not exist",
    ),
    "an answer that is no answer": (
        at_start("globalThis.Response.prototype.text = async () => ({ toString: () => '3' });"),
        Verdict.RED,
        "",
    ),
    "outcomes of the test program": (
        at_start(
            "import { createHook } from 'node:async_hooks';\n"
            "const init = (id, type, from, made) => {\n"
            "  const test = Object.getPrototypeOf(made);\n"
            "  if (test.pass && test.fail) test.fail = test.pass;\n"
            "};\n"
            "createHook({ init }).enable();"
        ),
        Verdict.TAMPERED,
        "a canary, a test that can only fail, passed",
    ),
    "the harness": (
        at_start(
            "import { readFileSync } from 'node:fs';\n"
            "const words = readFileSync('/proc/self/cmdline', 'utf8').split('\\0');\n"
            "const folder = words.find((word) => word.endsWith('node_tests.mjs')).replace('node_tests.mjs', '');\n"
            "const { listen, default: reporter } = await import(folder + 'node_reporter.mjs');\n"
            "const face = await import(folder + 'fake_node_test.mjs');\n"
            "try { listen(() => {}); } catch {}\n"
            "try { await reporter([{ type: 'test:pass' }]).next(); } catch {}\n"
            "try { face.test('The words of a text are counted', () => {}); } catch {}\n"
            "face.take(true);"
        ),
        Verdict.RED,
        "no page answers at /words",
    ),
    "writing the report": (at_start(FORGED), Verdict.TAMPERED, "wrong signature"),
    "reading the tests": (at_start(READ), Verdict.RED, "no such file or directory"),
    "waiting for ever": (
        app("if (request.url === '/') await new Promise(() => {});"),
        Verdict.RED,
        "Is there an endless loop?",
    ),
}


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "room", source=GRADED_NODE)


@pytest.mark.parametrize("name", CHEATS)
def test_a_cheat_is_never_green(room: Room, name: str) -> None:
    changes, verdict, words = CHEATS[name]
    room.submit(changes, start="given 01-words")

    check_cheat(room.grade(), verdict, words)


def with_support(tmp_path: Path, before: str = "", in_open: str = "") -> Room:
    """A room whose path has another support file: with these lines on top, and these where a site is opened."""
    source = tmp_path / "template"
    shutil.copytree(GRADED_NODE, source)
    file = source / "project" / "tests" / "support.js"
    words = file.read_text("utf-8").replace("  static async open(t) {\n", f"  static async open(t) {{\n    {in_open}\n")
    file.write_text(f"{before}\n{words}", "utf-8")
    return Room(tmp_path / "room", source=source)


def test_a_submission_does_not_stand_for_a_package_of_the_tests(tmp_path: Path) -> None:
    room = with_support(tmp_path, in_open="await import('asked-for');")
    names = {"name": "asked-for", "type": "module", "exports": "./conduit/pages.js"}
    room.submit({"package.json": json.dumps(names)})

    check_cheat(room.grade(), Verdict.RED, "The package asked-for is not installed.")


def test_the_tests_may_ask_for_the_project_by_its_name(tmp_path: Path) -> None:
    room = with_support(tmp_path, in_open="await import('graded-node');")
    names = {"name": "graded-node", "type": "module", "exports": "./conduit/app.js"}
    room.submit({"package.json": json.dumps(names)})

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)


def test_a_replaced_method_of_the_support_is_a_note_for_the_instructor(room: Room) -> None:
    replace = "Site.prototype.get = () => ({ status: 404, says() {} });"
    room.submit(at_start(f"import {{ Site }} from '../tests/support.js';\n{replace}"), start="given 01-words")

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)
    assert grade.notes == ("look at this: tests/support.js: Site.get was replaced while the tests ran",)
    assert "replaced" not in page(grade)


def test_honest_work_is_green(room: Room) -> None:
    room.submit()

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)
    assert [one.outcome for one in grade.results] == ["passed"] * 4
    assert grade.notes == ()


@pytest.mark.parametrize("place", [None, LimitsAlone()])
def test_a_failure_says_what_check_says_and_where(room: Room, place: LimitsAlone | None) -> None:
    room.submit({"conduit/pages.js": "export function pageAt(address) {\n  return address.nothing.at;\n}\n"})

    grade = room.grade(sandbox=place)

    assert grade.verdict is Verdict.RED
    assert grade.first_red is not None
    assert "TypeError: Cannot read properties of undefined (reading 'at') (conduit/pages.js:2)" in said(grade)


def test_a_loop_that_nothing_interrupts_is_stopped_and_named(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    room.submit(app("for (;;) ;"), start="given 01-words")
    monkeypatch.setattr(Grader, "limits", lambda *_: SandboxLimits(seconds=4))

    grade = room.grade()

    assert grade.verdict is Verdict.RED
    assert grade.why == "the run was stopped in The home page greets: still running after 4 s"
    assert grade.first_red is not None
    assert grade.first_red.message == "Stopped: still running after 4 s. Is there an endless loop?"


PAGES = "export const pageAt = (address) => [404, address];\n"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"conduit/pages.js": f"{PAGES}const x = ;\n"}, "SyntaxError: Unexpected token ';' (conduit/pages.js:2)"),
        (
            {"conduit/pages.js": f"{PAGES}import './old.cjs';\n", "conduit/old.cjs": "'use strict';\nconst x = ;\n"},
            "SyntaxError: Unexpected token ';' (conduit/old.cjs:2)",
        ),
        (
            {"conduit/pages.js": f"{PAGES}await import('./späte.js');\n", "conduit/späte.js": "'use strict';\n}\n"},
            "SyntaxError: Unexpected token '}' (conduit/späte.js:2)",
        ),
        (
            {"conduit/pages.js": "export const a = 1;\n"},
            (
                "SyntaxError: The requested module './pages.js' does not provide an export named 'pageAt' "
                "(conduit/app.js:5)"
            ),
        ),
        (
            {"conduit/pages.js": f"{PAGES}JSON.parse('{{');\n"},
            "SyntaxError: Expected property name or '}' in JSON at position 1 (line 1 column 2) (conduit/pages.js:2)",
        ),
    ],
    ids=["a module", "CommonJS", "a late import", "a missing export", "JSON"],
)
def test_a_syntax_error_names_file_and_line(room: Room, changes: Changes, message: str) -> None:
    room.submit(changes)

    grade = room.grade()

    assert grade.verdict is Verdict.RED
    assert {one.message for one in grade.results} == {message}
    assert message in html.unescape(page(grade))


def test_the_site_of_express_is_green(tmp_path: Path) -> None:
    room = Room(tmp_path / "room", source=GRADED_NODE.parents[2] / "templates" / "express")
    room.submit(step="base")

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)
