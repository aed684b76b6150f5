"""`workshop push-fix` and `catch-up`: what the path brings reaches everybody's work, and nothing of theirs is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from starterkit.progress import no_progress
from tests.support.commands import starterkit
from tests.support.workshops import FOLDERS, FOOTER, TINY, Room, commit, corrected_template, git, push_fix

pytestmark = pytest.mark.slow

Correct = Callable[..., Path]
NEXT = ("next", "--no-check")


@pytest.fixture
def corrected(tmp_path: Path) -> Correct:
    """Makes a corrected template: these texts replaced in these files of it."""
    return partial(corrected_template, tmp_path / "corrected")


SENTENCE = ("project/tests/test_00_base.py", "by name", "by their name")


def begun(room: Room, folder: str, place: Path) -> Path:
    """Somebody's clone, at the given of the first step, pushed."""
    clone = room.clone(folder, place / folder)
    starterkit(*NEXT, cwd=clone)
    git("push", "-q", cwd=clone)
    return clone


def heads(room: Room) -> dict[str, str]:
    return {folder: git("for-each-ref", cwd=room.repository(folder)) for folder in FOLDERS}


def test_first_comes_a_report_and_nothing_changes(room: Room, corrected: Correct, tmp_path: Path) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    commit(clone, {"conduit/app.py": (clone / "conduit/app.py").read_text().replace("made by hand", "made by Ada")})
    git("push", "-q", cwd=clone)
    before, file = heads(room), (room.folder / "workshop.yml").read_bytes()

    ran = starterkit("workshop", "push-fix", "--template", str(corrected(FOOTER)), cwd=room.folder)

    assert "2 clean, 1 conflict." in ran.out
    assert "Ada Lovelace: conduit/app.py line 24\n" in ran.out
    assert "Nothing was changed" in ran.out
    assert (heads(room), (room.folder / "workshop.yml").read_bytes()) == (before, file)


def test_the_report_warns_where_a_later_solution_has_the_file_as_it_was(room: Room, corrected: Correct) -> None:
    folder = corrected(FOOTER)
    words = ("workshop", "push-fix", "--template", str(folder))

    ran = starterkit(*words, cwd=room.folder)

    warning = "conduit/app.py is fixed, but step 02-two restores the old version"
    assert warning in " ".join(ran.out.split())
    assert f"starterkit template validate {os.path.relpath(folder, room.folder)}" in ran.out
    assert starterkit(*words, "--json", cwd=room.folder).json["taken_back"] == [
        {"file": "conduit/app.py", "step": "02-two"}
    ]
    file = folder / "steps/02-two/solution/conduit/app.py"
    file.write_text(file.read_text().replace("made by hand", "made with care"), encoding="utf-8")
    assert starterkit(*words, "--json", cwd=room.folder).json["taken_back"] == []


def test_people_of_one_name_are_told_apart_wherever_something_is_done_to_them(
    corrected: Correct, tmp_path: Path
) -> None:
    (tmp_path / "roster.csv").write_text("name,login\nMaria Silva,maria1\nMaria Silva,maria2\n", encoding="utf-8")
    starterkit("workshop", "create", "roster.csv", "w", "--template", str(TINY), cwd=tmp_path)
    there = tmp_path / "w"

    report = starterkit("workshop", "push-fix", "--template", str(corrected(FOOTER)), cwd=there).out
    brought = starterkit("workshop", "catch-up", "maria2", "01", "--count-as", "green", cwd=there).out
    told = starterkit("workshop", "catch-up", "Maria Silva", "01", cwd=there, code=2).err

    assert "Maria Silva (maria1): " in report and "Maria Silva (maria2): " in report
    assert "Maria Silva (maria2) is now at" in brought
    assert "maria-silva (maria1), maria-silva-2 (maria2)" in " ".join(told.split())


def test_a_correction_reaches_who_has_begun_and_who_has_not(room: Room, corrected: Correct, tmp_path: Path) -> None:
    ada = begun(room, "ada-lovelace", tmp_path)
    commit(ada, {"conduit/one.py": "def one():\n    return 1\n", "notes.txt": "mine\n"})
    git("push", "-q", cwd=ada)

    told = push_fix(room, corrected(FOOTER, SENTENCE), "--yes")

    assert {one["outcome"] for one in told.values()} == {"clean"}
    git("pull", "-q", cwd=ada)
    assert "made with care" in (ada / "conduit/app.py").read_text()
    assert "by their name" in (ada / "tests/test_00_base.py").read_text()
    assert (ada / "conduit/one.py").read_text() == "def one():\n    return 1\n"
    assert (ada / "notes.txt").read_text() == "mine\n"
    assert starterkit("status", "--json", cwd=ada).json["step"] == "01-one"
    assert starterkit(*NEXT, "--json", cwd=ada).json  # the path goes on, on the corrected one
    grace = room.clone("grace-hopper", tmp_path / "grace")
    assert "made with care" in (grace / "conduit/app.py").read_text()
    assert room.events("ada-lovelace")[-1]["kind"] == "fixed"


def test_where_it_meets_their_code_a_branch_waits_to_be_merged(room: Room, corrected: Correct, tmp_path: Path) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    mine = (clone / "conduit/app.py").read_text().replace("made by hand", "made by Ada")
    commit(clone, {"conduit/app.py": mine})
    git("push", "-q", cwd=clone)
    head = git("rev-parse", "HEAD", cwd=clone)

    told = push_fix(room, corrected(FOOTER), "--yes")["ada-lovelace"]

    assert (told["outcome"], told["files"]) == ("conflict", ["conduit/app.py"])
    pulled = starterkit("pull", cwd=clone)
    assert f"starterkit pull origin {told['branch']}" in " ".join(pulled.out.split())
    assert starterkit("pull", "--json", cwd=clone).json["waiting"] == f"pull origin {told['branch']}"
    assert git("rev-parse", "origin/main", cwd=clone) == head  # their branch stays where it was
    assert starterkit("status", cwd=clone)
    git("merge", f"origin/{told['branch']}", cwd=clone, code=1)
    assert git("diff", "--name-only", "--diff-filter=U", cwd=clone).split() == ["conduit/app.py"]
    settled = mine.replace("made by Ada", "made by Ada, with care")
    commit(clone, {"conduit/app.py": settled}, "Merge the correction")
    git("push", "-q", cwd=clone)
    assert push_fix(room, corrected(FOOTER))["ada-lovelace"]["outcome"] == "has it"
    assert starterkit("pull", "--json", cwd=clone).json["waiting"] is None
    assert starterkit("status", "--json", cwd=clone).json["step"] == "01-one"


def test_a_template_of_another_edition_is_refused(room: Room, corrected: Correct) -> None:
    before = heads(room)
    template = corrected(FOOTER, ("path.yml", "format: 1\n", "format: 1\nedition: 2\n"))

    ran = starterkit("workshop", "push-fix", "--template", str(template), "--yes", cwd=room.folder, code=2)

    assert "uses edition 1 of the Tiny path. The fixed template is edition 2." in " ".join(ran.err.split())
    assert heads(room) == before


def test_a_new_clone_of_who_has_not_merged_yet_still_has_its_path(
    room: Room, corrected: Correct, tmp_path: Path
) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    commit(clone, {"conduit/app.py": (clone / "conduit/app.py").read_text().replace("made by hand", "by Ada")})
    git("push", "-q", cwd=clone)
    push_fix(room, corrected(FOOTER), "--yes")

    again = room.clone("ada-lovelace", tmp_path / "again")

    assert starterkit("status", "--json", cwd=again).json["step"] == "01-one"


def changes_the_line(clone: Path) -> None:
    app = clone / "conduit/app.py"
    commit(clone, {"conduit/app.py": app.read_text(encoding="utf-8").replace("made by hand", "by Ada")})


def adds_lines(clone: Path) -> None:
    app = clone / "conduit/app.py"
    commit(clone, {"conduit/app.py": app.read_text(encoding="utf-8") + "\n\ndef more():\n    return 1\n"})


def goes_on(clone: Path) -> None:
    starterkit(*NEXT, cwd=clone)


@pytest.mark.parametrize(
    ("history", "way"),
    [
        pytest.param(history, way, id=f"{name} {way}", marks=marks)
        for name, history, marks in (
            ("next", (goes_on, changes_the_line), ()),
            ("before next", (changes_the_line, goes_on), pytest.mark.nightly),
            ("added lines before next", (adds_lines, goes_on, changes_the_line), pytest.mark.nightly),
        )
        for way in ("--keep-mine", "--take-theirs")
    ],
)
def test_a_conflict_is_settled_without_markers_in_the_code(
    room: Room, corrected: Correct, tmp_path: Path, history: tuple[Callable[[Path], None], ...], way: str
) -> None:
    clone = room.clone("ada-lovelace", tmp_path / "ada")
    for does in history:
        does(clone)
    git("push", "-q", cwd=clone)
    # What they keep at the first correction meets the second one again.
    for words in ("made with care", "made with much care"):
        template = corrected((FOOTER[0], "made by hand", words))
        told = push_fix(room, template, "--yes")["ada-lovelace"]
        if told["outcome"] == "clean":  # they took the line of the first correction
            assert way == "--take-theirs"
            return
        assert told["outcome"] == "conflict"
        branch = str(told["branch"])
        git("fetch", "-q", cwd=clone)
        assert "<<<<" not in git("show", f"origin/{branch}:conduit/app.py", cwd=clone)
        git("-c", "user.name=A", "-c", "user.email=a@b", "merge", f"origin/{branch}", cwd=clone, code=1)
        assert "<<<<" in (clone / "conduit/app.py").read_text(encoding="utf-8")
        git("merge", "--abort", cwd=clone)

        starterkit("pull", "origin", branch, cwd=clone, code=3)
        shown = starterkit("pull", "origin", branch, way, cwd=clone).out

        app = (clone / "conduit/app.py").read_text(encoding="utf-8")
        assert ("by Ada" in app, "<<<<" in app) == (way == "--keep-mine", False)
        assert "git push" in shown
        git("push", "-q", cwd=clone)
        assert push_fix(room, template)["ada-lovelace"]["outcome"] == "has it"


def test_where_nothing_of_the_path_is_in_their_history_their_lines_stay(
    room: Room, corrected: Correct, tmp_path: Path
) -> None:
    clone = room.clone("ada-lovelace", tmp_path / "ada")
    git("checkout", "-q", "--orphan", "mine", cwd=clone)
    changes_the_line(clone)
    git("push", "-q", "-f", "origin", "mine:main", cwd=clone)

    told = push_fix(room, corrected(FOOTER), "--yes")["ada-lovelace"]

    git("fetch", "-q", cwd=clone)
    shown = git("show", f"origin/{told['branch']}:conduit/app.py", cwd=clone)
    assert (told["outcome"], "<<<<" in shown, "by Ada" in shown) == ("conflict", False, True)
    assert "keeps their lines" in str(told["why"])


def test_the_same_again_changes_nothing(room: Room, corrected: Correct) -> None:
    push_fix(room, corrected(FOOTER), "--yes")
    before, file = heads(room), (room.folder / "workshop.yml").read_bytes()

    told = push_fix(room, corrected(FOOTER), "--yes")

    assert {one["outcome"] for one in told.values()} == {"has it"}
    assert (heads(room), (room.folder / "workshop.yml").read_bytes()) == (before, file)


def test_who_was_cut_off_gets_it_the_next_time(room: Room, corrected: Correct) -> None:
    template = corrected(FOOTER)
    push_fix(room, template, "ada-lovelace", "--yes")
    assert push_fix(room, template, "ada-lovelace")["ada-lovelace"]["outcome"] == "has it"

    told = push_fix(room, template, "--yes")

    assert {folder: one["outcome"] for folder, one in told.items()} == {
        "ada-lovelace": "has it",
        "grace-hopper": "clean",
        "eniac": "clean",
    }


def test_people_who_come_later_begin_with_the_corrected_path(room: Room, corrected: Correct, tmp_path: Path) -> None:
    room.edits("people:", "# our own remark\npeople:")
    push_fix(room, corrected(FOOTER), "--yes")
    assert "# our own remark" in (room.folder / "workshop.yml").read_text()
    (tmp_path / "more.csv").write_text("name\nBetty Holberton\n", encoding="utf-8")

    starterkit("workshop", "create", str(tmp_path / "more.csv"), str(room.folder), cwd=tmp_path)

    clone = room.clone("betty-holberton", tmp_path / "betty")
    assert "made with care" in (clone / "conduit/app.py").read_text()
    assert starterkit(*NEXT, "--json", cwd=clone).json


def test_who_has_not_begun_has_not_begun_afterwards(room: Room, corrected: Correct, tmp_path: Path) -> None:
    begun(room, "ada-lovelace", tmp_path)
    push_fix(room, corrected(FOOTER), "--yes")
    starterkit("workshop", "collect", cwd=room.folder)

    people = starterkit("workshop", "status", "--json", cwd=room.folder).json["people"]

    states = {one["folder"]: one["state"] for one in people}
    assert states["ada-lovelace"] != "not begun"
    assert {states["grace-hopper"], states["eniac"]} == {"not begun"}
    assert len({git("rev-parse", "main", cwd=room.repository(folder)) for folder in ("grace-hopper", "eniac")}) == 1


def test_a_damaged_state_is_told_and_the_others_get_it(room: Room, corrected: Correct, tmp_path: Path) -> None:
    clone = room.clone("ada-lovelace", tmp_path / "ada")
    commit(clone, {".starterkit.yml": "format: nonsense\n"})
    git("push", "-q", cwd=clone)

    told = push_fix(room, corrected(FOOTER), "--yes", code=1)

    assert told["ada-lovelace"]["outcome"] == "failed"
    assert ".starterkit.yml" in str(told["ada-lovelace"]["why"])
    assert told["eniac"]["outcome"] == "clean"


def test_a_remote_gets_the_correction_too(room: Room, corrected: Correct, tmp_path: Path) -> None:
    git("clone", "-q", "--bare", "--no-local", str(room.repository("ada-lovelace")), "far.git", cwd=tmp_path)
    room.edits('login: "ada"\n', f'login: "ada"\n    remote: "{tmp_path / "far.git"}"\n')
    starterkit("workshop", "collect", cwd=room.folder, code=None)

    told = push_fix(room, corrected(FOOTER), "--yes")

    assert told["ada-lovelace"]["branch"] == "main"
    assert "made with care" in git("show", "main:conduit/app.py", cwd=tmp_path / "far.git")


def test_what_reached_a_remote_before_it_was_killed_is_known_the_next_time(
    room: Room, corrected: Correct, tmp_path: Path
) -> None:
    git("clone", "-q", "--bare", "--no-local", str(room.repository("ada-lovelace")), "far.git", cwd=tmp_path)
    room.edits('login: "ada"\n', f'login: "ada"\n    remote: "{tmp_path / "far.git"}"\n')
    begun = git("rev-parse", "main", cwd=tmp_path / "far.git").strip()
    push_fix(room, corrected(FOOTER), "--yes")
    git("update-ref", "refs/collected/heads/main", begun, cwd=room.repository("ada-lovelace"))
    file = room.folder / "results" / "ada-lovelace.jsonl"
    *kept, noted = file.read_text().splitlines(keepends=True)
    assert '"kind":"fixed"' in noted
    file.write_text("".join(kept))

    told = push_fix(room, corrected(FOOTER), "--yes")

    assert told["ada-lovelace"]["outcome"] == "has it"
    assert git("for-each-ref", "--format=%(refname)", "refs/heads", cwd=tmp_path / "far.git") == "refs/heads/main\n"
    ada = starterkit("workshop", "status", "--json", cwd=room.folder).json["people"][0]
    assert (ada["state"], ada["active"]) == ("not begun", None)


def test_what_they_wrote_into_a_lesson_is_named_before_it_is_replaced(
    room: Room, corrected: Correct, tmp_path: Path
) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    lesson = "lessons/01-one.md"
    written = commit(clone, {lesson: (clone / lesson).read_text() + "\nmy note\n"})
    git("push", "-q", cwd=clone)
    template = corrected(("steps/01-one/lesson.md", "one", "One"))

    told = starterkit("workshop", "push-fix", "--template", str(template), cwd=room.folder).out

    assert (
        f"The fix replaces the participant's changes to {lesson}. Commit {written[:8]} has the participant's version."
        in " ".join(told.split())
    )
    assert push_fix(room, template, "--yes")["ada-lovelace"]["replaced"] == [lesson]
    git("pull", "-q", cwd=clone)
    assert "my note" in git("show", f"{written}:{lesson}", cwd=clone)


def test_the_template_of_the_last_correction_is_the_one_that_counts(room: Room, corrected: Correct) -> None:
    template = corrected(FOOTER)
    push_fix(room, template, "--yes")
    path = room.opened.path

    ran = starterkit("workshop", "push-fix", "--yes", cwd=room.folder)

    assert "3 up to date." in ran.out
    assert "There is no fix to apply." in ran.out
    assert (room.opened.path, room.opened.corrected) == (path, str(template.resolve()))
    corrected(FOOTER, SENTENCE)
    assert "3 clean." in starterkit("workshop", "push-fix", "--yes", cwd=room.folder).out
    shutil.rmtree(template)
    stopped = starterkit("workshop", "push-fix", "--yes", cwd=room.folder, code=2)
    assert "doesn't exist any more" in " ".join(stopped.err.split())


def test_what_gits_own_merge_left_of_the_old_path_is_found(room: Room, corrected: Correct, tmp_path: Path) -> None:
    test = "steps/02-two/given/tests/test_02_two.py"
    template = corrected((test, '"""', '"""Corrected. '))
    clone = begun(room, "ada-lovelace", tmp_path)
    starterkit(*NEXT, cwd=clone)
    push_fix(room, template, "--yes")
    git("pull", "-q", "--no-rebase", "--no-edit", cwd=clone)
    git("push", "-q", cwd=clone)
    assert "Corrected" not in (clone / "tests/test_02_two.py").read_text()

    told = push_fix(room, template, "--yes")["ada-lovelace"]

    assert (told["outcome"], told["files"]) == ("clean", ["tests/test_02_two.py"])
    assert push_fix(room, template)["ada-lovelace"]["outcome"] == "has it"


def in_a_lab(room: Room, tmp_path: Path) -> Path:
    """Somebody who comes later works in a folder on the instructor's machine."""
    (tmp_path / "lab.csv").write_text("name\nBetty Holberton\n", encoding="utf-8")
    starterkit("workshop", "create", "lab.csv", str(room.folder), "--folders", "lab", cwd=tmp_path)
    folder = tmp_path / "lab" / "betty-holberton"
    starterkit(*NEXT, cwd=folder)
    return folder


def test_working_folders_get_it_from_their_repository_here(room: Room, corrected: Correct, tmp_path: Path) -> None:
    folder = in_a_lab(room, tmp_path)
    template = corrected(FOOTER)

    told = push_fix(room, template, "betty-holberton", "--yes")["betty-holberton"]

    assert (told["outcome"], told["type"]) == ("clean", "starterkit pull")
    assert push_fix(room, template, "betty-holberton")["betty-holberton"]["outcome"] == "has it"
    pulled = starterkit("pull", cwd=folder).out
    assert "Merged one commit from origin/main" in pulled and "git push" not in pulled  # a commit is enough
    assert "made with care" in (folder / "conduit/app.py").read_text()
    ran = starterkit("workshop", "catch-up", "betty-holberton", "02", "--count-as", "red", "--json", cwd=room.folder)
    assert (ran.json["people"][0]["filled"], ran.json["people"][0]["type"]) == (["01-one"], "starterkit pull")
    commit(folder, {"notes.txt": "mine\n"})
    git("pull", "-q", "--no-edit", cwd=folder)  # plain git knows the way, too
    assert starterkit("status", "--json", cwd=folder).json["step"] == "02-two"
    git("push", "-q", cwd=folder)
    assert "Fetched the work of 1 person." in starterkit("workshop", "collect", "betty-holberton", cwd=room.folder).out
    assert push_fix(room, template, "betty-holberton")["betty-holberton"]["outcome"] == "has it"


def test_a_folder_without_a_remote_is_told_where_it_is(room: Room, corrected: Correct, tmp_path: Path) -> None:
    folder = in_a_lab(room, tmp_path)
    git("remote", "remove", "origin", cwd=folder)
    commit(folder, {"conduit/app.py": (folder / "conduit/app.py").read_text().replace("made by hand", "by Betty")})

    told = push_fix(room, corrected(FOOTER), "betty-holberton", "--yes")["betty-holberton"]

    place = str(room.repository("betty-holberton"))
    words = ["pull", place, str(told["branch"])]
    assert (told["outcome"], told["type"]) == ("conflict", " ".join(("starterkit", *words)))
    starterkit(*words, cwd=folder, code=3)
    starterkit(*words, "--take-theirs", cwd=folder)
    assert "made with care" in (folder / "conduit/app.py").read_text()
    ran = starterkit("workshop", "catch-up", "betty-holberton", "02", "--count-as", "red", "--json", cwd=room.folder)
    assert ran.json["people"][0]["type"] == f"starterkit pull {place}"
    starterkit("pull", place, cwd=folder)
    assert starterkit("status", "--json", cwd=folder).json["step"] == "02-two"


# --- catch-up -----------------------------------------------------------------------------------------------------


def test_latecomers_get_what_is_missing_from_the_reference(room: Room, tmp_path: Path) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    commit(clone, {"notes.txt": "mine\n"})
    git("push", "-q", cwd=clone)

    ran = starterkit("workshop", "catch-up", "ada", "03", "--count-as", "red", "--json", cwd=room.folder).json[
        "people"
    ][0]

    assert (ran["step"], ran["own"], ran["filled"], ran["green"]) == ("03-three", [], ["01-one", "02-two"], None)
    git("pull", "-q", cwd=clone)
    assert starterkit("status", "--json", cwd=clone).json["step"] == "03-three"
    assert (clone / "notes.txt").read_text() == "mine\n"
    assert "reference_only_two" in (clone / "conduit/two.py").read_text()
    assert not (clone / "conduit/three.py").exists()
    subjects = git("log", "-4", "--format=%s", cwd=clone).splitlines()
    assert subjects == ["Start 03 · Three", "Solve 02 · Two", "Start 02 · Two", "Solve 01 · One"]
    assert "Filled in from the reference" in git("log", "-1", "--skip=1", "--format=%b", cwd=clone)
    assert room.events("ada-lovelace")[-1]["steps"] == ["01-one", "02-two"]
    ada = starterkit("workshop", "status", "--json", cwd=room.folder).json["people"][0]
    assert (ada["step"], ada["state"], ada["filled"]) == ("03-three", "not graded", ["01-one", "02-two"])


def test_what_was_filled_in_by_a_killed_command_is_noted_the_next_time(room: Room, tmp_path: Path) -> None:
    begun(room, "ada-lovelace", tmp_path)
    words = ("workshop", "catch-up", "ada", "02", "--count-as", "red")
    starterkit(*words, cwd=room.folder)
    file = room.folder / "results" / "ada-lovelace.jsonl"
    *kept, noted = file.read_text().splitlines(keepends=True)
    assert '"kind":"filled"' in noted
    file.write_text("".join(kept))

    for _ in range(2):
        starterkit(*words, cwd=room.folder)

    events = [event for event in room.events("ada-lovelace") if event["kind"] == "filled"]
    assert [event["steps"] for event in events] == [["01-one"]]


def test_a_step_that_they_did_stays_theirs(room: Room, tmp_path: Path) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    own = "def one():\n    return 3 - 2\n"
    commit(clone, {"conduit/one.py": own})
    git("push", "-q", cwd=clone)

    ran = starterkit("workshop", "catch-up", "ada", "03", "--count-as", "green", "--json", cwd=room.folder)

    found = ran.json["people"][0]
    assert (found["own"], found["filled"]) == (["01-one"], ["02-two"])
    git("pull", "-q", cwd=clone)
    assert (clone / "conduit/one.py").read_text() == own


def test_code_that_does_not_merge_is_taken_whole_and_stays_in_their_history(room: Room, tmp_path: Path) -> None:
    clone = begun(room, "ada-lovelace", tmp_path)
    commit(clone, {"conduit/one.py": "def one():\n    return 'I do not know'\n"})
    git("push", "-q", cwd=clone)

    ran = starterkit("workshop", "catch-up", "ada", "02", "--count-as", "red", "--json", cwd=room.folder)

    assert ran.json["people"][0]["whole"] == ["01-one"]
    git("pull", "-q", cwd=clone)
    assert "reference_only_one" in (clone / "conduit/one.py").read_text()
    assert "I do not know" in git("show", "HEAD~2:conduit/one.py", cwd=clone)


def test_nobody_is_taken_back(room: Room, tmp_path: Path) -> None:
    begun(room, "ada-lovelace", tmp_path)
    before = heads(room)

    ran = starterkit("workshop", "catch-up", "ada", "01", cwd=room.folder)

    assert "Already at this step" in ran.out
    assert heads(room) == before


def test_grading_tells_whether_the_step_they_stand_at_is_done(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from starterkit.workshop.catch_up import catch_up

    clone = begun(room, "ada-lovelace", tmp_path)
    commit(clone, {"conduit/one.py": "def one():\n    return 3 - 2\n"})
    git("push", "-q", cwd=clone)
    asked: list[str] = []

    def judge(_person: object, _commit: str, step: str) -> bool:
        asked.append(step)
        return len(asked) != 2  # what was merged is red, and what was taken whole is green

    people = [room.person("ada-lovelace")]
    (found,) = catch_up(room.opened, people, "03-three", no_progress, judge=judge)

    assert asked == ["01-one", "02-two", "02-two"]
    assert (found.own, found.filled, found.whole, found.is_green) == (("01-one",), ("02-two",), ("02-two",), True)


def test_without_a_grading_nothing_is_done_for_who_may_have_finished(room: Room, tmp_path: Path) -> None:
    from starterkit.workshop.catch_up import catch_up

    clone = begun(room, "ada-lovelace", tmp_path)
    begun(room, "grace-hopper", tmp_path)
    commit(clone, {"conduit/one.py": "def one():\n    return 3 - 2\n"})
    git("push", "-q", cwd=clone)

    people = [room.person("ada-lovelace"), room.person("grace-hopper")]
    ada, grace = catch_up(room.opened, people, "02-two", no_progress)

    assert ada.failed
    assert "--count-as" in ada.why
    assert grace.filled == ("01-one",)  # nothing was written since the step began


def test_words_that_make_no_sense_are_refused(room: Room) -> None:
    for words in (("02",), ("ada", "09"), ("nobody", "02"), ("ada", "02", "--count-as", "blue")):
        starterkit("workshop", "catch-up", *words, cwd=room.folder, code=2)


def test_who_began_with_a_zip_gets_a_file(room: Room, corrected: Correct, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("name\nNoor Khan\n")
    starterkit("workshop", "create", str(roster), "--zip", str(tmp_path / "zips"), cwd=room.folder)
    shutil.unpack_archive(tmp_path / "zips" / "noor-khan.zip", tmp_path / "home")
    project = next((tmp_path / "home").glob("*/.starterkit.yml")).parent
    starterkit(*NEXT, cwd=project)

    told = starterkit("workshop", "push-fix", "--template", str(corrected(FOOTER)), "--yes", cwd=room.folder).out
    line = next(line for line in told.splitlines() if "bundle create" in line)
    subprocess.run(line, shell=True, cwd=room.folder, check=True, capture_output=True)

    assert "starterkit pull FILE.bundle" in told
    starterkit("pull", str(room.folder / "noor-khan.bundle"), cwd=project)
    assert "made with care" in (project / "conduit/app.py").read_text()
    assert 'step: "01-one"' in (project / ".starterkit.yml").read_text()


@pytest.mark.parametrize("version", ["0", "1"])
def test_a_git_that_is_told_to_speak_as_old_ones_did_does_as_well(
    room: Room, corrected: Correct, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    settings = tmp_path / "gitconfig"
    own = Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text(encoding="utf-8")
    settings.write_text(f"{own}[protocol]\n\tversion = {version}\n", encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    clone = room.clone("ada-lovelace", tmp_path / "ada")  # without the path, and soon on an older one

    fixed = push_fix(room, corrected(FOOTER), "--yes")

    assert {one["outcome"] for one in fixed.values()} == {"clean"}
    assert starterkit("status", "--json", cwd=clone).json["step"] is None
