"""Stretch tests give no points. They have a separate column, and can't stop the other tests."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from starterkit.workshop.events import GRADED as EVENT
from starterkit.workshop.events import last
from starterkit.workshop.grading.export import as_csv, grade_as_json, page
from starterkit.workshop.grading.model import Verdict, grade_of
from starterkit.workshop.status import summary
from tests.support.gradings import ADA, GRADED, GRADED_NODE, Room, needs_a_sandbox

pytestmark = [pytest.mark.slow, needs_a_sandbox]
# A test that no grading may run, because it is for another system.
WINDOWS = {
    GRADED: 'def test_windows(site):\n    """Only on Windows."""\n    import os\n\n    os._exit(1)\n',
    GRADED_NODE: "test('Only on Windows', async () => process.exit(1));\n",
}
# Each kind of test: the first one of the step, the second one, and the one for Windows.
NAMES = {
    GRADED: ("test_words_are_counted", "test_each_length", "test_windows"),
    GRADED_NODE: ("The words of a text are counted", "Short texts are counted, too", "Only on Windows"),
}
FILES = {GRADED: "conduit/pages.py", GRADED_NODE: "conduit/pages.js"}


def room(folder: Path, source: Path, stretch: str) -> Room:
    """A workshop of one person, whose path has a stretch test and a test for Windows."""
    template = folder / "template"
    shutil.copytree(source, template)
    tests = next((template / "steps/01-words/given/tests").iterdir())
    tests.write_text(tests.read_text("utf-8") + "\n\n" + WINDOWS[source], "utf-8")
    windows = NAMES[source][2]
    more = f'  "{windows}": [Look., Look again.]\nstretch: ["{stretch}"]\nplatforms: {{"{windows}": [windows]}}\n'
    step = template / "steps/01-words/step.yml"
    step.write_text(step.read_text("utf-8") + more, "utf-8")
    return Room(folder, template)


def broken(source: Path, room: Room, name: str, value: str) -> dict[str, str]:
    """The solution of the step with a special response for the URL that a test asks for."""
    file = FILES[source]
    code = room.layers["solution 01-words"].files[file].data.decode()
    if source == GRADED:
        head = (
            f'def page_at(address):\n    """The page at an address."""\n    if address == "{name}":\n        {value}\n'
        )
        return {file: code.replace('def page_at(address):\n    """The page at an address."""\n', head)}
    start = code.index("{", code.index("export function"))
    return {file: f"{code[: start + 1]}\n  if (address === '{name}') {value};\n{code[start + 1 :]}"}


@pytest.mark.parametrize("source", [GRADED, GRADED_NODE], ids=lambda source: source.name)
def test_a_failing_stretch_test_costs_no_points(source: Path, tmp_path: Path) -> None:
    made = room(tmp_path, source, NAMES[source][1])
    address = "/words/word " if source == GRADED else "/words/one"
    wrong = 'return "200 OK", "many"' if source == GRADED else "return [200, 'many']"
    made.submit(broken(source, made, address, wrong))

    grade = made.grade()

    assert grade.verdict is Verdict.GREEN, grade.results
    assert (grade.passed, len(grade.core), grade.stretch_passed, len(grade.stretch)) == (3, 3, 0, 1)
    assert (grade.done, grade.first_red) == (("01-words",), None)
    assert {result.test: result.outcome for result in grade.results}[NAMES[source][2]] == "not on this system"
    told = grade_as_json(grade)
    assert [told[key] for key in ("green", "tests", "stretch_green", "stretch_tests")] == [3, 3, 0, 1]
    row = next(csv.DictReader(io.StringIO(as_csv([grade]))))
    assert [row[key] for key in ("green", "tests", "stretch_green", "stretch_tests")] == ["3", "3", "0", "1"]
    assert "0 of 1 stretch tests pass. They don&#x27;t count." in page(grade)
    event = last(made.workshop, ADA, EVENT)
    assert event is not None
    assert grade_of(ADA, event) == replace(grade, kept=True, seconds=event["seconds"])
    known = summary([event])
    assert (known.green, known.tests, known.stretch_green, known.stretch_tests) == (3, 3, 0, 1)


@pytest.mark.parametrize("source", [GRADED, GRADED_NODE], ids=lambda source: source.name)
def test_the_solution_passes_the_stretch_test(source: Path, tmp_path: Path) -> None:
    made = room(tmp_path, source, NAMES[source][1])
    made.submit()

    grade = made.grade()

    assert grade.verdict is Verdict.GREEN
    assert (grade.passed, grade.stretch_passed, grade.why) == (3, 1, "")


@pytest.mark.parametrize("source", [GRADED, GRADED_NODE], ids=lambda source: source.name)
def test_code_that_ends_the_program_in_a_stretch_test_passes_the_others(source: Path, tmp_path: Path) -> None:
    made = room(tmp_path, source, NAMES[source][0])  # the first test of the file
    end = "import os; os._exit(0)" if source == GRADED else "process.exit(0)"
    address = "/words/one two three"
    made.submit(broken(source, made, address, end))

    grade = made.grade()

    assert grade.verdict is Verdict.GREEN, grade.results
    assert (grade.passed, len(grade.core), grade.stretch_passed) == (3, 3, 0)
    assert NAMES[source][0] in grade.why


def test_code_that_ends_the_program_in_another_test_fails(tmp_path: Path) -> None:
    made = room(tmp_path, GRADED, NAMES[GRADED][1])
    made.submit(broken(GRADED, made, "/words/one two three", "import os; os._exit(0)"))

    assert made.grade().verdict is Verdict.RED
