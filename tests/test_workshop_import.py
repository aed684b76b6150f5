"""`workshop import`: a GitHub Classroom becomes a workshop; what the path has not is kept as text and never run."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from commands import starterkit
from workshops import TINY, said

from starterkit.workshop import enrolling
from starterkit.workshop.folder import open_workshop
from starterkit.workshop.grading.model import Grade, TestGrade, Verdict
from starterkit.workshop.grading.written import as_csv, as_json

ROSTER = """"identifier","github_username","github_id","name"
"ada@example.org","ada-l","12","Ada Lovelace"
"s1234567","grace","13",""
"late@example.org","","",""
"""


def a_test(name: str, run: str, points: Any = 10, **more: Any) -> dict[str, Any]:
    texts = {"setup": "", "input": "", "output": "", "comparison": "included", "timeout": 10}
    return {"name": name, "run": run, "points": points, **texts, **more}


TESTS = [
    a_test("first step", "python -m pytest ./tests/test_01_one.py"),
    a_test("one test", "pytest tests/test_01_one.py::test_one -q", 2.5),
    a_test("picked", "pytest -k 'nothing and known' tests/test_01_one.py", 0),
    a_test(
        "elsewhere", "touch ran-it", 4, setup="touch set-it-up", input="a\nb", output="people:\n- x", comparison="exact"
    ),
    a_test("gone", "pytest tests/test_01_one.py::test_of_another_course"),
]


@pytest.fixture
def classroom(tmp_path: Path) -> Path:
    """A folder with a roster and an autograding.json."""
    (tmp_path / "classroom_roster.csv").write_text(ROSTER)
    (tmp_path / "autograding.json").write_text(json.dumps({"tests": TESTS}))
    return tmp_path


WORDS = ("workshop", "import", "classroom_roster.csv", "autograding.json", "course", "--template", str(TINY))


def importing(folder: Path, *more: str) -> Any:
    return starterkit(*WORDS, *more, cwd=folder)


def test_a_classroom_becomes_a_workshop_with_what_can_be_taken(classroom: Path) -> None:
    shown = importing(classroom).out

    found = open_workshop(classroom / "course")
    assert [(person.name, person.login, person.email) for person in found.people] == [
        ("Ada Lovelace", "ada-l", "ada@example.org"),
        ("s1234567", "grace", ""),
        ("late@example.org", "", "late@example.org"),
    ]
    assert all(found.repository(person).is_dir() for person in found.people)
    shown = " ".join(shown.split())
    assert "Taken: 3 people, 2 with a login. Without a login: late@example.org." in shown
    assert "Taken: 2 autograding tests" in shown
    assert "Kept as text, never run: 3 autograding tests" in shown and "elsewhere (4 points): touch ran-it" in shown
    assert "Not taken:" in shown
    kept: Any = found.imported  # each test with its points, and none was run
    assert kept["from"] == "autograding.json"
    first, one, _, elsewhere, _ = kept["tests"]
    assert first["points"] == "10" and set(one["tests"]) <= set(first["tests"]) and one["points"] == "2.5"
    assert (elsewhere["run"], elsewhere["input"], elsewhere["output"]) == ("touch ran-it", "a\nb", "people:\n- x")
    assert not list(classroom.rglob("ran-it")) and not list(classroom.rglob("set-it-up"))


def test_points_of_what_was_taken_stand_in_the_grades(classroom: Path) -> None:
    importing(classroom)
    found = open_workshop(classroom / "course")
    names = tuple(dict.fromkeys(name for one in found.imported["tests"] for name in one.get("tests", ())))  # type: ignore[attr-defined]

    def row(*green: str, verdict: Verdict = Verdict.RED) -> list[str]:
        results = tuple(TestGrade(name, "", "01-one", "passed" if name in green else "failed") for name in names)
        grade = Grade(found.people[0], "2026-11-23T10:00:00+00:00", verdict, results=results)
        told = json.loads(as_json([grade], found.imported))["grades"][0]
        (only,) = csv.DictReader(io.StringIO(as_csv([grade], found.imported)))
        assert [only["points"], only["points_of"]] == [told["points"], told["points_of"]]
        return [only["points"], only["points_of"]]

    assert row() == ["0", "12.5"]
    assert row(*names, verdict=Verdict.GREEN) == ["12.5", "12.5"]
    assert row("test_one") == (["2.5", "12.5"] if len(names) > 1 else ["12.5", "12.5"])
    assert row(*names, verdict=Verdict.TAMPERED) == ["0", "12.5"]
    assert "points" not in as_csv([Grade(found.people[0], "", Verdict.RED)])


def test_imported_again_it_adds_who_is_new_and_takes_the_newer_tests(classroom: Path) -> None:
    importing(classroom)
    (classroom / "classroom_roster.csv").write_text(ROSTER + '"zoe@example.org","zoe","14","Zoe"\n')
    (classroom / "autograding.json").write_text(json.dumps({"tests": TESTS[:1]}))

    answer = importing(classroom, "--json").json

    assert answer["added"] == 1
    assert [(one["name"], one["taken"]) for one in answer["tests"]] == [("first step", True)]
    found: Any = open_workshop(classroom / "course")
    assert len(found.people) == 4 and len(found.imported["tests"]) == 1


def test_who_is_added_by_another_create_while_the_tests_are_imported_stays(
    classroom: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (classroom / "more.csv").write_text("name\nZoe\n")
    enrolled = enrolling.enrol

    def and_another(*request: Any) -> Any:
        made = enrolled(*request)
        starterkit("workshop", "create", "more.csv", "course", "--due", "2026-11-30", cwd=classroom)
        return made

    monkeypatch.setattr(enrolling, "enrol", and_another)
    said(capsys, "-C", str(classroom), *WORDS, code=0)

    found = open_workshop(classroom / "course")
    assert [person.name for person in found.people][-1] == "Zoe" and found.due is not None and found.imported


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"tests": [\n{"name": "x",}]}', "autograding.json:2: not valid JSON"),
        ("[]", 'there is no list called "tests"'),
        ('{"tests": [7]}', "tests[1]: expected an object"),
        ('{"tests": [{"name": "x", "points": "ten"}]}', "tests[1] (x): points: expected a number"),
        ("\xff", "autograding.json"),
    ],
)
def test_what_is_wrong_in_it_is_named_and_nothing_is_created(
    classroom: Path, text: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (classroom / "autograding.json").write_text(text, encoding="latin-1")

    assert says in said(capsys, "-C", str(classroom), *WORDS, code=2)
    assert not (classroom / "course").exists()
