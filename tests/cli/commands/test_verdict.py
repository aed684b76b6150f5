"""The screen of a failing check has at most 24 lines, whatever fails."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from starterkit.cli.commands.shared.verdict import (
    PRINTED_LINES,
    all_lines,
    end_lines,
    note_lines,
    own_lines,
    short_lines,
)
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, columns
from starterkit.testing.results import STOPPED_BEFORE, CheckResult, ExpectedTest, Outcome, SourceLine, TestResult

LONG = "Expected these articles on /: " + ", ".join(f'"Number {number}"' for number in range(60))
MESSAGES = {
    "one line": "Expected a form on /. Found none.",
    "a long line": LONG,
    "eight lines": "\n".join(f"line {number}" for number in range(8)),
    "HTML": f"Expected a form on /.\n<form class='{'x' * 600}'>",
    "no message": "",
}


def failing(number: int, message: str, **more: object) -> TestResult:
    test = ExpectedTest(f"test_{number}", "tests/test_01.py", "01-one", "A sentence about this test. " * 4, line=number)
    return TestResult(test, Outcome.FAILED, message, **more)  # type: ignore[arg-type]


def check(results: list[TestResult], **more: object) -> CheckResult:
    return CheckResult(tuple(results), 1.0, "01-one", **more)  # type: ignore[arg-type]


def rows(lines: list[Text], width: int = 80) -> int:
    return sum(max(1, -(-columns(line.plain) // width)) for line in lines)


def shown(console: Console, result: CheckResult, notes: int = 0, height: int = 23) -> list[Text]:
    own = own_lines(console, [failing(1, "no"), TestResult(failing(2, "").test, Outcome.PASSED)])
    note = note_lines(console, [f"conduit/file{number}.py isn't saved as UTF-8." for number in range(notes)])
    return short_lines(
        console, result, [*own, *note, *end_lines(console, "hint")], height=height, printed=PRINTED_LINES
    )


@pytest.fixture
def console(monkeypatch: pytest.MonkeyPatch) -> Console:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    return Console(environ={})


@pytest.mark.parametrize(("kind", "count", "notes"), [*product(MESSAGES, (1, 2, 40), (0, 5))])
def test_a_screen_has_at_most_24_lines(console: Console, kind: str, count: int, notes: int) -> None:
    results = [failing(0, MESSAGES[kind], place=SourceLine("conduit/a.py", 3), source="    x = y " * 20, caret=4)]
    results += [failing(number, f"{number} {LONG}") for number in range(1, count)]

    lines = shown(console, check(results), notes)

    assert rows(lines) < 24
    assert lines[-1].plain.rstrip().endswith("starterkit hint")
    assert any("Start at conduit/a.py:3." in line.plain for line in lines)


@pytest.mark.parametrize(("kind", "count", "notes"), [*product(MESSAGES, (1, 2, 40), (0, 5))])
def test_a_screen_of_stretch_tests_has_at_most_24_lines(console: Console, kind: str, count: int, notes: int) -> None:
    results = [failing(0, MESSAGES[kind], place=SourceLine("conduit/a.py", 3), source="    x = y " * 20, caret=4)]
    results += [failing(number, f"{number} {LONG}") for number in range(1, count)]
    stretch = [replace(each, test=replace(each.test, is_stretch=True)) for each in results]
    core = TestResult(failing(99, "").test, Outcome.PASSED)

    lines = shown(console, check([*stretch, core]), notes)

    assert lines[0].plain == f"ok  1 of 1 tests pass. 0 of {count} stretch tests pass (1.0 s)."
    assert any(line.plain.startswith("stretch ") for line in lines)
    assert rows(lines) < 24


def test_stretch_tests_are_only_counted_while_other_tests_fail(console: Console) -> None:
    stretch = failing(0, "Expected one favorite. Found two.", is_new=True)
    stretch = replace(stretch, test=replace(stretch.test, is_stretch=True))
    core = failing(1, "Expected a form.", is_new=True)

    lines = [line.plain for line in shown(console, check([stretch, core]))]
    everything = [line.plain.strip() for line in all_lines(console, check([stretch, core]))]

    assert lines[0].startswith("FAILED  0 of 1 tests pass. 0 of 1 stretch tests pass (1.0 s).")
    assert not any("favorite" in line for line in lines)
    assert everything.index("Expected a form.") < everything.index("Expected one favorite. Found two.")


def test_what_the_code_printed_adds_at_most_12_lines(console: Console) -> None:
    output = "\n".join(f"{number} {'x' * 200}" for number in range(100))
    results = [failing(0, LONG, output=output), *(failing(number, f"{number} {LONG}") for number in range(1, 40))]

    lines = shown(console, check(results))

    assert rows(lines) < 24 + 12
    assert sum("xxx" in line.plain for line in lines) == 11
    assert any("99 xxx" in line.plain for line in lines)
    assert sum("xxx" in line.plain for line in all_lines(console, check(results))) == 100


def test_a_further_cause_is_one_line_with_its_place_and_number_of_tests(console: Console) -> None:
    place = SourceLine("conduit/articles.py", 43)
    results = [failing(0, "Expected a form."), *(failing(number, "NameError: x", place=place) for number in (1, 2, 3))]

    lines = [line.plain for line in shown(console, check(results))]

    assert "3 tests: conduit/articles.py:43  NameError: x" in lines


def test_the_causes_that_do_not_fit_are_counted(console: Console) -> None:
    lines = [line.plain for line in shown(console, check([failing(number, f"{number}") for number in range(40)]))]

    listed = sum(line.startswith("1 test: ") for line in lines)
    assert any(line.startswith(f"and {39 - listed} more causes: ") and "check --all" in line for line in lines)
    assert listed > 3


def test_the_test_that_stopped_the_run_comes_first(console: Console) -> None:
    skipped = [replace(failing(number, STOPPED_BEFORE), outcome=Outcome.DID_NOT_RUN) for number in (1, 3)]
    stuck = failing(2, "Stopped: still running after 5 s. Is there an endless loop?", place=SourceLine("a.py", 1))

    result = check([skipped[0], stuck, skipped[1]], problem="The tests were stopped.")
    lines = [line.plain for line in shown(console, result)]

    assert "Is there an endless loop?" in " ".join(lines[2:5])
    assert f"2 tests: {STOPPED_BEFORE}" in lines


def test_a_tiny_terminal_gets_the_first_failure_and_the_next_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "30")
    result = check([failing(number, f"{number} {LONG}") for number in range(40)])

    lines = [line.plain.strip() for line in shown(Console(environ={}), result, height=10)]

    assert "0 Expected these" in lines
    assert "39 more causes:" in lines
    assert lines[-1].endswith("hint")
