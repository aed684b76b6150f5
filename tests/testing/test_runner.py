"""A check says of every listed test how it went, what was expected and what came, and where in the learner's code."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from starterkit.errors import UsageError
from starterkit.process import ProgramMissing
from starterkit.runtime.environment import Environment
from starterkit.sanitize import strip_control
from starterkit.template.load import read_step
from starterkit.template.model import Commands, FolderSource
from starterkit.testing.discovery import expected_tests, found_tests
from starterkit.testing.junit import LIMIT_BYTES, read_junit
from starterkit.testing.launch import COLD, ColdLauncher, launcher_without_network
from starterkit.testing.results import CheckResult, ExpectedTest, Outcome, SourceLine, TestResult
from starterkit.testing.runner import Cancelled, run_tests
from tests.support.gradings import GRADED_NODE
from tests.support.probes import INI, PYTEST, check, project, template
from tests.support.projects import node_alone, pytest_environment, syntax_error, write_tree

pytestmark = pytest.mark.slow

posix_only = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")

# --- each way to fail, in one run ---------------------------------------------------------------------------------

_ADVICE = "If it is a package, add it: `starterkit add PACKAGE`."
_FAILING = {
    "conduit/comments.py": """
        def add(text):
            return clean(text)


        def clean(text):
            return texts.strip()
        """,
    "conduit/wrong.py": "def add(text:\n    pass\n",
    "conduit/ends.py": "import sys\n\nsys.exit(3)\n",
    "conduit/needs.py": "import no_such_package\n",
    "conduit/chained.py": """
        def add(text):
            try:
                {}[text]
            except KeyError as missing:
                raise LookupError("no comment") from missing
        """,
    "tests/support.py": """
        class Site:
            def read(self, address):
                raise AssertionError(f"no page answers at {address} yet")
        """,
    "tests/test_01_comments.py": '''
        """The tests."""
        import pytest
        from support import Site


        @pytest.fixture
        def site():
            return Site()


        @pytest.fixture
        def broken_site():
            import conduit.wrong


        def test_words(site):
            """A page answers.

            More words.
            """
            site.read("/tag/python")


        def test_passes():
            """All is well."""


        def test_compared():
            assert ["first"] == ["first", "second"]


        def test_own_words_and_compared():
            assert 1 == 2, "one line\\nand another"


        def test_name_error():
            from conduit import comments
            comments.add("x")


        def test_syntax(broken_site):
            pass


        def test_exit():
            import conduit.ends


        def test_import():
            import conduit.needs


        def test_chained():
            from conduit import chained
            chained.add("x")


        @pytest.mark.skip(reason="not today")
        def test_skipped():
            pass


        @pytest.mark.xfail
        def test_expected_to_fail():
            assert False


        @pytest.mark.parametrize("word", ["a", "b/[c]", "é 🎈"])
        def test_parameters(word):
            assert word != "b/[c]"


        def test_colours():
            raise AssertionError("\\x1b[31mred\\x1b[0m \\x07 \\u202e <&> 🎈")


        def test_silent():
            raise AssertionError


        def test_long():
            raise AssertionError("\\n".join(f"line {n}" for n in range(100)))


        @pytest.fixture
        def falls_over_later():
            yield
            raise RuntimeError("while clearing up")


        def test_teardown(falls_over_later):
            pass


        def test_fails_by_word():
            pytest.fail("said so")
        ''',
}


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> CheckResult:
    folder = project(tmp_path_factory.mktemp("failing"), _FAILING)
    return check(folder, remembered_green=["test_words", "test_passes"])


def of(result: CheckResult, name: str) -> TestResult:
    return next(one for one in result.results if one.test.id == name)


@pytest.mark.parametrize(
    ("name", "message", "place"),
    [
        ("test_words", "no page answers at /tag/python yet", None),
        ("test_own_words_and_compared", "one line\nand another", None),
        ("test_name_error", "NameError: name 'texts' is not defined", "conduit/comments.py:6"),
        ("test_syntax", syntax_error("def add(text:\n    pass\n"), "conduit/wrong.py:1"),
        ("test_exit", "The code ended the whole program (SystemExit: 3).", "conduit/ends.py:3"),
        ("test_import", f"ModuleNotFoundError: No module named 'no_such_package'. {_ADVICE}", "conduit/needs.py:1"),
        ("test_chained", "LookupError: no comment", "conduit/chained.py:5"),
        ("test_skipped", "Skipped (not today), but the path needs it to pass.", None),
        ("test_expected_to_fail", "Marked as expected to fail (no reason given), but the path needs it to pass.", None),
        ("test_colours", "red #x07 \ufffd <&> 🎈", None),
        ("test_silent", "An assertion without a message failed.", None),
        ("test_teardown", "RuntimeError: while clearing up", None),
        ("test_fails_by_word", "said so", None),
    ],
)
def test_a_failure_says_what_came_and_where(failing: CheckResult, name: str, message: str, place: str | None) -> None:
    result = of(failing, name)

    assert (result.outcome, result.message) == (Outcome.FAILED, message)
    assert str(result.place or "").startswith(place or "")
    assert (result.place is None) == (place is None)


def test_a_comparison_is_shown_in_a_few_lines(failing: CheckResult) -> None:
    message = of(failing, "test_compared").message

    assert message.startswith("assert ['first'] == ['first', 'second']\n")
    assert "Use -v" not in message
    assert "AssertionError" not in message


def test_a_long_message_is_shortened_and_whole_in_the_details(failing: CheckResult) -> None:
    result = of(failing, "test_long")

    assert result.message.split("\n")[-2:] == ["line 7", "…"]
    assert "line 99" in result.details


def test_one_bad_parameter_makes_a_test_red(failing: CheckResult) -> None:
    assert of(failing, "test_parameters").outcome is Outcome.FAILED


def test_the_line_of_the_test_is_known(failing: CheckResult) -> None:
    place = of(failing, "test_words").test_place

    assert place is not None
    assert place.file == "tests/test_01_comments.py"
    lines = _FAILING["tests/test_01_comments.py"].strip().splitlines()
    assert 'site.read("/tag/python")' in lines[place.line - 1]


def test_a_run_is_counted_and_remembered(failing: CheckResult) -> None:
    assert not failing.green
    assert failing.problem == ""
    assert len(failing.results) - len(failing.red) == 1
    assert failing.first_red == of(failing, "test_words")
    assert [result.test.id for result in failing.broken] == ["test_words"]
    assert of(failing, "test_words").test.sentence == "A page answers."
    assert of(failing, "test_compared").test.sentence == "test_compared"


def test_green_is_green(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": "def test_a():\n    print('x' * 5_000_000)\n"})

    result = check(folder, step="base", pristine=True)

    assert result.green
    assert (result.problem, result.first_red, result.pristine) == ("", None, True)
    assert result.results[0].is_new
    assert result.seconds > 0


# --- runs that go wrong as a whole --------------------------------------------------------------------------------


def test_a_test_file_that_cannot_be_read_is_named_for_all(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": "def test_a(): pass\n", "tests/test_b.py": "import nothing_here\n"})
    folder_b = folder / "tests" / "test_b.py"
    expected = [ExpectedTest("test_a", "tests/test_a.py", "base", ""), ExpectedTest("test_b", _B, "base", "")]
    assert folder_b.exists()

    result = run_tests(folder, pytest_environment(), template(), expected)

    a, b = result.results
    assert b.message == "ModuleNotFoundError: No module named 'nothing_here'"
    assert (b.outcome, b.place) == (Outcome.DID_NOT_RUN, SourceLine(_B, 1))
    assert a.message == f"Did not run, because {_B} can't be loaded: {b.message}"


_B = "tests/test_b.py"


def test_tests_that_are_gone_are_red(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": "def test_a(): pass\n"})
    expected = [
        ExpectedTest("test_a", "tests/test_a.py", "base", ""),
        ExpectedTest("test_gone", "tests/test_a.py", "base", ""),
        ExpectedTest("test_b", "tests/test_b.py", "base", ""),
        ExpectedTest("test_nowhere", "", "base", ""),
    ]

    result = run_tests(folder, pytest_environment(), template(), expected)

    assert [one.outcome for one in result.results] == [Outcome.PASSED, *[Outcome.DID_NOT_RUN] * 3]
    assert [one.message for one in result.results[1:]] == [
        (
            "This test is missing from tests/test_a.py. "
            "Restore it: `git checkout refs/starterkit/path -- tests/test_a.py`"
        ),
        "tests/test_b.py is missing. Restore it: `git checkout refs/starterkit/path -- tests/test_b.py`",
        "its file is missing.",
    ]


def test_a_project_without_any_test_file_starts_nothing(tmp_path: Path) -> None:
    expected = [ExpectedTest("test_b", "tests/test_b.py", "base", "")]

    result = run_tests(tmp_path, Environment({"python": "/no/such"}, {}), template(), expected)

    assert [one.message.partition(" Restore")[0] for one in result.results] == ["tests/test_b.py is missing."]


@pytest.mark.parametrize(
    ("files", "message", "place"),
    [
        (
            {
                "conduit/ends.py": "import os\n\nos._exit(3)\n",
                "tests/test_a.py": "def test_a():\n    import conduit.ends\n",
            },
            "The test program ended without a report (exit code 3): conduit/ends.py:3 ends the whole program.",
            "conduit/ends.py:3",
        ),
        (
            {
                "conduit/wrong.py": "x = (\n",
                "tests/conftest.py": "import conduit.wrong\n",
                "tests/test_a.py": "def test_a(): pass\n",
            },
            f"The test program ended without a report (exit code 4): {syntax_error('x = (')}",
            "conduit/wrong.py:1",
        ),
        (
            {
                "conduit/ends.py": "import sys\nsys.exit(3)\n",
                "tests/test_a.py": "import conduit.ends\ndef test_a(): pass\n",
            },
            "The code ended the whole program (SystemExit: 3).",
            "conduit/ends.py:2",
        ),
        (
            {
                "conduit/falls.py": "import ctypes\n\n\ndef fall():\n    ctypes.string_at(0)\n",
                "tests/test_a.py": "from conduit.falls import fall\ndef test_a():\n    fall()\n",
            },
            "The test program ended without a report (ended by SIGSEGV): Fatal Python error: Segmentation fault",
            "conduit/falls.py:5",
        ),
    ],
    ids=["os._exit", "conftest", "sys.exit in a test file", "a crash"],
)
@posix_only
def test_a_run_without_results_says_why_and_where(
    tmp_path: Path, files: dict[str, str], message: str, place: str
) -> None:
    result = check(project(tmp_path, files))

    assert [(one.outcome, one.message) for one in result.results] == [(Outcome.DID_NOT_RUN, message)]
    assert str(result.results[0].place) == place
    assert result.problem.startswith(message)


def test_each_test_says_that_the_code_ended_the_program(tmp_path: Path) -> None:
    tests = """
        import pytest
        @pytest.fixture(scope="session")
        def outer():
            return 1
        @pytest.fixture(scope="session")
        def app(outer):
            import conduit.ends
        def test_a(app): pass
        def test_b(app): pass
        """
    folder = project(tmp_path, {"conduit/ends.py": "import sys\nsys.exit(3)\n", "tests/test_a.py": tests})

    result = check(folder)

    assert [(one.message, str(one.place)) for one in result.results] == [
        ("The code ended the whole program (SystemExit: 3).", "conduit/ends.py:2")
    ] * 2


@posix_only
@pytest.mark.parametrize("launcher", [COLD, launcher_without_network()], ids=["cold", "no network"])
def test_a_run_that_takes_too_long_keeps_what_had_passed(tmp_path: Path, launcher: ColdLauncher) -> None:
    tests = "import time\ndef test_a(): pass\ndef test_b():\n    from conduit import slow\ndef test_c(): pass\n"
    folder = project(tmp_path, {"conduit/slow.py": "import time\n\ntime.sleep(60)\n", "tests/test_a.py": tests})
    (folder / "pytest.ini").write_text(INI.replace("timeout = 1", "timeout = 50"))

    result = check(folder, limit_seconds=4.0, launcher=launcher)

    first, second, third = result.results
    assert first.outcome is Outcome.PASSED
    assert second.message == "Stopped: still running after 4 s. Is there an endless loop?"
    assert second.place == SourceLine("conduit/slow.py", 3)
    assert third.message == "Did not run, because the tests were stopped before it."
    assert result.problem == f"The tests were stopped in conduit/slow.py:3: {second.message.removeprefix('Stopped: ')}"
    assert result.seconds < 10


_LOOP = "Stopped: still running after {} s. Is there an endless loop?"
_STUCK = "Stopped: nothing happened for 15 s. Does the code wait for something that never comes, or send no response?"


@pytest.mark.parametrize(
    ("code", "timeout", "message", "place"),
    [
        ("def run():\n    while True:\n        pass\n", 50, _LOOP.format(5), "conduit/stuck.py:"),
        pytest.param("while True:\n    pass\n", 50, _LOOP.format(5), "conduit/stuck.py:", marks=pytest.mark.nightly),
        ("def run():\n    while True:\n        pass\n", 1, _LOOP.format(1), "conduit/stuck.py:"),
        pytest.param(
            """
            import threading

            def loop():
                while True:
                    pass

            def run():
                thread = threading.Thread(target=loop)
                thread.start()
                thread.join()
            """,
            50,
            _LOOP.format(5),
            "conduit/stuck.py:",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            "import time\n\ndef run():\n    time.sleep(100)\n",
            50,
            _STUCK,
            "conduit/stuck.py:4",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            """
            import asyncio

            async def wait():
                await asyncio.sleep(100)

            def run():
                asyncio.run(wait())
            """,
            50,
            _STUCK,
            "conduit/stuck.py:",
            marks=pytest.mark.nightly,
        ),
    ],
    ids=["a call", "an import", "pytest-timeout", "another thread", "waiting", "awaiting"],
)
def test_a_run_ends_at_the_first_test_that_gets_stuck(
    tmp_path: Path, code: str, timeout: int, message: str, place: str
) -> None:
    tests = "def test_a(): pass\ndef test_b():\n    from conduit import stuck\n    stuck.run()\ndef test_c(): pass\n"
    folder = project(tmp_path, {"conduit/stuck.py": code, "tests/test_a.py": tests})
    (folder / "pytest.ini").write_text(INI.replace("timeout = 1", f"timeout = {timeout}"))

    result = check(folder)

    first, second, third = result.results
    assert first.outcome is Outcome.PASSED
    assert (second.message, str(second.place)[: len(place)]) == (message, place)
    assert third.message == "Did not run, because the tests were stopped before it."


@pytest.mark.nightly
def test_a_run_may_wait_for_a_site_in_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STARTERKIT_SITE", "http")
    folder = project(tmp_path, {"tests/test_a.py": "import time\ndef test_a(): time.sleep(17)\n"})
    (folder / "pytest.ini").write_text(INI.replace("timeout = 1", "timeout = 50"))

    (only,) = check(folder).results

    assert only.outcome is Outcome.PASSED, only.message


@pytest.mark.parametrize(
    "work", ["while time.process_time() < 7: pass", pytest.param("time.sleep(17)", marks=pytest.mark.nightly)]
)
def test_a_test_with_a_longer_limit_of_its_own_may_take_longer(tmp_path: Path, work: str) -> None:
    tests = f"""\
        import time
        import pytest

        @pytest.mark.timeout(60)
        def test_a():
            {work}
        """
    folder = project(tmp_path, {"tests/test_a.py": tests})

    (only,) = check(folder).results

    assert only.outcome is Outcome.PASSED, only.message


def test_a_test_file_that_never_ends_to_load_is_named(tmp_path: Path) -> None:
    files = {
        "conduit/stuck.py": "while True:\n    pass\n",
        "tests/test_a.py": "import conduit.stuck\ndef test_a(): pass\n",
    }
    folder = project(tmp_path, files)

    (only,) = check(folder).results

    assert (only.message, str(only.place)[:17]) == (_LOOP.format(5), "conduit/stuck.py:")


@pytest.mark.skipif(launcher_without_network() == COLD, reason="bubblewrap doesn't work here")
def test_without_network_only_this_machine_answers(tmp_path: Path) -> None:
    tests = """
        import socket
        def reaches(address): socket.create_connection(address, timeout=5).close()
        def test_own_server():
            with socket.create_server(("127.0.0.1", 0)) as server:
                reaches(server.getsockname())
        def test_network():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
                one.connect(("192.0.2.1", 9))
        """
    result = check(project(tmp_path, {"tests/test_a.py": tests}), launcher=launcher_without_network())

    own, network = result.results
    assert own.outcome is Outcome.PASSED
    assert "unreachable" in network.message


@posix_only
def test_a_program_that_cannot_be_interrupted_is_ended(tmp_path: Path) -> None:
    slow = """
        import signal, time
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)
        """
    commands = replace(PYTEST, test=("{python}", "slow.py", "{tests}"))
    folder = project(tmp_path, {"slow.py": slow, "tests/test_a.py": "def test_a(): pass\n"})
    expected = [ExpectedTest("test_a", "tests/test_a.py", "base", "")]

    begun = time.monotonic()
    result = run_tests(folder, pytest_environment(), template(commands=commands), expected, limit_seconds=0.2)

    assert result.results[0].message.startswith("Stopped: still running after 0.2 s.")
    assert time.monotonic() - begun < 15


def test_a_program_that_prints_without_end_is_stopped(tmp_path: Path) -> None:
    commands = replace(PYTEST, test=("{python}", "prints.py", "{tests}"))
    endless = "import os\nwhile True:\n    os.write(1, b'x' * 1_000_000)\n"
    folder = project(tmp_path, {"prints.py": endless, "tests/test_a.py": "def test_a(): pass\n"})
    expected = [ExpectedTest("test_a", "tests/test_a.py", "base", "")]

    result = run_tests(folder, pytest_environment(), template(commands=commands), expected)

    assert result.results[0].message == "Stopped: more than 64 MiB of output. Is there an endless loop?"
    assert len(result.log) < 100_000


@posix_only
def test_a_cancelled_run_ends_its_processes(tmp_path: Path) -> None:
    waiting = """
        import os
        import time
        from pathlib import Path


        def test_a():
            Path("running").write_text(str(os.getpid()))
            time.sleep(60)
        """
    folder = project(tmp_path, {"tests/test_a.py": waiting, "pytest.ini": INI.replace("timeout = 1", "timeout = 90")})
    running = folder / "running"

    with pytest.raises(Cancelled):
        check(folder, cancelled=lambda: running.exists() and running.read_text() != "")

    with pytest.raises(ProcessLookupError):
        os.kill(int(running.read_text()), 0)


def test_a_test_program_that_is_gone_is_said(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": "def test_a(): pass\n"})
    expected = [ExpectedTest("test_a", "tests/test_a.py", "base", "")]

    with pytest.raises(ProgramMissing, match="/no/such"):
        run_tests(folder, Environment({"python": "/no/such"}, {}), template(), expected)


def test_a_test_library_that_is_gone_is_said(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": "def test_a(): pass\n"})
    commands = replace(PYTEST, test=("{python}", "-m", "no_such_pytest", "{tests}"))
    expected = [ExpectedTest("test_a", "tests/test_a.py", "base", "")]

    result = run_tests(folder, pytest_environment(), template(commands=commands), expected)

    assert result.problem.endswith("No module named no_such_pytest")


# --- which tests run ----------------------------------------------------------------------------------------------


def test_the_selected_tests_alone_run(tmp_path: Path) -> None:
    tests = "def test_a(): pass\ndef test_b(): raise AssertionError('no')\n"
    folder = project(tmp_path, {"tests/test_a.py": tests, "tests/test_mine.py": "def test_mine(): assert 0\n"})

    assert [result.test.id for result in check(folder, selected=["test_b"]).results] == ["test_b"]
    with pytest.raises(UsageError, match=r'have no test "test_x"'):
        check(folder, selected=["test_x"])


def test_a_test_for_another_system_does_not_run_and_does_not_count(tmp_path: Path) -> None:
    tests = "def test_a(): pass\ndef test_elsewhere(): import os; os._exit(3)\ndef test_b(): assert 0\n"
    folder = project(tmp_path, {"tests/test_a.py": tests})
    expected = [ExpectedTest(name, "tests/test_a.py", "base", "") for name in ("test_a", "test_elsewhere", "test_gone")]
    expected[1] = replace(expected[1], platforms=("plan9",))

    result = run_tests(folder, pytest_environment(), template(), expected)

    assert [each.outcome for each in result.results] == [Outcome.PASSED, Outcome.NOT_HERE, Outcome.DID_NOT_RUN]
    assert result.results[2].message.startswith("This test is missing from tests/test_a.py.")
    assert [each.test.id for each in result.core] == ["test_a", "test_gone"]
    assert [each.test.id for each in result.not_here] == ["test_elsewhere"]


def test_the_learners_own_tests_do_not_run(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": "def test_a(): pass\n", "tests/test_mine.py": "raise SystemExit\n"})
    expected = [ExpectedTest("test_a", "tests/test_a.py", "base", "")]

    assert run_tests(folder, pytest_environment(), template(), expected).green


def test_tests_are_found_with_their_sentences() -> None:
    python = (
        b'def test_a():\n    """ One sentence.\n\n    More."""\n\nasync def test_b():\n    pass\n\ndef helper(): pass\n'
    )
    node = b"""
import test from 'node:test';
test('An article has a title', async () => {});
  test.skip("It's said", { timeout: 3 }, () => {});
// test('not this one', () => {});
it(`A third`, () => {});
"""

    assert [(test.id, test.sentence, test.line) for test in found_tests("tests/test_a.py", python)] == [
        ("test_a", "One sentence.", 1),
        ("test_b", "test_b", 6),
    ]
    assert [(test.id, test.line) for test in found_tests("tests/01-a.test.js", node)] == [
        ("An article has a title", 3),
        ("It's said", 4),
        ("A third", 6),
    ]
    assert found_tests("tests/test_a.py", b"def test_a(:") == ()
    assert found_tests("tests/data.csv", b"test") == ()


def test_the_path_lists_base_and_the_steps_so_far(tmp_path: Path) -> None:
    steps = {
        f"steps/{name}/step.yml": f"""
            title: T
            summary: S
            minutes: 30
            goal: G
            taught: [a]
            out_of_scope: [b]
            hints:
              test_{name[:2]}: [one, two]
            guards:
              test_guard_{name[:2]}: it worked before
            """
        for name in ("01-comments", "02-tags")
    }
    write_tree(tmp_path, steps)
    path = replace(
        template("test_base"),
        read_step=partial(read_step, FolderSource(tmp_path)),
        step_names=("01-comments", "02-tags"),
    )
    files = {
        "tests/test_00.py": b'def test_base():\n    """It stands."""\n',
        "tests/test_01.py": b"def test_guard_01(): pass\ndef test_01(): pass\n",
        "tests/support.py": b"def test_02(): pass\n",
    }

    assert [test.id for test in expected_tests(path, "base", files)] == ["test_base"]
    tests = expected_tests(path, "01-comments", files)
    assert [(test.id, test.file, test.step, test.guard) for test in tests] == [
        ("test_base", "tests/test_00.py", "base", ""),
        ("test_01", "tests/test_01.py", "01-comments", ""),
        ("test_guard_01", "tests/test_01.py", "01-comments", "it worked before"),
    ]
    assert expected_tests(path, "02-tags", files)[3].file == ""


# --- reports and texts of strangers -------------------------------------------------------------------------------


def test_a_report_that_breaks_off_gives_what_was_whole(tmp_path: Path) -> None:
    write_tree(tmp_path, {"r.xml": '<testsuites><testcase name="a"/><testcase name="b"><failure message="x">te'})

    report = read_junit(tmp_path / "r.xml")

    assert report is not None
    assert [(case.name, case.kind, case.message) for case in report.cases] == [
        ("a", "", ""),
        ("b", "error", "The report ends here."),
    ]
    assert report.problem == "the test report is incomplete"


def test_a_report_that_declares_entities_is_not_read(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x><testcase name="&b;"/></x>'
    write_tree(tmp_path, {"r.xml": bomb})

    report = read_junit(tmp_path / "r.xml")

    assert report is not None
    assert report.cases == []
    assert report.problem == "the test report has an unknown format"


def test_a_report_with_what_xml_cannot_hold_is_read(tmp_path: Path) -> None:
    write_tree(
        tmp_path, {"r.xml": b'<x><testcase name="a\x1b[31m\x00\xff"><error>\x08\xef\xbf\xbf</error></testcase></x>'}
    )

    report = read_junit(tmp_path / "r.xml")

    assert report is not None
    assert [(case.name, case.text, case.kind) for case in report.cases] == [("a\ufffd\ufffd", "\ufffd\ufffd", "error")]
    assert report.problem == ""


def test_no_report_and_an_empty_one_are_none(tmp_path: Path) -> None:
    write_tree(tmp_path, {"empty.xml": ""})

    assert read_junit(tmp_path / "empty.xml") is None
    assert read_junit(tmp_path / "absent.xml") is None


_MEMORY = """
import sys
from pathlib import Path
from starterkit.testing.junit import read_junit
report = read_junit(Path(sys.argv[1]))
print(len(report.cases), report.problem, max(len(case.text) for case in report.cases), sep="|")
print(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0])
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("place", ["text", "message"])
def test_a_huge_report_takes_little_memory(tmp_path: Path, place: str) -> None:
    file = tmp_path / "r.xml"
    huge = "🎈" + "x" * (LIMIT_BYTES - 4_000)
    message, text = ("m", huge) if place == "text" else (huge, "t")
    with file.open("w") as stream:
        stream.write(f'<x><testcase name="a"><failure message="{message}">{text}</failure></testcase>')
        for _ in range(8):
            stream.write(f'<testcase name="b"><failure>{"y" * 1_000_000}</failure></testcase>')

    out = subprocess.run(
        [sys.executable, "-c", _MEMORY, file],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1].parent / "src")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()

    count, problem, longest = out[0].split("|")
    assert (count, problem) == ("2", "the test report is larger than 8 MiB")
    assert int(longest) < 70_000
    assert int(out[1]) < 100 * 1024  # KiB


def test_a_failure_without_end_is_named(tmp_path: Path) -> None:
    tests = "def test_a(): pass\ndef test_b(): raise ValueError('x' * 10_000_000)\ndef test_c(): pass\n"

    result = check(project(tmp_path, {"tests/test_a.py": tests}))

    assert [one.message for one in result.results] == [
        "",
        "Its failure is too long to show.",
        "Did not run: the test report is larger than 8 MiB.",
    ]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("\x1b[1;31mred\x1b[0m", "red"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]0;title\x07text", "text"),
        ("#x1B[32mgreen#x1B[0m", "green"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a\x08\x9b2J\u202eb\x7f", "a\ufffd\ufffd2J\ufffdb\ufffd"),
        ("half \ud800", "half \ufffd"),
        ("tab\tand 🎈 שלום", "tab\tand 🎈 שלום"),
    ],
)
def test_text_is_harmless_for_a_terminal(given: str, wanted: str) -> None:
    assert strip_control(given) == wanted


# --- Node's test runner -------------------------------------------------------------------------------------------

NODE = shutil.which("node")
NODE_COMMANDS = Commands(
    test=(
        "{node}",
        "--test",
        "--test-reporter=junit",
        "--test-reporter-destination={report}",
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "{tests}",
    ),
    run=("{node}",),
)


@pytest.mark.skipif(not NODE, reason="no Node on this machine")
@pytest.mark.parametrize(
    ("code", "place"),
    [
        ("while (true) {}", "a file"),
        pytest.param("/^(a+)+$/.test('a'.repeat(40) + 'b');", "a test", marks=pytest.mark.nightly),
    ],
)
def test_nodes_runner_ends_at_the_first_test_that_gets_stuck(tmp_path: Path, code: str, place: str) -> None:
    stuck = f"exports.run = () => {{\n  {code}\n}};\n" if place == "a test" else f"exports.run = () => {{}};\n{code}\n"
    tests = """
        const test = require('node:test');
        test('A', () => {});
        test('B', () => { throw new Error('no'); });
        test('C', async () => { await null; require('../src/stuck.js').run(); });
        test('D', () => {});
        """
    files = {"package.json": json.dumps({"name": "probe"}), "src/stuck.js": stuck, "tests/a.test.js": tests}
    folder = write_tree(tmp_path / "sïte 🎈", files)
    expected = [ExpectedTest(name, "tests/a.test.js", "base", name, line=line) for line, name in enumerate("ABCD", 1)]
    path = template(commands=NODE_COMMANDS, test_files="tests/*.test.js")

    result = run_tests(folder, Environment({"node": str(NODE)}, dict(os.environ)), path, expected)

    assert result.seconds < 30
    assert "still running after 5 s. Is there an endless loop?" in result.problem
    assert "src/stuck.js:2" in result.problem


@posix_only
@pytest.mark.nightly
def test_a_test_in_node_may_wait_for_a_program(tmp_path: Path) -> None:
    tests = """
        import { spawn } from 'node:child_process';
        import { once } from 'node:events';
        import { test } from 'node:test';
        test('A', () => once(spawn('sleep', ['17']), 'exit'));
        """
    site = {"package.json": json.dumps({"name": "probe", "type": "module"}), "tests/a.test.js": tests}
    folder = write_tree(tmp_path / "site", site)
    commands = replace(NODE_COMMANDS, test=("{node}", "--test", "--test-isolation=none", *NODE_COMMANDS.test[2:]))
    path = template(commands=commands, test_files="tests/*.test.js")

    (only,) = run_tests(
        folder, node_alone(GRADED_NODE / "project"), path, [ExpectedTest("A", "tests/a.test.js", "base", "A")]
    ).results

    assert only.outcome is Outcome.PASSED, only.message


@pytest.mark.skipif(not NODE, reason="no Node on this machine")
def test_nodes_runner_is_read_too(tmp_path: Path) -> None:
    folder = write_tree(
        tmp_path / "sïte 🎈",
        {
            "package.json": json.dumps({"name": "probe"}),
            "src/app.js": "exports.title = () => {\n  return nope;\n};\n",
            "tests/01-articles.test.js": """
                const test = require('node:test');
                const assert = require('node:assert');
                test('An article has a title', () => { assert.equal(404, 200, 'no page answers at /article yet'); });
                test('A title is short', () => { require('../src/app.js').title(); });
                test('All is well', () => {});
                test('It takes long', { timeout: 100 }, () => new Promise((done) => setTimeout(done, 400)));
                test('Colours', () => { throw new Error('\\u001b[31mred\\u001b[0m \\u0007'); });
                test('Lists', () => { assert.deepStrictEqual([1], [1, 2]); });
                """,
            "tests/02-tags.test.js": "require('../src/missing.js');\n",
            "src/wrong.js": "// a comment\nconst title = (;\n",
            "tests/03-profiles.test.js": "require('../src/wrong.js');\n",
        },
    )
    names = ["An article has a title", "A title is short", "All is well", "It takes long", "Colours", "Lists", "Gone"]
    expected = [ExpectedTest(name, "tests/01-articles.test.js", "base", name) for name in names]
    expected.append(ExpectedTest("Tags", "tests/02-tags.test.js", "base", "Tags"))
    expected.append(ExpectedTest("Profiles", "tests/03-profiles.test.js", "base", "Profiles"))
    path = template(commands=NODE_COMMANDS, test_files="tests/*.test.js")

    result = run_tests(folder, Environment({"node": str(NODE)}, dict(os.environ)), path, expected)

    told = {one.test.id: one for one in result.results}
    assert told["An article has a title"].message == "no page answers at /article yet"
    assert told["A title is short"].message == "ReferenceError: nope is not defined"
    assert told["A title is short"].place == SourceLine("src/app.js", 2)
    assert told["All is well"].outcome is Outcome.PASSED
    assert "still running after 0.1 s" in told["It takes long"].message
    assert told["Colours"].message.startswith("Error: red")
    assert "Expected values to be strictly deep-equal" in told["Lists"].message
    assert told["Gone"].message.startswith("This test is missing from tests/01-articles.test.js.")
    assert told["Tags"].outcome is Outcome.DID_NOT_RUN
    assert "Cannot find module '../src/missing.js'" in told["Tags"].message
    assert told["Tags"].place == SourceLine("tests/02-tags.test.js", 1)
    assert told["Profiles"].message == "SyntaxError: Unexpected token ';'"
    assert told["Profiles"].place == SourceLine("src/wrong.js", 2)
    assert told["An article has a title"].test_place == SourceLine("tests/01-articles.test.js", 3)
