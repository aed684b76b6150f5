"""One person's unexpected error is shown as that person's trouble, and the work for all others goes on."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from starterkit.workshop.grading import batch, export
from starterkit.workshop.grading.model import Grade, Verdict
from starterkit.workshop.model import Person
from tests.support.commands import on_terminal, starterkit
from tests.support.gradings import ADA, Feigned
from tests.support.gradings import Room as GradingRoom
from tests.support.workshops import FOOTER, Room, commit, corrected_template, git

pytestmark = pytest.mark.slow

GRACE = Person("grace", "Grace")
_REPORT = re.compile(r"Unexpected error: \w+\. The full report is in (\S+)\.")


@pytest.fixture
def damaged(room: Room, tmp_path: Path) -> Room:
    """A workshop in which one person's results are a folder, so that reading them fails."""
    mine = room.clone("ada-lovelace", tmp_path / "mine")
    commit(mine, {"mine.py": "1\n"})
    git("push", "-q", cwd=mine)
    (room.folder / "results" / "grace-hopper.jsonl").mkdir(parents=True)
    return room


def names_a_report(why: str) -> bool:
    found = _REPORT.search(why)
    return found is not None and "IsADirectoryError" in Path(found[1]).read_text()


def of(people: list[dict[str, Any]], folder: str) -> dict[str, Any]:
    return next(one for one in people if one["folder"] == folder)


def test_collect_reaches_everybody_else(damaged: Room) -> None:
    people = starterkit("workshop", "collect", "--json", cwd=damaged.folder, code=1).json["people"]

    assert of(people, "ada-lovelace")["new"] and of(people, "eniac")["reached"]
    grace = of(people, "grace-hopper")
    assert not grace["reached"] and names_a_report(grace["why"])


def test_status_shows_everybody_else(damaged: Room) -> None:
    starterkit("workshop", "collect", cwd=damaged.folder, code=1)

    people = starterkit("workshop", "status", "--json", cwd=damaged.folder).json["people"]

    assert of(people, "ada-lovelace")["state"] == "not graded"
    grace = of(people, "grace-hopper")
    assert grace["state"] == "not reached" and names_a_report(grace["why"])


def test_status_on_a_narrow_screen_names_the_whole_report(damaged: Room) -> None:
    shown = on_terminal("workshop", "status", cwd=damaged.folder)

    assert names_a_report(
        "".join(line.strip() + " " for line in shown.splitlines() if "report" in line or ".txt" in line)
    )


def test_push_fix_reaches_everybody_else(damaged: Room, tmp_path: Path) -> None:
    template = corrected_template(tmp_path / "corrected", FOOTER)
    words = ("workshop", "push-fix", "--template", str(template), "--trust", "--yes", "--json")

    people = starterkit(*words, cwd=damaged.folder, code=1).json["people"]

    assert of(people, "ada-lovelace")["outcome"] == "clean" and of(people, "ada-lovelace")["branch"]
    grace = of(people, "grace-hopper")
    assert grace["outcome"] == "failed" and names_a_report(grace["why"])


def test_catch_up_brings_everybody_else(damaged: Room) -> None:
    words = ("workshop", "catch-up", "grace-hopper", "ada-lovelace", "01", "--count-as", "red", "--json")

    people = starterkit(*words, cwd=damaged.folder, code=1).json["people"]

    assert not of(people, "ada-lovelace")["failed"]
    grace = of(people, "grace-hopper")
    assert grace["failed"] and names_a_report(grace["why"])


def test_grade_grades_everybody_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = GradingRoom(tmp_path / "room", people=(ADA, GRACE))
    room.submit()
    room.submit(person=GRACE)
    latest = batch.latest_in

    def failing(repository: Any, person: Person, *more: Any) -> Any:
        assert person != GRACE, "a bug of ours"
        return latest(repository, person, *more)

    monkeypatch.setattr(batch, "latest_in", failing)
    grading = room.grading(sandbox=Feigned())

    assert [(one.person, one.verdict) for one in grading.run()] == [(ADA, Verdict.GREEN)]
    found = _REPORT.search(grading.failed["grace"].message)
    assert found is not None and "a bug of ours" in Path(found[1]).read_text()


def test_a_commit_that_git_cannot_read_is_not_taken_for_no_work(tmp_path: Path) -> None:
    people = (ADA, GRACE, Person("jean", "Jean"))
    room = GradingRoom(tmp_path / "room", people=people)
    commits = [room.submit(person=person) for person in people]
    damaged = room.folder / "repos" / "grace.git" / "objects" / commits[1][:2] / commits[1][2:]
    damaged.chmod(0o600)
    damaged.write_bytes(b"damaged")
    repository = room.folder / "repos" / "jean.git"
    shutil.rmtree(repository)
    repository.write_text("gitdir: /nowhere\n", "utf-8")
    grading = room.grading(sandbox=Feigned())

    assert [(one.person, one.verdict) for one in grading.run()] == [(ADA, Verdict.GREEN)]
    assert "Some files in .git are missing or damaged" in " ".join(str(grading.failed["grace"]).split())
    assert "jean.git is not a folder" in str(grading.failed["jean"])


def test_a_page_that_fails_is_one_persons_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = GradingRoom(tmp_path / "room", people=(ADA, GRACE))
    grades = [Grade(one, "2026-11-20T12:00:00+00:00", Verdict.NOTHING) for one in room.people]
    page = export.page

    def failing(grade: Grade) -> str:
        assert grade.person != ADA, "a bug of ours"
        return page(grade)

    monkeypatch.setattr(export, "page", failing)

    assert list(export.write_grades(room.workshop, grades)) == ["ada"]
    assert (room.folder / "results" / "pages" / "grace.html").is_file()
