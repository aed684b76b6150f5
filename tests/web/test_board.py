"""The state of the page follows the engine, and never shows a verdict for other files than the present ones."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from starterkit.errors import UsageError
from starterkit.project.project import open_project
from starterkit.project.watch import Crash, Done, Running, Saved, Trouble, Verdict
from starterkit.testing.results import CheckResult, ExpectedTest, Outcome, SourceLine, TestResult
from starterkit.web.board import Board

pytestmark = pytest.mark.slow

BASE = ExpectedTest("test_base", "tests/test_00.py", "base", "The site works.")
FIRST = ExpectedTest("test_first", "tests/test_01.py", "01-first-page", "A comment is shown.", line=1)
SECOND = ExpectedTest("test_second", "tests/test_01.py", "01-first-page", "A comment is deleted.", line=9)


class Page:
    """A page that follows a board as the browser does."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sent: list[tuple[str, Any]] = []
        self.board = Board(folder, lambda name, data: self.sent.append((name, data)))
        self.board.reload()

    @property
    def state(self) -> dict[str, Any]:
        return self.board.snapshot()

    def outcomes(self) -> dict[str, str]:
        return {test["id"]: test["outcome"] + (" (old)" if test.get("isOld") else "") for test in self.state["tests"]}


@pytest.fixture
def page(begun_site: Path) -> Page:
    return Page(begun_site)


def passed(test: ExpectedTest) -> TestResult:
    return TestResult(test, Outcome.PASSED)


def failed(test: ExpectedTest) -> TestResult:
    return TestResult(test, Outcome.FAILED, "Expected \x1b[31ma form\x1b[0m.", SourceLine("a.py", 3), details="long")


def test_the_state_has_the_step_with_its_lesson_and_the_map(page: Page) -> None:
    state = page.state

    assert state["step"]["label"] == "01 · First page"
    assert state["lesson"].startswith("<h2>01 · First page</h2>")
    assert [step["label"] for step in state["steps"]][:2] == ["01 · First page", "02 · Comments"]
    assert (state["undo"], state["isLast"]) == ("next", False)


def test_tests_are_in_the_order_of_the_path(page: Page) -> None:
    page.board.take(Running("tree", (SECOND, FIRST, BASE)))

    assert list(page.outcomes()) == ["test_base", "test_first", "test_second"]


def test_a_verdict_is_shown_at_once_and_an_old_one_is_marked(page: Page) -> None:
    page.board.take(Running("one", (FIRST, SECOND)))
    page.board.take(Verdict("one", failed(FIRST)))
    assert page.outcomes() == {"test_first": "failed", "test_second": "waiting (old)"}
    name, data = page.sent[-1]
    assert (name, data["message"], data["place"]) == ("verdict", "Expected a form.", "a.py:3")

    page.board.take(Saved(("a.py",)))
    page.board.take(Running("two", (FIRST, SECOND)))
    assert page.outcomes() == {"test_first": "failed (old)", "test_second": "waiting (old)"}


def test_the_first_failing_test_is_a_stretch_test_only_if_the_core_passes(page: Page) -> None:
    early, elsewhere = replace(FIRST, is_stretch=True), replace(BASE, platforms=("plan9",))
    board = page.board
    board.take(Running("one", (early, SECOND, elsewhere)))
    assert page.outcomes()["test_base"].startswith("not on this system")

    for second, first_red in ((failed(SECOND), "test_second"), (passed(SECOND), "test_first")):
        for result in (failed(early), second, TestResult(elsewhere, Outcome.NOT_HERE)):
            board.take(Verdict("one", result))
        with open_project(page.folder) as project:
            board.show_hints(project)
        assert page.state["hints"]["test"] == first_red
    counted = {test["id"]: (test["isStretch"], test["counts"]) for test in page.state["tests"]}
    assert counted == {"test_first": (True, False), "test_second": (False, True), "test_base": (False, False)}


def test_a_verdict_for_other_files_is_dropped(page: Page) -> None:
    page.board.take(Running("two", (FIRST,)))
    page.board.take(Verdict("one", passed(FIRST)))
    page.board.take(Done("one", CheckResult((passed(FIRST),), 1.0, "01-first-page")))

    assert page.outcomes() == {"test_first": "waiting (old)"}
    assert page.state["phase"] == "running"


def test_the_end_of_a_run_has_all_results(page: Page) -> None:
    page.board.take(Running("one", (FIRST, SECOND)))
    page.board.take(Done("one", CheckResult((failed(FIRST), passed(SECOND)), 1.25, "01-first-page")))

    assert page.outcomes() == {"test_first": "failed", "test_second": "passed"}
    assert (page.state["phase"], page.state["seconds"]) == ("done", 1.2)


def test_trouble_is_shown_until_the_next_run(page: Page) -> None:
    page.board.take(Trouble(UsageError("Wrong \x1b[1mfile.", "Fix it.")))
    assert page.state["trouble"] == {"message": "Wrong file.", "fix": "Fix it."}

    page.board.take(Running("one", (FIRST,)))
    assert page.state["trouble"] is None


def test_a_bug_leads_to_a_report(page: Page) -> None:
    page.board.take(Crash(ZeroDivisionError("x")))

    assert page.state["phase"] == "trouble"
    assert "ZeroDivisionError" in page.state["trouble"]["message"]


def test_a_damaged_state_file_is_trouble_and_not_the_end(page: Page, begun_site: Path) -> None:
    (begun_site / ".starterkit.yml").write_text("format: [")

    page.board.take(Running("one", (FIRST,)))

    assert page.state["phase"] == "running"
    assert page.state["tests"] != []


def test_hints_that_were_shown_stay(page: Page, begun_site: Path) -> None:
    with open_project(begun_site) as project:
        test = project.template.steps[0].tests[0]
        shown = ExpectedTest(test, "tests/test_01.py", "01-first-page", "A form.")
        page.board.take(Running("one", (shown,)))
        page.board.take(Done("one", CheckResult((failed(shown),), 1.0, "01-first-page")))
        assert page.state["hints"] == {"test": test, "shown": [], "total": 3}
        project.memory.remember_hint("01-first-page", test, 2)
        page.board.show_hints(project)

    assert len(page.state["hints"]["shown"]) == 2
    assert page.state["hints"]["shown"][0].startswith("<p>")
