"""Bad input and bad luck: one clear message, the right exit code, and nothing changed."""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from starterkit.errors import ConflictError, EnvironmentProblem, ExitCode, FileError, StarterkitError, UsageError
from starterkit.progress import no_progress
from starterkit.project import new
from starterkit.project.project import open_project
from tests.support.killing import Ask
from tests.support.learners import TEMPLATES, Learner, as_nobody, copied, make_project
from tests.support.trees import read_tree, write_tree

pytestmark = pytest.mark.slow

# -- .starterkit.yml --------------------------------------------------------------------------------------------------

STATE = ".starterkit.yml"
GOOD = "a" * 40


def state(**changed: str) -> str:
    keys = {"format": "1", "template": "x", "version": '"1"', "path": f'"{GOOD}"', "texts": f'"{GOOD}"'}
    return "".join(
        f"{name}: {value}\n" for name, value in {**keys, "step": "base", "state": "solved", **changed}.items()
    )


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("", None, "empty"),
        (state(step="01-one") + "<<<<<<< HEAD\nstep: a\n=======\n>>>>>>> b\n", 8, "conflict markers"),
        (state(format="2"), 1, "from 1 to 1"),
        (state(format="one"), 1, "whole number"),
        (state(path='"abc"'), 4, "40 hexadecimal digits"),
        (state(texts=f'"{"G" * 40}"'), 5, "40 hexadecimal digits"),
        (state(state="done"), 7, 'unknown value "done"'),
        (state(stepp="x"), 8, 'unknown key "stepp"'),
        (state().replace("step: base\n", ""), 1, '"step" is missing'),
        (state(step="[a]"), 6, "expected text"),
        ("just words", 1, "mapping"),
        ("format: 1\n\tx", 2, "not valid YAML"),
        (b"format: \xff", 1, "UTF-8"),
        (b"\0\0\0", None, "YAML"),
    ],
)
@pytest.mark.parametrize("command", ["next", "solve"])
def test_a_damaged_state_is_named_with_its_line(
    tiny: Learner, content: str | bytes, line: int | None, says: str, command: str
) -> None:
    tiny.writes({STATE: content})
    before = tiny.standing()

    with pytest.raises(FileError) as stopped:
        getattr(tiny, command)()

    assert (stopped.value.file, stopped.value.line) == (STATE, line) and says in stopped.value.message
    assert "git checkout HEAD -- .starterkit.yml" in stopped.value.fix
    assert stopped.value.code is ExitCode.USAGE and tiny.standing() == before


def test_a_step_that_is_not_on_the_path_is_named(tiny: Learner) -> None:
    tiny.changes(STATE, '"base"', '"01-two"')
    before = tiny.standing()

    with pytest.raises(FileError, match="01-two"):
        tiny.next()

    assert tiny.standing() == before


@pytest.mark.parametrize("content", [b"\xef\xbb\xbf", b"# mine\n"])
def test_a_state_that_an_editor_saved_its_own_way_still_counts(tiny: Learner, content: bytes) -> None:
    tiny.writes({STATE: content + tiny.read(STATE).replace(b"\n", b"\r\n")})

    tiny.next()

    assert tiny.state().step == "01-one"


def test_undo_needs_no_readable_state(tiny: Learner) -> None:
    before = tiny.standing()
    tiny.next()
    tiny.writes({STATE: "<<<<<<< HEAD\n"})

    tiny.undo(force=True)

    assert tiny.standing() == before


# -- where a project is to be made ------------------------------------------------------------------------------------


def full(place: Path) -> Path:
    return write_tree(place / "full", {"file": "mine"})


def a_file(place: Path) -> Path:
    return write_tree(place, {"file": "mine"}) / "file"


def below_a_file(place: Path) -> Path:
    return a_file(place) / "site"


def a_link_to_nothing(place: Path) -> Path:
    (place / "link").symlink_to("nowhere")
    return place / "link"


def a_link_to_a_full_folder(place: Path) -> Path:
    (place / "link").symlink_to(full(place))
    return place / "link"


def a_repository(place: Path) -> Path:
    repository = place / "repository"
    subprocess.run(["git", "init", "-q", str(repository)], check=True)
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", "x"], cwd=repository, check=True)
    return repository


def in_a_repository(place: Path) -> Path:
    return a_repository(place) / "deep/er/site"


def in_an_empty_folder_of_a_repository(place: Path) -> Path:
    (a_repository(place) / "empty").mkdir()
    return place / "repository/empty"


def in_a_bare_repository(place: Path) -> Path:
    subprocess.run(["git", "init", "-q", "--bare", str(place / "bare.git")], check=True)
    return place / "bare.git" / "site"


@pytest.mark.parametrize(
    "prepare",
    [
        full,
        a_file,
        below_a_file,
        a_link_to_nothing,
        a_link_to_a_full_folder,
        a_repository,
        in_a_repository,
        in_an_empty_folder_of_a_repository,
        in_a_bare_repository,
    ],
)
def test_a_place_that_cannot_hold_a_project(prepare: Callable[[Path], Path], tmp_path: Path) -> None:
    destination = prepare(tmp_path)
    before = read_tree(tmp_path), sorted(tmp_path.rglob("*"))

    with pytest.raises(UsageError) as stopped:
        make_project(destination, TEMPLATES / "tiny")

    assert stopped.value.fix and str(tmp_path) in stopped.value.message
    assert (read_tree(tmp_path), sorted(tmp_path.rglob("*"))) == before


@pytest.mark.parametrize("is_there", [True, False], ids=["an empty folder", "a new folder"])
def test_a_place_that_is_not_writable(tmp_path: Path, is_there: bool) -> None:
    (tmp_path / "closed").mkdir()
    with as_nobody(tmp_path / "closed") as learner:
        learner.folder.chmod(0o555)

        with pytest.raises(UsageError, match="no permission to write"):
            new.check_destination(learner.folder if is_there else learner.folder / "site")


def test_the_folders_above_are_made(tmp_path: Path) -> None:
    learner = make_project(tmp_path / "a/b/c/site", TEMPLATES / "tiny")

    assert learner.git("status", "--porcelain") == ""
    assert [entry.name for entry in (tmp_path / "a/b/c").iterdir()] == ["site"]


def test_an_empty_folder_is_filled_and_stays_the_same_folder(tmp_path: Path) -> None:
    """Somebody may stand in it, or it may be a disk of its own."""
    place = tmp_path / "here"
    place.mkdir(mode=0o750)
    number = place.stat().st_ino

    learner = make_project(place, TEMPLATES / "tiny")

    assert (place.stat().st_ino, place.stat().st_mode & 0o777) == (number, 0o750)
    assert learner.git("status", "--porcelain") == ""
    learner.next()


def test_a_link_to_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")

    make_project(tmp_path / "link", TEMPLATES / "tiny").next()

    assert (tmp_path / "link").is_symlink() and (tmp_path / "real/.git").is_dir()


@pytest.mark.parametrize("command", ["new", "new in a folder"])
def test_a_disk_that_refuses_a_write_leaves_nothing_of_new(command: str, ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "count/empty").mkdir(parents=True)
    writes = ask(tmp_path / "count", command, "count")["writes"]
    assert writes > 50
    for at in range(1, writes + 1, 9):
        place = tmp_path / f"{at}"
        (place / "empty").mkdir(parents=True)

        answer = ask(place, command, "fail", at=at)

        made = [str(entry.relative_to(place)) for entry in sorted(place.rglob("*"))]
        if answer["error"]:
            assert made == ["empty"], f"write {at}: {answer['error']}"
            assert answer["error"].startswith(("EnvironmentProblem", "OSError", "ProgramFailed", "ProgramMissing"))


def test_an_interrupted_installation_takes_the_project_away_again(tmp_path: Path) -> None:
    """Nothing can be installed: the pins of this template name a package that is not on any index."""
    template = copied(TEMPLATES / "tiny", tmp_path / "template" / "tiny")
    (template / "project/requirements.txt").write_text(f"no-such-package==1 --hash=sha256:{'0' * 64}\n")
    (tmp_path / "empty").mkdir()
    for destination in (tmp_path / "new/site", tmp_path / "empty"):
        with pytest.raises(StarterkitError):
            make_project(destination, template, install=True)

    assert not (tmp_path / "new").exists() and list((tmp_path / "empty").iterdir()) == []


def test_an_answer_to_no_question_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="site_titel") as stopped:
        make_project(tmp_path / "site", TEMPLATES / "tiny", site_titel="x")

    assert '"site_title"' in stopped.value.fix and list(tmp_path.iterdir()) == []


# -- two at once, and a full disk -------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["next", "solve", "undo"])
def test_two_commands_at_once(tiny: Learner, command: str) -> None:
    tiny.comes_to("01-one", solved=False)
    before = tiny.standing()
    with (tiny.folder / ".git/starterkit/lock").open("r+b") as stream:
        stream.write(b"`starterkit solve` (process 7)")
        stream.flush()
        fcntl.flock(stream, fcntl.LOCK_EX)

        with pytest.raises(ConflictError, match="starterkit solve"):
            getattr(tiny, command)()

    assert tiny.standing() == before
    getattr(tiny, command)()


def test_a_command_sees_what_another_did_while_it_waited_for_an_answer(tiny: Learner) -> None:
    """The state is read again under the lock: the first look may be minutes old."""
    from starterkit.project.learner_work import Choices
    from starterkit.project.next import next_step

    with open_project(tiny.folder) as project:
        assert project.state.step == "base" and project.template.name == "tiny"
        tiny.comes_to("02-two", solved=True)

        advanced = next_step(project, Choices(check=False), no_progress)

    assert advanced.step is not None and advanced.step.name == "03-three"


def test_git_at_work_stops_every_command(tiny: Learner) -> None:
    tiny.next()
    before = tiny.standing()
    (tiny.folder / ".git/index.lock").touch()

    for command in (tiny.solve, tiny.undo):
        with pytest.raises(ConflictError, match=r"index\.lock"):
            command()

    (tiny.folder / ".git/index.lock").unlink()
    assert tiny.standing() == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("mounting a small disk needs root")
    return place


@pytest.mark.parametrize("free", [0, 4096, 20_000, 60_000, 100_000])
def test_a_full_disk(tiny: Learner, small_disk: Path, free: int) -> None:
    try:
        learner = Learner(copied(tiny.folder, small_disk / "site"))
        learner.writes({"mine.txt": os.urandom(30_000), "tests/support.py": "edited"})
        before = learner.standing()
        room = os.statvfs(small_disk)
        (small_disk / "filler").write_bytes(b"x" * max(0, room.f_bavail * room.f_frsize - free))

        try:
            learner.next()
        except (StarterkitError, OSError) as stopped:
            told = str(stopped)
        else:
            told = ""
        (small_disk / "filler").unlink()

        with open_project(learner.folder):
            pass
        if learner.state().step == "base":
            assert "disk is full" in told or "No space left" in told, told
            assert learner.standing() == before
        learner.fsck()
    finally:
        subprocess.run(["umount", str(small_disk)], check=True)


def test_programs_that_the_machine_lacks_are_named(
    tiny: Learner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = tiny.standing()
    with monkeypatch.context() as patched:
        patched.setenv("PATH", str(tmp_path))
        with pytest.raises(EnvironmentProblem, match="git") as stopped:
            tiny.next()
    assert stopped.value.code is ExitCode.ENVIRONMENT and "apt install git" in stopped.value.fix
    assert tiny.standing() == before
