"""`workshop create`: one repository for each person, from one rendering; what exists is never touched."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from starterkit.errors import FileError
from starterkit.workshop.model import Member
from starterkit.workshop.store import open_workshop
from tests.support.commands import PROGRAM, environment, starterkit
from tests.support.workshops import FOLDERS, ROSTER, TINY, Room, commit, files_of, git, ran, said

pytestmark = pytest.mark.slow

LONGER = "name,login,email\nZoe,zoe,\nGrace Hopper,grace,grace@example.org\nAda Lovelace,ada,ada@example.org\n"


def write_roster(folder: Path, text: str = ROSTER) -> Path:
    file = folder / "roster.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_create_prints_what_each_types_and_that_begins_a_project(tmp_path: Path) -> None:
    write_roster(tmp_path)

    shown = starterkit("workshop", "create", "roster.csv", "--template", str(TINY), "--at", "two", cwd=tmp_path).out

    lines = [line.split("  ", 2)[-1].strip() for line in shown.splitlines() if "git clone" in line]
    assert [Path(line.split()[-1]).stem for line in lines] == list(FOLDERS)
    subprocess.run(lines[0], shell=True, cwd=tmp_path, check=True, capture_output=True)
    clone = tmp_path / "ada-lovelace"
    assert not (clone / ".git/objects/info/alternates").exists()
    seen = starterkit("status", "--json", cwd=clone).json
    assert (seen["step"], seen["solved"]) == ("02-two", False)
    assert "refs/starterkit/path" in git("for-each-ref", cwd=clone)


def test_create_names_the_columns_it_did_not_use(tmp_path: Path) -> None:
    roster = str(write_roster(tmp_path, "Student,Høld,Klasse\nAda,1,2\n"))

    shown = starterkit("workshop", "create", roster, "course", "--template", str(TINY), cwd=tmp_path).out
    again = starterkit("workshop", "create", roster, "course", "--json", cwd=tmp_path).json

    assert 'Used these columns of the roster: name from "Student".' in shown
    assert "Ignored these columns of the roster: Høld, Klasse." in shown
    assert (again["columns"], again["unused_columns"]) == ({"name": "Student"}, ["Høld", "Klasse"])


@pytest.mark.parametrize("how", ["{}", "file://{}"])
def test_a_plain_clone_gets_the_path_and_its_work_can_be_pushed(room: Room, tmp_path: Path, how: str) -> None:
    git("clone", "-q", how.format(room.repository("grace-hopper")), "mine", cwd=tmp_path)

    starterkit("next", "--no-check", cwd=tmp_path / "mine")
    git("push", "-q", cwd=tmp_path / "mine")

    state = git("show", "main:.starterkit.yml", cwd=room.repository("grace-hopper"))
    assert 'step: "01-one"' in state
    git("fsck", "--strict", cwd=room.repository("grace-hopper"))


def test_everybody_shares_one_path_on_disk_and_the_workshop_can_be_moved(room: Room, tmp_path: Path) -> None:
    moved = tmp_path / "elsewhere" / "course"
    moved.parent.mkdir()
    room.folder.rename(moved)
    for folder in FOLDERS:
        repository = moved / "repos" / f"{folder}.git"
        assert sum(len(data) for data in files_of(repository).values()) < 2_000
        assert git("rev-parse", "main", cwd=repository) == git("rev-parse", "main", cwd=moved / "repos/.path.git")
        git("fsck", cwd=repository)


def test_nobodys_name_is_rendered(room: Room) -> None:
    everything = git("log", "--all", "-p", cwd=room.repository("ada-lovelace"))

    assert "Lovelace" not in everything and "ada@example.org" not in everything


def test_people_cannot_move_the_refs_of_the_path(room: Room, tmp_path: Path) -> None:
    mine = room.clone("ada-lovelace", tmp_path / "mine")

    git("push", "-q", "origin", "HEAD:refs/starterkit/path", cwd=mine, code=1)


def test_a_longer_roster_adds_only_the_new_and_touches_nobody(room: Room, tmp_path: Path) -> None:
    mine = room.clone("ada-lovelace", tmp_path / "mine")
    commit(mine, {"mine.py": "1\n"})
    git("push", "-q", cwd=mine)
    room.edits("people:", "# these are mine\npeople:")
    before = {folder: files_of(room.repository(folder)) for folder in FOLDERS}
    lines = (room.folder / "workshop.yml").read_text()

    made = starterkit(
        "workshop", "create", str(write_roster(tmp_path, LONGER)), "--json", cwd=room.folder / "repos"
    ).json

    assert [(one["folder"], one["new"]) for one in made["people"]] == [
        ("zoe", True),
        ("grace-hopper", False),
        ("ada-lovelace", False),
    ]
    assert made["added"] == 1
    assert {folder: files_of(room.repository(folder)) for folder in FOLDERS} == before
    assert (room.folder / "workshop.yml").read_text().startswith(lines)
    assert [person.folder for person in room.opened.people] == [*FOLDERS, "zoe"]
    git("fsck", cwd=room.repository("zoe"))


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--framework", "flask"], "the template is folder:tiny, not starterkit:flask"),
        (["--data", "site_title=Other"], 'the answer site_title is "Tiny", not "Other"'),
        (["--at", "02"], "the first step is base, not 02-two"),
        (["--zip", "a", "--folders", "b"], "--zip and --folders can't be combined"),
        (["--remote-template", "git@host:same.git"], "would have the same URL"),
        (["--due", "soon"], 'Invalid time "soon"'),
    ],
)
def test_another_choice_is_refused_and_nothing_changes(
    room: Room, tmp_path: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(room.folder)
    roster = write_roster(tmp_path, LONGER)

    assert says in said(capsys, "-C", str(room.folder), "workshop", "create", str(roster), *words, code=2)

    assert files_of(room.folder) == before


@pytest.mark.parametrize(
    ("text", "words", "says"),
    [
        ("name\nAda\n???\n", ["--template", str(TINY)], "roster.csv:3: "),
        ("name\nAda\n", [], "Missing option: --framework NAME"),
        ("name\nAda\n", ["--template", str(TINY), "--data", "colour=red"], "colour"),
        ("name\nAda\n", ["--template", str(TINY), "--at", "09"], "09"),
        (
            "name\nAda\n",
            ["--template", str(TINY), "--remote-template", "git@host:{login}.git"],
            "roster.csv:2: Ada: no login",
        ),
        (
            ROSTER,
            ["--template", str(TINY), "--remote-template", "git@host:{login}.git"],
            "roster.csv:4: the team ENIAC has no login, but the remote template contains {login}",
        ),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_created(
    tmp_path: Path, text: str, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    write_roster(tmp_path, text)

    assert says in said(capsys, "-C", str(tmp_path), "workshop", "create", "roster.csv", *words, code=2)

    assert [entry.name for entry in tmp_path.iterdir()] == ["roster.csv"]


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").touch()
    write_roster(tmp_path)

    words = ("-C", str(tmp_path), "workshop", "create", "roster.csv", "mine", "--template", str(TINY))
    assert "isn't empty" in said(capsys, *words, code=2)
    assert [entry.name for entry in (tmp_path / "mine").iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("name", ["repos", "results"])
def test_a_folder_that_holds_a_file_called_like_a_part_of_a_workshop_is_left_alone(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine" / "repos").mkdir(parents=True)
    if name == "repos":
        (tmp_path / "mine" / "repos").rmdir()
    (tmp_path / "mine" / name).write_text("notes\n", encoding="utf-8")
    write_roster(tmp_path)

    words = ("-C", str(tmp_path), "workshop", "create", "roster.csv", "mine", "--template", str(TINY))

    assert "isn't empty" in said(capsys, *words, code=2)
    assert (tmp_path / "mine" / name).read_text(encoding="utf-8") == "notes\n"


def test_killed_at_any_time_the_next_create_finishes_it(tmp_path: Path) -> None:
    names = "".join(f"Person {number}\n" for number in range(300))
    write_roster(tmp_path, f"name\n{names}")
    words = ("workshop", "create", "roster.csv", "w", "--template", str(TINY))
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen([*PROGRAM, *words], cwd=tmp_path, env=environment(), **quiet)
    while process.poll() is None and not list(tmp_path.glob("w/repos/[!.]*.git")):
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()

    made = starterkit(*words, "--json", cwd=tmp_path).json

    assert len(made["people"]) == 300
    whole = open_workshop(tmp_path / "w")
    for person in whole.people:
        names = {one.name for one in whole.repository(person).iterdir()}
        assert {"HEAD", "config", "packed-refs", "objects", "refs"} <= names
    assert not list(tmp_path.glob("w/repos/.making-*"))


def test_cut_off_before_anybody_was_in_it_a_workshop_is_begun_anew(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = write_roster(room.folder.parent)
    for folder in FOLDERS:
        shutil.rmtree(room.repository(folder))
    for name in ("workshop.yml", "results", "handout.txt"):
        file = room.folder / name
        file.unlink() if file.is_file() else shutil.rmtree(file)

    words = ("workshop", "create", str(roster), "workshop", "--template", str(TINY))
    said(capsys, "-C", str(room.folder.parent), *words, code=0)

    assert [person.folder for person in room.opened.people] == list(FOLDERS)


def test_a_zip_holds_a_whole_project_with_all_of_its_git(tmp_path: Path) -> None:
    write_roster(tmp_path)
    handed = tmp_path / "handed"
    (handed / ".making-0123456789abcdef").mkdir(parents=True)  # of a command that was killed
    (handed / ".making-tea").touch()

    words = ("workshop", "create", "roster.csv", "w", "--template", str(TINY), "--zip", "handed")
    shown = starterkit(*words, cwd=tmp_path).out

    assert {file.name for file in handed.iterdir()} == {*(f"{folder}.zip" for folder in FOLDERS), ".making-tea"}
    assert "unzip ada-lovelace.zip && cd tiny-site" in shown
    told = starterkit("-C", "w", "workshop", "collect", cwd=tmp_path).out
    assert told.startswith(
        "ok  Fetched the work of 0 people. 0 people have new work.\n    3 people started with a zip file."
    )
    shutil.unpack_archive(handed / "ada-lovelace.zip", tmp_path / "out")
    shutil.rmtree(tmp_path / "w")
    project = tmp_path / "out" / "tiny-site"
    assert not (project / ".git/objects/info/alternates").exists()
    assert git("status", "--porcelain", cwd=project) == ""
    git("fsck", "--strict", cwd=project)
    starterkit("next", "--no-check", cwd=project)


def test_working_folders_are_made_once_and_are_where_the_work_is_collected_from(tmp_path: Path) -> None:
    write_roster(tmp_path)
    words = ("workshop", "create", "roster.csv", "w", "--template", str(TINY), "--folders", "there")
    made = starterkit(*words, "--json", cwd=tmp_path).json
    mine = tmp_path / "there" / "ada-lovelace"
    assert [one["begin"] for one in made["people"]] == [f"cd {tmp_path}/there/{folder}" for folder in FOLDERS]
    assert "up to date with 'origin/main'" in git("status", cwd=mine)
    starterkit("next", "--no-check", cwd=mine)
    before = files_of(mine)

    starterkit(*words, cwd=tmp_path)
    assert files_of(mine) == before

    assert open_workshop(tmp_path / "w").people[0].remote == str(mine)
    assert starterkit("-C", "w", "workshop", "collect", "--json", cwd=tmp_path).json["people"][0]["step"] == "01-one"


@pytest.mark.parametrize("way", ["zip", "folders"])
def test_who_comes_later_begins_in_the_way_of_the_workshop(tmp_path: Path, way: str) -> None:
    write_roster(tmp_path, "name\nAda\n")
    words = ("workshop", "create", "roster.csv", "w")
    first = starterkit(*words, "--template", str(TINY), f"--{way}", "w/there", "--json", cwd=tmp_path).json
    write_roster(tmp_path, "name\nZoe\nAda\n")

    zoe, ada = starterkit(*words, "--json", cwd=tmp_path).json["people"]

    assert ada["begin"].replace("ada", "zoe") == zoe["begin"] and ada["begin"] == first["people"][0]["begin"]
    assert Path(zoe["handout"]).exists() and Path(zoe["handout"]).parent == tmp_path / "w/there"
    assert open_workshop(tmp_path / "w").handouts == {way: "there"}


@pytest.mark.parametrize("way", ["zip", "folders"])
def test_typed_again_where_everybody_has_theirs_nothing_is_packed(
    tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write_roster(tmp_path)
    words = ("-C", str(tmp_path), "workshop", "create", "roster.csv", "w")
    first = ran(capsys, *words, "--template", str(TINY), f"--{way}", "there", "--json")[0]
    monkeypatch.setattr("starterkit.workshop.handouts.make_repository", None)

    again = ran(capsys, *words, "--json")[0]

    assert [one["begin"] for one in json.loads(again)["people"]] == [
        one["begin"] for one in json.loads(first)["people"]
    ]


WAYS = ("clone", "zip", "folders")


@pytest.mark.parametrize("remotes", [False, True], ids=["", "remotes"])
@pytest.mark.parametrize(
    ("way", "other"), [(way, other) for way in WAYS for other in WAYS if other not in (way, "clone")]
)
def test_another_way_is_for_those_who_come_later_and_the_others_keep_theirs(
    tmp_path: Path, way: str, other: str, remotes: bool
) -> None:
    write_roster(tmp_path, "name\nAda\n")
    for name in ("ada", "zoe", "bo") if remotes else ():
        git("init", "-q", "--bare", "-b", "main", str(tmp_path / "bare" / name), cwd=tmp_path)
    words = ("workshop", "create", "roster.csv", "w", *(("--remote-template", "bare/{folder}") if remotes else ()))
    first = () if way == "clone" else (f"--{way}", "one")
    ada = starterkit(*words, "--template", str(TINY), *first, "--json", cwd=tmp_path).json["people"][0]
    write_roster(tmp_path, "name\nAda\nZoe\n")
    zoe = starterkit(*words, f"--{other}", "two", "--json", cwd=tmp_path).json["people"][1]
    write_roster(tmp_path, "name\nAda\nZoe\nBo\n")

    people = starterkit(*words, "--json", cwd=tmp_path).json["people"]

    assert [one["begin"] for one in people[:2]] == [ada["begin"], zoe["begin"]]
    assert people[2]["begin"] == zoe["begin"].replace("zoe", "bo")
    assert ada["begin"].startswith({"zip": "unzip ", "folders": "cd ", "clone": "git clone "}[way])
    assert not list((tmp_path / "two").glob("ada*"))


def test_a_workshop_from_before_the_way_was_kept_for_each_goes_on(tmp_path: Path) -> None:
    write_roster(tmp_path, "name\nAda\n")
    words = ("workshop", "create", "roster.csv", "w")
    made = starterkit(*words, "--template", str(TINY), "--zip", "one", "--json", cwd=tmp_path).json
    Room(tmp_path / "w").edits('    begins: "zip"\n', "")
    write_roster(tmp_path, "name\nAda\nZoe\n")

    again = starterkit(*words, "--folders", "two", "--json", cwd=tmp_path).json

    assert again["people"][0]["begin"] == made["people"][0]["begin"]
    assert [one.begins for one in open_workshop(tmp_path / "w").people] == ["zip", "folders"]


def test_with_nobody_new_create_says_for_whom_another_way_is(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    roster = write_roster(room.folder.parent)

    words = ("-C", str(room.folder), "workshop", "create", str(roster))
    shown, told = ran(capsys, *words, "--zip", "handed")

    assert "git clone" in shown and "unzip" not in shown
    assert "`--zip` only changes how new participants start." in " ".join(told.split())
    assert not (room.folder / "handed").exists()
    room.edits('login: "ada"\n    email: "ada@example.org"\n    begins: "clone"', 'begins: "zip"')  # after all
    shown, told = ran(capsys, *words)
    assert (
        "unzip ada-lovelace.zip" in shown
        and shown.count("git clone") == 2
        and "only changes how new participants" not in told
    )


def test_a_newcomer_with_the_name_of_another_gets_a_place_of_their_own_by_the_student_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_roster(tmp_path, "id,name\n1,Anna Schmidt\n")
    words = ("-C", str(tmp_path), "workshop", "create", "roster.csv", "w", "--template", str(TINY))
    said(capsys, *words, code=0)
    write_roster(tmp_path, "id,name\n3,Anna Schmidt\n1,Anna Schmidt\n")

    made = json.loads(ran(capsys, *words, "--json")[0])

    assert [(one["folder"], one["new"]) for one in made["people"]] == [
        ("anna-schmidt-2", True),
        ("anna-schmidt", False),
    ]
    workshop = Room(tmp_path / "w")
    assert [one.identifier for one in workshop.opened.people] == ["1", "3"]
    for number in ("1", "3"):  # as a workshop of before has it
        workshop.edits(f'    identifier: "{number}"\n', "")
    assert "lines 2 and 3 may both mean Anna Schmidt" in said(capsys, *words, code=2)


def test_create_counts_people_and_marks_who_is_new_and_tells_apart_who_shares_a_name(
    tmp_path: Path, room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    write_roster(room.folder.parent, ROSTER + "Ada Lovelace,other@example.org,,\n")

    shown = ran(capsys, "-C", str(room.folder), "workshop", "create", "../roster.csv")[0]

    assert "4 repositories (1 new) for 5 people" in " ".join(shown.split())
    clones = [line.partition(" git clone ")[0].rstrip() for line in shown.splitlines() if "git clone" in line]
    assert clones == [
        "       Ada Lovelace (ada)",
        "       Grace Hopper",
        "       ENIAC",
        "  new  Ada Lovelace (other@example.org)",
    ]
    assert "workshop/handout.txt" in "".join(shown.split())


def test_create_writes_one_handout_for_everybody_and_keeps_an_edited_one(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    roster, file = write_roster(room.folder.parent), room.folder / "handout.txt"
    written = file.read_text()
    assert "git push" in written and "user.email" in written

    file.write_text("Room 4. " + written)
    shown = ran(capsys, "-C", str(room.folder), "workshop", "create", str(roster))[0]

    assert file.read_text().startswith("Room 4. ")
    assert "starterkit kept this handout" in shown


def test_inside_the_workshop_a_roster_beside_it_is_pointed_at(room: Room, capsys: pytest.CaptureFixture[str]) -> None:
    write_roster(room.folder.parent)

    for folder, way in ((room.folder, "../roster.csv"), (room.folder / "repos", "../../roster.csv")):
        assert f"workshop create {way}`" in said(capsys, "-C", str(folder), "workshop", "create", "roster.csv", code=2)
    assert "can't read the roster" in said(capsys, "-C", str(room.folder), "workshop", "create", "other.csv", code=2)


def test_remotes_get_the_beginning_and_who_was_not_reached_gets_it_the_next_time(tmp_path: Path) -> None:
    write_roster(tmp_path, "name,login\nAda,ada\nGrace,grace\nZoe,zoe\n")
    there = tmp_path / "there"
    for name in ("ada", "grace"):
        git("init", "-q", "--bare", "-b", "main", str(there / f"{name}.git"), cwd=tmp_path)
    git("clone", "-q", str(there / "grace.git"), "hers", cwd=tmp_path)
    hers = commit(tmp_path / "hers", {"a.txt": "a\n"})
    git("push", "-q", "origin", "HEAD:main", cwd=tmp_path / "hers")
    words = ("workshop", "create", "roster.csv", "w")

    first = starterkit(
        *words, "--template", str(TINY), "--remote-template", f"{there}/{{login}}.git", cwd=tmp_path, code=1
    )

    assert f"NOT REACHED Zoe ({there}/zoe.git): there is no repository" in " ".join(first.out.split())
    assert f"git clone -b main --no-local {there}/ada.git" in first.out
    assert "starterkit/path" in git("for-each-ref", cwd=there / "ada.git")
    assert git("rev-parse", "main", cwd=there / "grace.git").strip() == hers  # somebody's work is never touched
    git("init", "-q", "--bare", str(there / "zoe.git"), cwd=tmp_path)
    again = starterkit(*words, "--json", cwd=tmp_path).json
    assert [one["pushed"] for one in again["people"]] == [None, None, {"reached": True, "why": ""}]
    assert git("rev-parse", "main", cwd=there / "zoe.git") == git("rev-parse", "main", cwd=there / "ada.git")
    git("symbolic-ref", "HEAD", "refs/heads/trunk", cwd=there / "zoe.git")  # as another git names the first branch
    subprocess.run(again["people"][2]["begin"], shell=True, cwd=tmp_path, check=True, capture_output=True)
    starterkit("status", cwd=tmp_path / "zoe")
    git("push", "-q", cwd=tmp_path / "zoe")


def test_the_same_places_typed_in_another_folder_are_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_roster(tmp_path, "name\nAda\n")
    words = ("workshop", "create", "--template", str(TINY), "--remote-template")
    git("init", "-q", "--bare", "-b", "main", str(tmp_path / "bare" / "ada.git"), cwd=tmp_path)
    git("init", "-q", "--bare", "-b", "main", str(tmp_path / "bare" / "zoe.git"), cwd=tmp_path)
    above = ("-C", str(tmp_path), *words, "bare/{folder}.git", "roster.csv", "w")
    said(capsys, *above, code=0)
    kept = (tmp_path / "w" / "workshop.yml").read_text(encoding="utf-8")
    write_roster(tmp_path, "name\nAda\nZoe\n")

    inside = ("-C", str(tmp_path / "w"), *words, "../bare/{folder}.git", str(tmp_path / "roster.csv"))
    made = json.loads(ran(capsys, *inside, "--json")[0])

    assert [one["remote"] for one in made["people"]] == [
        str(tmp_path / "bare" / f"{name}.git") for name in ("ada", "zoe")
    ]
    assert (tmp_path / "w" / "workshop.yml").read_text(encoding="utf-8").startswith(kept)
    # As it was kept where it was typed inside before.
    Room(tmp_path / "w").edits(f'remote_template: "{tmp_path}/bare', f'remote_template: "{tmp_path}/w/../bare')
    for way in (above, inside):
        said(capsys, *way, code=0)


def test_working_folders_named_from_inside_the_workshop_are_those_of_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_roster(tmp_path, "name\nAda\n")
    words = ("workshop", "create", "--template", str(TINY), "--folders")
    above = ("-C", str(tmp_path), *words, "labs", "roster.csv", "w")
    inside = ("-C", str(tmp_path / "w"), *words, "../labs", str(tmp_path / "roster.csv"))
    said(capsys, *above, code=0)
    kept = (tmp_path / "w" / "workshop.yml").read_text(encoding="utf-8")
    shutil.rmtree(tmp_path / "labs" / "ada")

    said(capsys, *inside, code=0)

    assert (tmp_path / "w" / "workshop.yml").read_text(encoding="utf-8") == kept
    assert (tmp_path / "labs" / "ada" / ".git").is_dir()  # it is made again
    # As it was kept where it was typed inside before.
    Room(tmp_path / "w").edits(f'"{tmp_path}/labs"', '"../labs"')
    shutil.rmtree(tmp_path / "labs" / "ada")
    write_roster(tmp_path, "name\nAda\nZoe\n")
    said(capsys, "-C", str(tmp_path), "workshop", "create", "roster.csv", "w", code=0)
    origins = {
        name: git("config", "remote.origin.url", cwd=tmp_path / "labs" / name).strip() for name in ("ada", "zoe")
    }
    assert origins == {name: str(tmp_path / "w" / "repos" / f"{name}.git") for name in ("ada", "zoe")}


def test_with_nobody_reached_the_exit_code_is_4(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_roster(tmp_path, "name,login\nAda,ada\n")
    words = ("workshop", "create", "roster.csv", "--template", str(TINY), "--remote-template", "nowhere/{login}")

    said(capsys, "-C", str(tmp_path), *words, code=4)

    assert open_workshop(tmp_path / "workshop").people[0].remote == str(tmp_path / "nowhere" / "ada")


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("format: 1", "format: 2", 3, "expected a whole number from 1 to 1, found 2"),
        ('folder: "ada-lovelace"', 'folder: "../ada"', 13, "some machines can't have a folder with this name"),
        ('folder: "grace-hopper"', 'folder: "ADA-Lovelace"', 17, "two people have the folder"),
        ('login: "ada"', 'remote: "ext::sh -c id"', 15, "this isn't a URL or a folder"),
        ('login: "ada"', "logn: ada", 15, 'unknown key "logn"'),
        ('login: "ada"', 'begins: "late"', 15, 'unknown value "late"'),
        ("people:", 'due: "soon"\npeople:', 12, 'Invalid time "soon"'),
        ('step: "base"', "", 3, 'the key "step" is missing'),
    ],
)
def test_what_is_wrong_in_workshop_yml_is_named_with_its_line(
    room: Room, old: str, new: str, line: int, says: str
) -> None:
    room.edits(old, new)

    with pytest.raises(FileError) as wrong:
        open_workshop(room.folder)

    assert says in str(wrong.value)
    assert (wrong.value.file, wrong.value.line) == ("workshop.yml", line)


def test_workshop_yml_may_be_written_by_hand(room: Room) -> None:
    room.edits('login: "ada"', "login: ada  # a comment\n    remote: ../ada")
    room.edits("people:", "due: 2026-11-30 17:00\npeople:")

    ada = room.person("ada-lovelace")

    assert (ada.login, ada.remote, ada.members) == ("ada", "../ada", ())
    jean, kay = Member("Jean Bartik", "jean", "jean@example.org"), Member("Kay McNulty", "kay", "kay@example.org")
    assert room.person("eniac").members == (jean, kay)
    assert {room.opened.chosen([word]) for word in ("kay", "KAY@example.org", "Jean Bartik", "eniac")} == {
        (room.person("eniac"),)
    }
    room.edits('name: "Kay McNulty"\n        login: "kay"\n        email: "kay@example.org"', '"Kay McNulty"')
    assert room.person("eniac").members == (jean, Member("Kay McNulty"))
    room.edits('"Kay McNulty"', "Kay  # a comment")
    assert room.person("eniac").members == (jean, Member("Kay"))
    assert room.opened.due is not None and room.opened.due.hour == 17


@pytest.mark.parametrize(
    "words",
    [
        ("workshop", "create", "roster.csv", "--template", str(TINY), "--zip", "~nosuchuser/x"),
        ("workshop", "create", "roster.csv", "--template", str(TINY), "--folders", "~nosuchuser/x"),
        ("workshop", "create", "roster.csv", "--template", str(TINY), "--remote-template", "~nosuchuser/{folder}"),
        ("workshop", "create", "~nosuchuser/roster.csv", "--template", str(TINY)),
        ("workshop", "create", "roster.csv", "~nosuchuser/w", "--template", str(TINY)),
        ("workshop", "create", "roster.csv", "--template", "~nosuchuser/x"),
        ("workshop", "import", "roster.csv", "~nosuchuser/course", "--template", str(TINY)),
        ("workshop", "bundle", "~nosuchuser/x", "--framework", "flask"),
        ("new", "~nosuchuser/x", "--framework", "flask", "--defaults"),
        ("new", "x", "--framework", "flask", "--defaults", "--bundle", "~nosuchuser/x"),
        ("template", "new", "mine", "~nosuchuser/x"),
        ("template", "open", "flask", "~nosuchuser/x"),
        ("choose", "--html", "~nosuchuser/x.html"),
    ],
    ids=" ".join,
)
def test_a_home_folder_of_nobody_is_named_and_nothing_is_made(
    tmp_path: Path, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    write_roster(tmp_path)

    told = said(capsys, "-C", str(tmp_path), *words, code=2)

    assert 'find the home folder "~nosuchuser"' in told
    assert [entry.name for entry in tmp_path.iterdir()] == ["roster.csv"]


def test_a_remote_in_the_home_of_nobody_is_that_persons_trouble_and_create_names_it(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    room.edits('login: "ada"', 'remote: "~nosuchuser/ada"')

    told = json.loads(ran(capsys, "-C", str(room.folder), "workshop", "collect", "--json", code=1)[0])

    assert [(one["folder"], one["reached"]) for one in told["people"]] == list(
        zip(FOLDERS, (False, True, True), strict=True)
    )
    assert 'find the home folder "~nosuchuser"' in told["people"][0]["why"]
    before = files_of(room.folder)
    roster = write_roster(room.folder.parent, ROSTER + "Zoe,,,\n")
    told = said(capsys, "-C", str(room.folder), "workshop", "create", str(roster), code=2)
    assert "workshop.yml" in told and '"~nosuchuser/ada"' in told
    assert files_of(room.folder) == before


def test_a_workshop_survives_being_put_under_git(room: Room, tmp_path: Path) -> None:
    git("init", "-q", cwd=room.folder)
    commit(room.folder, {})
    git("clone", "-q", str(room.folder), "copy", cwd=tmp_path)

    copy = tmp_path / "copy"
    for folder in FOLDERS:
        git("fsck", cwd=copy / "repos" / f"{folder}.git")
    assert os.listdir(copy / "repos" / "ada-lovelace.git")  # noqa: PTH208
    starterkit("workshop", "collect", cwd=copy)


def test_outside_a_workshop_it_is_said_how_to_make_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("collect", "status"):
        told = said(capsys, "-C", str(tmp_path), "workshop", command, code=2)
        assert "workshop create ROSTER.csv" in told


def test_the_way_in_the_documentation_works_as_it_is_written(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "workshop.md").read_text(encoding="utf-8")
    roster = next(block for block in text.split("```") if block.startswith("\nname,email,login,team\n"))
    commands = [
        line.removeprefix("$ ").split() for line in text.splitlines() if line.startswith("$ starterkit workshop")
    ]
    first, again = [command[1:] for command in commands if command[2:4] == ["create", "roster.csv"]]

    write_roster(tmp_path, roster.lstrip())
    shown = starterkit(*first, cwd=tmp_path).out
    write_roster(tmp_path, roster.lstrip() + "Hedy Lamarr,hedy@example.org,hedy,\n")
    more = starterkit(*again, cwd=tmp_path).out

    assert "/repos/ada-lovelace.git" in shown and "hedy" not in shown
    assert "3 repositories (1 new) for 4 people" in " ".join(more.split())
