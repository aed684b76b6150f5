"""What the learner's code prints during a failing test is kept, and the line where a failure begins is quoted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from starterkit.template.model import Commands
from starterkit.testing.results import CheckResult, ExpectedTest, TestResult
from starterkit.testing.runner import run_tests
from tests.support.probes import INI, check, project, template
from tests.support.projects import node_alone, syntax_error, write_tree

pytestmark = pytest.mark.slow

EXPRESS = Path(__file__).parents[2] / "templates" / "express" / "project"
NODE_TEST = Commands(
    test=(
        "{node}",
        "--test",
        "--test-isolation=none",
        "--test-reporter=junit",
        "--test-reporter-destination={report}",
        "--test-reporter=spec",
        "--test-reporter-destination=stdout",
        "{tests}",
    ),
    run=("{node}",),
)


def of(result: CheckResult, name: str) -> TestResult:
    return next(one for one in result.results if one.test.id == name)


def test_what_a_failing_test_prints_is_its_output(tmp_path: Path) -> None:
    tests = """
        import sys
        import pytest

        print("on import")

        @pytest.fixture
        def site():
            print("in a fixture")
            yield
            print("at the end")

        def test_passes(site):
            print("passes")

        def test_fails(site):
            print("in the test")
            print("\\x1b[31mred", file=sys.stderr)
            assert 0

        @pytest.fixture
        def broken():
            print("broken")
            raise RuntimeError

        def test_not_set_up(broken):
            pass

        @pytest.mark.parametrize("number", [1, 2])
        def test_numbers(number):
            print(number)
            assert number < 2

        def test_prints_much():
            print("x" * 5_000_000, "the end")
            assert 0

        def test_is_silent():
            assert 0
        """

    result = check(project(tmp_path, {"tests/test_a.py": tests}))

    printed = {one.test.id: one.output for one in result.results}
    assert printed["test_fails"] == "in a fixture\nin the test\nred"
    assert printed["test_not_set_up"] == "broken"
    assert printed["test_numbers"] == "2"
    assert printed["test_prints_much"].endswith("xxx the end") and len(printed["test_prints_much"]) < 20_000
    assert (printed["test_passes"], printed["test_is_silent"]) == ("", "")
    assert result.problem == ""


def test_what_a_test_file_prints_before_it_fails_to_load_is_shown(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": "print('loading')\nimport nothing_here\ndef test_a(): pass\n"})

    assert [one.output for one in check(folder).results] == ["loading"]


def test_an_endless_loop_shows_what_it_printed(tmp_path: Path) -> None:
    loop = "def run():\n    print('begin')\n    while True:\n        pass\n"
    tests = "from conduit.stuck import run\ndef test_a(): run()\ndef test_b(): run()\n"
    folder = project(tmp_path, {"conduit/stuck.py": loop, "tests/test_a.py": tests})
    (folder / "pytest.ini").write_text(INI.replace("timeout = 1", "timeout = 50"))

    first, second = check(folder).results

    assert "still running after 5 s" in first.message
    assert (first.output, second.output) == ("begin", "")


@pytest.mark.parametrize(
    ("code", "caret"),
    [
        ("x = 1\ndef add(text:\n    pass\n", "("),
        ("def add():\n    if True:\n        return 1 +\n", None),
        ("def add():\n    oops\n", None),
    ],
)
def test_the_line_of_a_failure_is_quoted(tmp_path: Path, code: str, caret: str | None) -> None:
    tests = "def test_a():\n    from conduit.code import add\n    add()\n"
    result = check(project(tmp_path, {"conduit/code.py": code, "tests/test_a.py": tests})).results[0]

    assert result.place is not None
    assert result.source == code.splitlines()[result.place.line - 1]
    assert (result.caret is None) == ("oops" in code)
    if caret:
        assert result.source[result.caret or 0] == caret


def test_a_syntax_error_behind_a_hidden_traceback_is_explained(tmp_path: Path) -> None:
    conftest = """
        import pytest

        @pytest.fixture
        def site():
            __tracebackhide__ = True
            import conduit.wrong
        """
    files = {
        "conduit/wrong.py": "x = (\n",
        "tests/conftest.py": conftest,
        "tests/test_a.py": "def test_a(site): pass\n",
    }

    result = check(project(tmp_path, files)).results[0]

    assert (result.message, str(result.place)) == (syntax_error("x = (\n"), "conduit/wrong.py:1")
    assert (result.source, result.caret) == ("x = (", 4)


def run_node(folder: Path, files: dict[str, str], *names: str) -> CheckResult:
    write_tree(folder, {"package.json": json.dumps({"name": "probe", "type": "module"}), **files})
    expected = [ExpectedTest(name, "tests/a.test.js", "base", name, line=line) for line, name in enumerate(names, 1)]
    path = template(commands=NODE_TEST, test_files="tests/*.test.js")
    return run_tests(folder, node_alone(EXPRESS), path, expected)


def test_nodes_console_is_kept_for_each_failing_test(tmp_path: Path) -> None:
    tests = """
        import test from 'node:test';
        console.log('on import');
        test('A', () => { console.log('in', 'A'); console.error('trouble'); throw new Error('no'); });
        test('B', async () => { console.log('in B'); await null; });
        test('C', async () => {
          await new Promise((done) => setTimeout(done, 20));
          console.table([{ x: 1 }]);
          throw new Error('no');
        });
        test('D', () => { throw new Error('no'); });
        """

    result = run_node(tmp_path / "sïte 🎈", {"tests/a.test.js": tests}, *"ABCD")

    assert of(result, "A").output == "in A\ntrouble"
    assert (of(result, "B").is_red, of(result, "B").output, of(result, "D").output) == (False, "", "")
    assert of(result, "C").output.startswith("┌─")


def test_nodes_endless_loop_shows_what_it_printed_and_its_line(tmp_path: Path) -> None:
    stuck = "export function run() {\n  console.log('begin');\n  while (true) {}\n}\n"
    tests = "import test from 'node:test';\nimport { run } from '../src/stuck.js';\ntest('A', run);\ntest('B', run);\n"

    result = run_node(tmp_path / "site", {"src/stuck.js": stuck, "tests/a.test.js": tests}, *"AB")

    first, second = result.results
    assert "still running after 5 s" in first.message
    assert (first.output, str(first.place), first.source) == ("begin", "src/stuck.js:3", "  while (true) {}")
    assert "Did not run" in second.message


def test_a_module_that_a_test_needs_is_named_without_its_folder(tmp_path: Path) -> None:
    tests = "import test from 'node:test';\nimport '../src/absent.js';\ntest('A', () => {});\n"

    result = run_node(tmp_path / "site", {"tests/a.test.js": tests}, "A").results[0]

    assert result.message == "tests/a.test.js imports src/absent.js, but this module does not exist."


def test_nodes_syntax_error_has_its_line_and_caret(tmp_path: Path) -> None:
    files = {
        "src/wrong.js": "// a comment\nconst title = (;\n",
        "tests/a.test.js": "import test from 'node:test';\nimport '../src/wrong.js';\ntest('A', () => {});\n",
    }

    result = run_node(tmp_path / "site", files, "A").results[0]

    assert (str(result.place), result.source) == ("src/wrong.js:2", "const title = (;")
    assert result.caret == result.source.index(";")
