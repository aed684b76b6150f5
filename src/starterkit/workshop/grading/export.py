"""Writes grades.json, grades.csv and a page (HTML) for each person into results/.

Learners wrote some of the text on the pages. So all text is escaped, and unprintable characters are made visible.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

from starterkit.crash_report import error_of
from starterkit.errors import StarterkitError, cannot_write
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file
from starterkit.sanitize import csv_cell
from starterkit.template.model import BASE
from starterkit.textfile import fill_template
from starterkit.workshop.events import GRADED, last
from starterkit.workshop.grading.model import Grade, TestGrade, Verdict, grade_of
from starterkit.workshop.grading.submission_files import shown
from starterkit.workshop.model import Workshop

_FORMAT = 1
_COLUMNS = (
    *("folder", "team", "name", "login", "email", "step", "done", "verdict", "green", "tests", "late", "first_red"),
    *("sentence", "why", "committed", "commit", "seconds", "notes", "stretch_green", "stretch_tests"),
)
_SUMMARIES = {
    Verdict.GREEN: "All tests pass.",
    Verdict.RED: "Some tests fail.",
    Verdict.TAMPERED: "The test report was tampered with.",
    Verdict.UNREADABLE: "This work can't be graded.",
    Verdict.NOTHING: "There is nothing to grade yet.",
}


def known_grades(workshop: Workshop, new: Iterable[Grade] = ()) -> list[Grade]:
    """Return each graded person's latest grade, from `new` or else from the person's events."""
    grades = {grade.person.folder: grade for grade in new}
    for person in workshop.people:
        if person.folder not in grades:
            with suppress(Exception):  # skip a person with damaged events, which the next grading reports
                event = last(workshop, person, GRADED)
                if event and (grade := grade_of(person, event)):
                    grades[person.folder] = grade
    return [grades[person.folder] for person in workshop.people if person.folder in grades]


def write_grades(workshop: Workshop, new: Sequence[Grade]) -> dict[str, StarterkitError]:
    """Write grades.json and grades.csv with all grades, and the pages of people with `new` grades.

    Returns the errors of pages that couldn't be made, by folder. Raises `EnvironmentProblem` if the disk is full.
    """
    grades = known_grades(workshop, new)
    folder = workshop.folder / "results"
    texts = {"grades.json": as_json(grades), "grades.csv": as_csv(grades)}
    failed: dict[str, StarterkitError] = {}
    for grade in new:
        try:
            texts[f"pages/{grade.person.folder}.html"] = page(grade)
        except Exception as wrong:
            failed[grade.person.folder] = error_of(wrong)
    try:
        for name, text in texts.items():
            data = text.encode("utf-8", "replace")
            if not _has_content(folder / name, data):
                write_file(folder, name, File(FILE, data))
    except OSError as wrong:
        raise cannot_write("The workshop", wrong) from wrong
    return failed


def _has_content(file: Path, data: bytes) -> bool:
    try:
        return file.read_bytes() == data
    except OSError:
        return False


def grade_as_json(grade: Grade) -> dict[str, Any]:
    """Return a grade as a dictionary for JSON. docs/commands.md documents its keys."""
    first, person = grade.first_red, grade.person
    return {
        "folder": person.folder,
        "name": person.name,
        "login": person.login,
        "email": person.email,
        "members": [vars(member) for member in person.members],
        "step": grade.step,
        "done": list(grade.done),
        "verdict": grade.verdict.value,
        "why": grade.why,
        "green": grade.passed,
        "tests": len(grade.core),
        "stretch_green": grade.stretch_passed,
        "stretch_tests": len(grade.stretch),
        "late": grade.late,
        "first_red": first.test if first else None,
        "sentence": first.sentence if first else "",
        "commit": grade.commit or None,
        "committed": grade.committed or None,
        "at": grade.at,
        "seconds": round(grade.seconds, 3),
        "notes": list(grade.notes),
        "sandbox": grade.sandbox,
        "kept": grade.kept,
        "results": [vars(result) for result in grade.results],
    }


def as_json(grades: Sequence[Grade]) -> str:
    """Return the text of grades.json."""
    return json.dumps({"format": _FORMAT, "grades": [grade_as_json(grade) for grade in grades]}, indent=1) + "\n"


def as_csv(grades: Sequence[Grade]) -> str:
    """Return the text of grades.csv, with a line for each person or team member.

    Cells that a spreadsheet would read as formulas are changed to plain text.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for grade in grades:
        cells = grade_as_json(grade) | {"notes": "; ".join(grade.notes), "done": " ".join(grade.done)}
        cells["team"] = grade.person.name if grade.person.members else ""
        for member in grade.person.everybody:
            cells |= vars(member)
            writer.writerow([csv_cell(cells[name]) for name in _COLUMNS])
    return buffer.getvalue()


def page(grade: Grade) -> str:
    """Return a person's HTML page. The page loads no other files."""
    return fill_template(
        Path(__file__).with_name("page.html"),
        name=_escape(grade.person.name),
        verdict=grade.verdict.value,
        words=_SUMMARIES[grade.verdict],
        facts="\n".join(f"<li>{_escape(fact)}</li>" for fact in _facts(grade)),
        first=_section(grade.first_red) if grade.first_red else "",
        tests="\n".join(_steps(grade)),
        at=_escape(grade.at[:16].replace("T", " ")),
        sandbox=_escape(grade.sandbox or "none"),
    )


def _facts(grade: Grade) -> Iterator[str]:
    if contact := " · ".join(filter(None, (grade.person.login, grade.person.email))):
        yield contact
    if grade.results and grade.is_honest:
        yield f"{grade.passed} of {len(grade.core)} tests pass."
        if grade.stretch:
            yield f"{grade.stretch_passed} of {len(grade.stretch)} stretch tests pass. They don't count."
        yield f"Steps done: {', '.join(grade.done) or 'none yet'}."
    if grade.commit:
        committed = grade.committed[:16].replace("T", " ")
        yield f"Commit {grade.commit[:10]} of {committed} UTC{', late' if grade.late else ''}."
    if grade.why:
        yield f"{grade.why[:1].upper()}{grade.why[1:]}"
    yield from grade.shared_notes


def _section(test: TestGrade) -> str:
    title = "The first failing test"
    return f"<section class='first'><h2>{title}</h2><p>{_escape(test.sentence)}</p>{_message(test)}</section>"


def _steps(grade: Grade) -> Iterator[str]:
    for step in dict.fromkeys(test.step for test in grade.results):
        yield f"<h2>{_escape('The starter project' if step == BASE else step)}</h2>\n<ul class='tests'>"
        for test in grade.results:
            if test.step == step:
                kind = "green" if test.is_green else "red" if test.is_here and not test.stretch else "apart"
                message = "" if test.is_green else _message(test)
                outcome, sentence = _escape(test.outcome), _escape(test.sentence or test.test)
                label = f"stretch: {outcome}" if test.stretch else outcome
                yield f"<li class='{kind}'><b>{label}</b> {sentence}{message}</li>"
        yield "</ul>"


def _message(test: TestGrade) -> str:
    return f"<pre>{_escape(test.message)}</pre>" if test.message else ""


def _escape(text: str) -> str:
    return escape("\n".join(map(shown, text.split("\n"))))
