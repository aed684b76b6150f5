"""`pull`: what others put into the repository meets the learner's work, and nothing of either is lost."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import starterkit
from tests.support.workshops import Room, commit, git
from tests.workshop.test_push_fix_and_catch_up import FOOTER, NEXT, Correct, begun, corrected, push_fix

pytestmark = pytest.mark.slow

__all__ = ["corrected"]

LATER = ("steps/02-two/given/tests/test_02_two.py", "def test_two", "def test_two_corrected")
HINTS = ("steps/02-two/step.yml", "test_two", "test_two_corrected")


def state(clone: Path) -> tuple[str, str]:
    lines = (clone / ".starterkit.yml").read_text().splitlines()
    found = dict(line.split(": ", 1) for line in lines if not line.startswith("#"))
    return found["step"].strip('"'), found["path"].strip('"')


def finished(clone: Path) -> str:
    """Somebody finishes the step in their own way and goes on, without a push."""
    own = "def one():\n    return 3 - 2\n"
    (clone / "conduit/one.py").write_text(own, encoding="utf-8")
    starterkit(*NEXT, cwd=clone)
    return own


def nothing(clone: Path) -> None:
    """There is nothing of theirs beside."""


def committed(clone: Path) -> None:
    commit(clone, {"notes.txt": "mine\n"})


def uncommitted(clone: Path) -> None:
    (clone / "conduit/app.py").write_text("# mine\n" + (clone / "conduit/app.py").read_text(), encoding="utf-8")
    (clone / "notes.txt").write_text("mine\n", encoding="utf-8")


@pytest.mark.parametrize("work", [nothing, committed, uncommitted, finished])
def test_a_correction_meets_work_that_was_not_pushed(
    room: Room, corrected: Correct, tmp_path: Path, work: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    work(clone)
    step = state(clone)[0]
    push_fix(room, corrected(FOOTER, LATER, HINTS), "--yes")
    for name in ("NAME", "EMAIL"):  # many have never told git who they are
        monkeypatch.delenv(f"GIT_AUTHOR_{name}", raising=False)
        monkeypatch.delenv(f"GIT_COMMITTER_{name}", raising=False)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")

    told = starterkit("pull", "--json", cwd=clone).json

    assert (told["commits"], told["corrected"], told["step"]) == (1, True, step)
    assert "made with care" in (clone / "conduit/app.py").read_text()
    assert state(clone) == (step, room.opened.path)
    assert git("status", "--porcelain", cwd=clone) == ""
    if work is finished:
        assert "return 3 - 2" in (clone / "conduit/one.py").read_text()
        # The step that the workshop had not seen yet is the corrected one, too.
        assert "test_two_corrected" in (clone / "tests/test_02_two.py").read_text()
    if work is uncommitted:
        assert (clone / "conduit/app.py").read_text().startswith("# mine\n")
        assert (clone / "notes.txt").read_text() == "mine\n"
    assert (git("rev-parse", "HEAD", cwd=clone) == git("rev-parse", "origin/main", cwd=clone)) is (work is nothing)
    assert told["ahead"] is (work is not nothing)
    if work is finished:
        git("push", "-q", cwd=clone)
        assert push_fix(room, corrected(FOOTER, LATER, HINTS))["ada-lovelace"]["outcome"] == "has it"
        assert starterkit("pull", "--json", cwd=clone).json["commits"] == 0


def test_pull_can_be_undone(room: Room, corrected: Correct, tmp_path: Path) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    uncommitted(clone)
    before = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts}
    push_fix(room, corrected(FOOTER), "--yes")
    starterkit("pull", cwd=clone)

    starterkit("undo", cwd=clone)

    after = {path: path.read_bytes() for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts}
    assert after == before
    assert starterkit("pull", "--json", cwd=clone).json["commits"] == 1


def test_plain_git_pull_merges_a_correction_with_a_step_that_was_begun(
    room: Room, corrected: Correct, tmp_path: Path
) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    finished(clone)
    push_fix(room, corrected(FOOTER), "--yes")

    git("pull", "-q", "--no-rebase", "--no-edit", cwd=clone)

    assert state(clone) == ("02-two", room.opened.path)
    assert starterkit("status", "--json", cwd=clone).json["step"] == "02-two"


def test_two_of_a_team_who_both_go_on(room: Room, tmp_path: Path) -> None:
    jean = begun(room, "eniac", tmp_path / "jean")
    kay = room.clone("eniac", tmp_path / "kay")
    starterkit("status", cwd=kay)
    commit(jean, {"jean.txt": "mine\n"})
    starterkit(*NEXT, cwd=jean)
    git("push", "-q", cwd=jean)
    (kay / "kay.txt").write_text("mine\n", encoding="utf-8")
    starterkit(*NEXT, cwd=kay)
    starterkit(*NEXT, cwd=kay)  # a step further

    told = starterkit("pull", "--json", cwd=kay).json

    assert (told["step"], told["corrected"], told["ahead"]) == ("03-three", False, True)
    assert {(kay / name).read_text() for name in ("jean.txt", "kay.txt")} == {"mine\n"}
    git("push", "-q", cwd=kay)
    told = starterkit("pull", "--json", cwd=jean).json
    assert (told["step"], told["moved"], told["ahead"]) == ("03-three", True, False)
    assert git("rev-parse", "HEAD", cwd=jean) == git("rev-parse", "HEAD", cwd=kay)


def test_where_both_changed_the_same_lines_nothing_changes_until_one_chooses(room: Room, tmp_path: Path) -> None:
    jean = begun(room, "eniac", tmp_path / "jean")
    kay = room.clone("eniac", tmp_path / "kay")
    commit(jean, {"conduit/one.py": "def one():\n    return 1\n", "new.txt": "of Jean\n"})
    git("push", "-q", cwd=jean)
    (kay / "conduit/one.py").write_text("def one():\n    return 3 - 2\n", encoding="utf-8")
    (kay / "new.txt").write_text("of Kay\n", encoding="utf-8")
    head = git("rev-parse", "HEAD", cwd=kay)

    stopped = starterkit("pull", cwd=kay, code=3)

    said = " ".join(stopped.err.split())
    assert "changed the same lines in: conduit/one.py, new.txt. Nothing was changed." in said
    assert "git merge origin/main" in said
    assert (git("rev-parse", "HEAD", cwd=kay), (kay / "new.txt").read_text()) == (head, "of Kay\n")
    told = starterkit("pull", "--take-theirs", "--json", cwd=kay).json
    assert (kay / "new.txt").read_text() == "of Jean\n"
    kept = {one["path"]: kay / one["copy"] for one in told["kept"]}
    assert kept["new.txt"].read_text() == "of Kay\n"
    starterkit("undo", cwd=kay)
    starterkit("pull", "--keep-mine", cwd=kay)
    assert "3 - 2" in (kay / "conduit/one.py").read_text()
    assert git("merge-base", "--is-ancestor", "origin/main", "HEAD", cwd=kay) == ""


def test_words_in_a_lesson_are_kept_and_named(room: Room, corrected: Correct, tmp_path: Path) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    lesson = clone / "lessons/01-one.md"
    lesson.write_text(lesson.read_text() + "\nmy note\n", encoding="utf-8")
    push_fix(room, corrected(("steps/01-one/lesson.md", "one", "One")), "--yes")

    told = starterkit("pull", "--json", cwd=clone).json

    (kept,) = told["kept"]
    assert (kept["path"], "my note" in (clone / kept["copy"]).read_text()) == ("lessons/01-one.md", True)
    assert "One" in lesson.read_text()


@pytest.mark.parametrize(
    "name",
    [
        "ada.bundle",
        "my stick/ada.bundle",
        pytest.param("two\nlines.bundle", marks=pytest.mark.skipif(os.name == "nt", reason="Windows has no such name")),
    ],
)
def test_a_bundle_file_does_where_there_is_no_remote(room: Room, corrected: Correct, tmp_path: Path, name: str) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    git("remote", "remove", "origin", cwd=clone)
    assert "no git remote" in starterkit("pull", cwd=clone, code=2).err
    push_fix(room, corrected(FOOTER), "--yes")
    bundle = tmp_path / name
    bundle.parent.mkdir(exist_ok=True)
    git("bundle", "create", "-q", str(bundle), "--all", cwd=room.repository("ada-lovelace"))

    told = starterkit("pull", f"../{name}", "--json", cwd=clone).json

    assert (told["commits"], told["corrected"]) == (1, True)
    assert starterkit("status", "--json", cwd=clone).json["step"] == "01-one"


@pytest.mark.parametrize("place", ["origin", "bundle"])
def test_on_a_branch_of_ones_own_the_only_branch_that_is_there_comes(
    room: Room, corrected: Correct, tmp_path: Path, place: str
) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    git("switch", "-q", "-c", "mine", cwd=clone)
    conflicting = (clone / "conduit/app.py").read_text().replace("made by hand", "made by Ada")
    commit(clone, {"conduit/app.py": conflicting})
    git("push", "-q", "origin", "HEAD:main", cwd=clone)
    push_fix(room, corrected(FOOTER), "--yes")  # lies on a branch beside theirs
    theirs = room.clone("ada-lovelace", tmp_path / "elsewhere")
    there = commit(theirs, {"notes.txt": "mine\n"})
    git("push", "-q", cwd=theirs)
    bundle = tmp_path / "ada.bundle"
    git("bundle", "create", "-q", str(bundle), "--all", cwd=room.repository("ada-lovelace"))

    told = starterkit("pull", *(() if place == "origin" else (str(bundle),)), "--json", cwd=clone).json

    assert (told["from"], told["commits"]) == ("origin/main" if place == "origin" else str(bundle), 1)
    assert git("rev-parse", "HEAD", cwd=clone).strip() == there
    assert (told["waiting"] or "").startswith("pull origin starterkit-fix-") is (place == "origin")


def test_where_several_branches_are_there_and_none_belongs_to_ones_own_they_are_named(
    room: Room, tmp_path: Path
) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    git("push", "-q", "origin", "HEAD:idea", cwd=clone)
    git("switch", "-q", "-c", "mine", cwd=clone)

    stopped = " ".join(starterkit("pull", cwd=clone, code=2).err.split())

    assert "The branch mine does not exist in origin. These branches exist: idea, main." in stopped
    assert "starterkit pull origin BRANCH`" in stopped
    assert starterkit("pull", "origin", "idea", "--json", cwd=clone).json["from"] == "origin/idea"
    stopped = " ".join(starterkit("pull", "origin", "idee", cwd=clone, code=2).err.split())
    assert "The branch idee does not exist in origin. These branches exist: idea, main." in stopped


@pytest.mark.skipif(os.name == "nt", reason="the remote is counted by a shell script")
def test_the_remote_is_asked_once_for_all_that_comes(room: Room, corrected: Correct, tmp_path: Path) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    push_fix(room, corrected(FOOTER), "--yes")
    script, asked = tmp_path / "count", tmp_path / "asked"
    script.write_text(f'#!/bin/sh\necho >> "{asked}"\nexec git-upload-pack "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    git("config", "remote.origin.uploadpack", str(script), cwd=clone)

    assert starterkit("pull", "--json", cwd=clone).json["corrected"]

    assert len(asked.read_text().splitlines()) == 1


def test_a_merge_of_git_that_stopped_in_our_file_is_told_what_to_do(room: Room, tmp_path: Path) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    file = clone / ".starterkit.yml"
    file.write_text("<<<<<<< HEAD\n" + file.read_text(), encoding="utf-8")

    said = " ".join(starterkit("status", cwd=clone, code=2).err.split())

    assert "git merge --abort" in said
    assert "starterkit pull" in said
