"""The same as test_workshop_cheats.py, on Node: each cheat ends red or tampered, never green."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from textwrap import dedent

import pytest
from gradings import GRADED_NODE, Changes, Room, check_cheat, needs_a_sandbox, said

from starterkit.repository.objects import LINK, File
from starterkit.workshop.grading.model import Verdict
from starterkit.workshop.grading.one import Grader
from starterkit.workshop.sandbox import Limits
from starterkit.workshop.sandbox.limits_alone import LimitsAlone

pytestmark = needs_a_sandbox


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
    "ends the program": (app("process.exit(0);"), Verdict.RED, "ended the whole program here, with exit code 0"),
    "ends it when imported": (at_start("process.exit(0);"), Verdict.RED, "conduit/app.js:1 does such a thing"),
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
    "asks for the test program": (
        at_start("import { test } from 'node:test';\ntest('The words of a text are counted', () => {});"),
        Verdict.TAMPERED,
        "asked for the test program",
    ),
    "asks for it otherwise": (
        at_start("process.getBuiltinModule('node:test').test('Short texts are counted, too', () => {});"),
        Verdict.RED,
        "no page answers at /words",
    ),
    "packages of its own": (
        {"node_modules/undici/index.js": "", **at_start("import 'undici';")},
        Verdict.RED,
        "Cannot find package 'undici'",
    ),
    "another client": (
        at_start(
            "import { Site } from '../tests/support.js';\nSite.prototype.get = () => ({ status: 404, says() {} });"
        ),
        Verdict.TAMPERED,
        "it replaced tests/support.js.Site.prototype.get",
    ),
    "another comparison": (
        at_start(REQUIRE + "require('node:util').isDeepStrictEqual = () => true;\nmodule.syncBuiltinESMExports();"),
        Verdict.TAMPERED,
        "it replaced util.isDeepStrictEqual",
    ),
    "another failure": (
        at_start(REQUIRE + "require('node:assert').AssertionError = class {};\nmodule.syncBuiltinESMExports();"),
        Verdict.TAMPERED,
        "it replaced assert.AssertionError",
    ),
    "another language": (
        at_start("Promise.prototype.then = function (next) { return next(); };"),
        Verdict.TAMPERED,
        "it replaced Promise.prototype.then",
    ),
    "something for every object": (
        at_start("Object.prototype.toJSON = () => ({ outcome: 'passed' });"),
        Verdict.TAMPERED,
        "it gave every object something",
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
        "a test that can only fail did not",
    ),
    "the debugger": (
        at_start("import { Session } from 'node:inspector';\ntry { new Session().connect(); } catch {}"),
        Verdict.TAMPERED,
        "the debugger",
    ),
    "a picture of the memory": (
        at_start("import { getHeapSnapshot } from 'node:v8';\ntry { getHeapSnapshot(); } catch {}"),
        Verdict.TAMPERED,
        "v8.getHeapSnapshot",
    ),
    "hooks for what is imported": (
        at_start("import { registerHooks } from 'node:module';\ntry { registerHooks({}); } catch {}"),
        Verdict.TAMPERED,
        "module.registerHooks",
    ),
    "Node's own parts": (at_start("try { process.binding('fs'); } catch {}"), Verdict.TAMPERED, "process.binding"),
    "the harness": (
        at_start(
            "import { readFileSync } from 'node:fs';\n"
            "const words = readFileSync('/proc/self/cmdline', 'utf8').split('\\0');\n"
            "const folder = words.find((word) => word.endsWith('node_tests.mjs')).replace('node_tests.mjs', '');\n"
            "const { listen, default: reporter } = await import(folder + 'node_reporter.mjs');\n"
            "const face = await import(folder + 'node_face.mjs');\n"
            "try { listen(() => {}); } catch {}\n"
            "try { await reporter([{ type: 'test:pass' }]).next(); } catch {}\n"
            "try { face.test('The words of a text are counted', () => {}); } catch {}\n"
            "face.take(true);"
        ),
        Verdict.RED,
        "no page answers at /words",
    ),
    "writing the report": (at_start(FORGED), Verdict.TAMPERED, "wrote into the report"),
    "reading the tests": (at_start(READ), Verdict.RED, "no such file or directory"),
    "killing the parent": (
        app("for (const one of [process.ppid, 1, -1]) { try { process.kill(one, 'SIGKILL'); } catch {} }"),
        Verdict.RED,
        "",
    ),
    "a fork bomb": (
        app(
            "const { fork } = await import('node:child_process');\nfor (;;) fork(new URL(import.meta.url).pathname);",
            "if (process.send) { const { fork } = await import('node:child_process');"
            " for (;;) fork(new URL(import.meta.url).pathname); }",
        ),
        Verdict.RED,
        "",
    ),
    "filling the disk": (
        app(
            "const { writeFileSync } = await import('node:fs');\n"
            "for (let n = 0; n < 100; n += 1) writeFileSync(`${n}`, Buffer.alloc(30_000_000));"
        ),
        Verdict.RED,
        "no space left on device",
    ),
    "waiting for ever": (
        app("if (request.url === '/') await new Promise(() => {});"),
        Verdict.RED,
        "is there a loop without an end?",
    ),
    "a link out of the project": (
        {"conduit/words.txt": File(LINK, b"../../../../etc/passwd")},
        Verdict.RED,
        "conduit/words.txt: a link that leads out of the project",
    ),
    "signs that move the cursor": (
        app("throw new Error('\\x1b[2J\\x1b]0;owned\\x07\\u202egreen');"),
        Verdict.RED,
        "Error",
    ),
    "a gigabyte": (
        app(
            "const { writeSync } = await import('node:fs');\n"
            "for (let n = 0; n < 300; n += 1) try { writeSync(1, 'x'.repeat(1_000_000)); } catch {}"
        ),
        Verdict.RED,
        "bytes more than are kept",
    ),
    "the network": (
        app(
            "const { connect } = await import('node:net');\n"
            "await new Promise((_, no) => connect(80, '192.0.2.1').on('error', no));"
        ),
        Verdict.RED,
        "ENETUNREACH",
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


SAME = (
    REQUIRE + "require('node:util').isDeepStrictEqual = () => true;\nmodule.syncBuiltinESMExports();\n"
    "export const pageAt = (address) => [address === '/nowhere' ? 404 : 200, ''];\n"
)


def with_support(tmp_path: Path, before: str = "", in_open: str = "") -> Room:
    """A room whose path has another support file: with these lines on top, and these where a site is opened."""
    source = tmp_path / "template"
    shutil.copytree(GRADED_NODE, source)
    file = source / "project" / "tests" / "support.js"
    words = file.read_text("utf-8").replace("  static async open(t) {\n", f"  static async open(t) {{\n    {in_open}\n")
    file.write_text(f"{before}\n{words}", "utf-8")
    return Room(tmp_path / "room", source=source)


def test_a_submission_does_not_stand_for_a_package_of_the_tests(tmp_path: Path) -> None:
    room = with_support(tmp_path, in_open="await import('asked-for').catch(() => {});")
    names = {"name": "asked-for", "type": "module", "exports": "./conduit/pages.js"}
    room.submit({"package.json": json.dumps(names), "conduit/pages.js": SAME}, start="given 01-words")

    check_cheat(room.grade(), Verdict.TAMPERED, "its package.json takes the name of a package of the tests: asked-for")


def test_the_tests_may_ask_for_the_project_by_its_name(tmp_path: Path) -> None:
    room = with_support(tmp_path, in_open="await import('graded-node');")
    names = {"name": "graded-node", "type": "module", "exports": "./conduit/app.js"}
    room.submit({"package.json": json.dumps(names)})

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)


def test_a_site_that_the_support_imports_is_watched_from_its_beginning(tmp_path: Path) -> None:
    room = with_support(tmp_path, before="import '../conduit/app.js';")
    room.submit({"conduit/pages.js": SAME}, start="given 01-words")

    check_cheat(room.grade(), Verdict.TAMPERED, "it replaced util.isDeepStrictEqual")


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
    monkeypatch.setattr(Grader, "limits", lambda *_: Limits(seconds=4))

    grade = room.grade()

    assert grade.verdict is Verdict.RED
    assert grade.why == "the run was stopped in The home page greets: still running after 4 s"
    assert grade.first_red is not None
    assert grade.first_red.message == "Stopped: still running after 4 s. Is there a loop without an end?"


def test_a_file_that_cannot_be_read_is_told(room: Room) -> None:
    room.submit({"conduit/pages.js": "export function pageAt( {\n"})

    grade = room.grade()

    assert grade.verdict is Verdict.RED
    assert "SyntaxError: " in said(grade)


def test_the_site_of_express_is_green(tmp_path: Path) -> None:
    room = Room(tmp_path / "room", source=GRADED_NODE.parents[2] / "templates" / "express")
    room.submit(step="base")

    grade = room.grade()

    assert grade.verdict is Verdict.GREEN, said(grade)
