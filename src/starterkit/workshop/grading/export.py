"""Write the results of a grading: results/grades.json, grades.csv, and a page for each person."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from starterkit.crash_report import error_of
from starterkit.errors import StarterkitError, cannot_write
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file
from starterkit.sanitize import csv_cell
from starterkit.workshop.events import GRADED, last
from starterkit.workshop.grading.model import Grade, grade_of
from starterkit.workshop.grading.pages import page
from starterkit.workshop.model import Workshop

FORMAT = 1
_COLUMNS = (
    *("folder", "team", "name", "login", "email", "step", "done", "verdict", "green", "tests", "late", "first_red"),
    *("sentence", "why", "committed", "commit", "seconds", "notes"),
)


def known_grades(workshop: Workshop, new: Iterable[Grade] = ()) -> list[Grade]:
    """Return the last grade of everybody: those that are new, else from the results; who was never graded has none."""
    found = {grade.person.folder: grade for grade in new}
    for person in workshop.people:
        if person.folder not in found:
            with suppress(Exception):  # damaged results of one person: their next grading says so
                event = last(workshop, person, GRADED)
                if event and (grade := grade_of(person, event)):
                    found[person.folder] = grade
    return [found[person.folder] for person in workshop.people if person.folder in found]


def write_grades(workshop: Workshop, new: Sequence[Grade]) -> dict[str, StarterkitError]:
    """Write what a grading leaves; each file in one step. Pages are written of the `new` grades alone.

    Returns why a page couldn't be written, by folder.
    """
    grades = known_grades(workshop, new)
    folder = workshop.folder / "results"
    files = {
        "grades.json": as_json(grades),
        "grades.csv": as_csv(grades),
    }
    failed: dict[str, StarterkitError] = {}
    for grade in new:
        try:
            files[f"pages/{grade.person.folder}.html"] = page(grade)
        except Exception as wrong:
            failed[grade.person.folder] = error_of(wrong)
    try:
        for name, words in files.items():
            if not _is_there(folder / name, words):
                write_file(folder, name, File(FILE, words.encode("utf-8", "replace")))
    except OSError as wrong:
        raise cannot_write("The workshop", wrong) from wrong
    return failed


def _is_there(file: Path, words: str) -> bool:
    try:
        return bool(file.read_bytes() == words.encode("utf-8", "replace"))
    except OSError:
        return False


def grade_as_json(grade: Grade) -> dict[str, Any]:
    """Return the object that docs/commands.md describes."""
    first = grade.first_red
    return {
        "folder": grade.person.folder,
        "name": grade.person.name,
        "login": grade.person.login,
        "email": grade.person.email,
        "members": [vars(member) for member in grade.person.members],
        "step": grade.step,
        "done": list(grade.done),
        "verdict": grade.verdict.value,
        "why": grade.why,
        "green": grade.passed,
        "tests": len(grade.results),
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
        "results": [vars(one) for one in grade.results],
    }


def as_json(grades: Sequence[Grade]) -> str:
    """Return all grades as one JSON object."""
    return json.dumps({"format": FORMAT, "grades": [grade_as_json(one) for one in grades]}, indent=1) + "\n"


def as_csv(grades: Sequence[Grade]) -> str:
    """Return a line for each person, members of a team too; no cell begins as what a spreadsheet would compute."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for grade in grades:
        found = grade_as_json(grade)
        found |= {"notes": "; ".join(grade.notes), "done": " ".join(grade.done)}
        team = grade.person.name if grade.person.members else ""
        for one in grade.person.everybody:
            found |= {"team": team, **vars(one)}
            writer.writerow([csv_cell(found[name]) for name in _COLUMNS])
    return buffer.getvalue()
