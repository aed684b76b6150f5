"""Killed at any write, or refused by the disk: the next command finds the old or the new state, and nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from starterkit.errors import StarterkitError
from starterkit.project.journal import Recovery
from starterkit.project.project import open_project
from tests.support.killing import COMMANDS, Ask
from tests.support.learners import Learner, Standing, copied
from tests.support.trees import link, program

pytestmark = pytest.mark.slow

JOURNAL = ".git/starterkit/journal.json"


@dataclass(frozen=True)
class Case:
    """A project before a command, how it stands there and after it, and how often the command writes.

    `moments` are copies of the project as it lay on disk before each write that found it changed.
    """

    project: Path
    command: str
    old: Standing
    new: Standing
    writes: int
    moments: tuple[Path, ...]


CaseOf = Callable[[str], Case]


@pytest.fixture(scope="session")
def case_of(generated: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory, ask: Ask) -> CaseOf:
    made: dict[str, Case] = {}

    def make(command: str) -> Case:
        if command not in made:
            place = tmp_path_factory.mktemp("case")
            learner = Learner(copied(generated("tiny"), place / "before"))
            BEGINNINGS[command](learner)
            learner.git("gc", "-q")  # few files are quick to copy
            old = learner.standing()
            after = Learner(copied(learner.folder, place / "after"))
            answer = ask(after.folder, command, "record", place=place / "moments")
            assert answer["error"] == ""
            moments = tuple(sorted((place / "moments").iterdir()))
            made[command] = Case(learner.folder, command, old, after.standing(), answer["writes"], moments)
        return made[command]

    return make


def at_work(learner: Learner) -> None:
    """A learner whose work the command must keep aside, remove, merge with, and save."""
    learner.comes_to("02-two", solved=False)
    learner.changes("conduit/legacy.py", "Good day", "Good night")
    learner.changes("conduit/app.py", 'words = ["Hello"]', 'words = ["Howdy"]')
    learner.git("add", "conduit/app.py")
    learner.changes("conduit/app.py", "made by hand", "made by me")
    learner.writes({"tests/support.py": "edited", "tests/test_01_one.py": None, "notes/mine.txt": b"a\r\nb"})
    learner.writes(
        {"conduit/two/__init__.py": "# a package of mine\n", "go.sh": program("#!"), "there": link("nowhere")}
    )


def before_next(learner: Learner) -> None:
    at_work(learner)
    learner.solve(replace_all=True)
    learner.writes({"tests/support.py": "edited again", "tests/test_02_two.py": None, "notes/more.txt": "more"})


def before_undo(learner: Learner) -> None:
    at_work(learner)
    learner.solve(replace_all=True)
    learner.writes({"since.txt": "new since"})


def before_forced_undo(learner: Learner) -> None:
    """Undone from another branch, over commits and edits since."""
    at_work(learner)
    learner.solve(replace_all=True)
    learner.writes({"conduit/one.py": "since"})
    learner.commits("since")
    learner.git("switch", "-q", "-c", "other", "HEAD~2")
    learner.writes({"elsewhere.txt": "elsewhere"})
    learner.commits("elsewhere")
    learner.writes({"elsewhere.txt": "edited"})


def with_crlf(learner: Learner) -> None:
    """What lies on disk is not what git stores: a merged file is in no commit as it will lie there."""
    learner.git("config", "core.autocrlf", "true")
    learner.comes_to("02-two", solved=False)
    for path in ("conduit/features.py", "conduit/app.py"):
        learner.writes({path: learner.read(path).replace(b"by hand", b"by me").replace(b"\n", b"\r\n")})


BEGINNINGS: dict[str, Callable[[Learner], None]] = {
    "next": before_next,
    "replace": at_work,
    "solve": with_crlf,
    "undo": before_undo,
    "forced undo": before_forced_undo,
}


COMMANDS_OF_MANY_FILES = ("next", "replace", "undo", "forced undo")


@pytest.mark.parametrize("command", COMMANDS_OF_MANY_FILES)
def test_killed_at_each_write(command: str, case_of: CaseOf, tmp_path: Path) -> None:
    case, finished = case_of(command), 0
    for moment in case.moments:
        learner = Learner(copied(moment, tmp_path / moment.name))

        found = recovered(learner)

        is_new = assert_old_or_new(learner, case)
        finished += found is not None
        assert found is None or (is_new and found.finished and found.left == ()), moment.name
        if found is not None or int(moment.name) % 8 == 0:
            learner.fsck()
            assert_it_goes_on(learner, case, is_new)
        shutil.rmtree(learner.folder)
    assert finished > 10


@pytest.mark.parametrize("command", COMMANDS_OF_MANY_FILES)
def test_killed_in_earnest(command: str, case_of: CaseOf, ask: Ask, tmp_path: Path) -> None:
    """The moments above are copies of a running command's disk; here the process is really killed."""
    case = case_of(command)
    for at in range(3, case.writes, case.writes // 5):
        learner = Learner(copied(case.project, tmp_path / f"{at}"))
        assert ask(learner.folder, command, "kill", at=at)["ended"] == "killed"

        recovered(learner)

        assert_it_goes_on(learner, case, assert_old_or_new(learner, case))


@pytest.mark.parametrize("share", range(2))
def test_refused_by_the_disk_at_each_write(share: int, case_of: CaseOf, ask: Ask, tmp_path: Path) -> None:
    """An error changes nothing, or comes after the command has decided: then the next command finishes it."""
    case = case_of("next")
    for at in range(1 + share, case.writes + 1, 2):
        learner = Learner(copied(case.project, tmp_path / f"{at}"))
        answer = ask(learner.folder, "next", "fail", at=at)
        assert answer["ended"] == "done"

        found = recovered(learner)

        is_new = assert_old_or_new(learner, case)
        assert is_new or found is None
        assert is_new or answer["error"], f"write {at} failed, nothing was done, and nobody said so"
        shutil.rmtree(learner.folder)


@pytest.mark.parametrize("command", ["next", "undo"])
def test_an_edit_after_the_kill_stays(command: str, case_of: CaseOf, tmp_path: Path) -> None:
    """Between the kill and the next command the learner edits every file, and writes new ones."""
    for learner in killed_after_the_decision(case_of(command), tmp_path):
        edited = {path: f"edited after the kill: {path}" for path in learner.everything() if path != "there"}
        learner.writes({**edited, "brand/new.txt": "new"})
        before = learner.everything()

        found = recovered(learner)

        assert found is not None
        assert before.items() <= learner.everything().items()
        learner.fsck()
        assert recovered(learner) is None


def test_killed_and_then_on_another_branch_is_taken_back(case_of: CaseOf, tmp_path: Path) -> None:
    case = case_of("next")
    for learner in killed_after_the_decision(case, tmp_path):
        learner.git("branch", "other")
        learner.git("symbolic-ref", "HEAD", "refs/heads/other")

        found = recovered(learner)

        assert found is not None and not found.finished
        assert learner.everything() == case.old.files


def test_killed_and_then_committed_by_hand_loses_nothing(case_of: CaseOf, tmp_path: Path) -> None:
    case = case_of("next")
    for learner in killed_after_the_decision(case, tmp_path):
        (learner.folder / ".git/index.lock").unlink(missing_ok=True)  # git would have asked for that
        learner.git("add", "-A")
        learner.git("commit", "-q", "--allow-empty", "-m", "by hand")
        by_hand = learner.head()

        found = recovered(learner)

        assert found is not None and found.finished
        assert learner.everything() == case.new.files and learner.head() == by_hand


@pytest.mark.parametrize("command", ["solve", "undo"])
def test_killed_and_then_collected_by_git_loses_nothing(command: str, case_of: CaseOf, tmp_path: Path) -> None:
    case = case_of(command)
    for learner in killed_after_the_decision(case, tmp_path):
        learner.git("reflog", "expire", "--expire=now", "--all")
        (learner.folder / ".git/index.lock").unlink(missing_ok=True)
        learner.git("gc", "-q", "--prune=now")

        found = recovered(learner)

        assert found is not None and assert_old_or_new(learner, case)
        learner.fsck()
        break  # what can be collected is the same at every moment, and a collection is slow


def test_a_damaged_note_of_an_interrupted_command_is_named(tiny: Learner) -> None:
    tiny.next()
    for content in ("", "{", '{"command": "next"}', "[]"):
        tiny.writes({JOURNAL: content})
        with pytest.raises(StarterkitError, match=r"journal\.json"):
            open_project(tiny.folder)


def recovered(learner: Learner) -> Recovery | None:
    """What the next command says that it did about the interrupted one."""
    with open_project(learner.folder) as project:
        return project.recovered


def killed_after_the_decision(case: Case, place: Path) -> Iterator[Learner]:
    """The project, killed at each write from the decision on."""
    for moment in case.moments:
        if (moment / JOURNAL).exists():
            learner = Learner(copied(moment, place / moment.name))
            yield learner
            shutil.rmtree(learner.folder)


def same(standing: Standing, other: Standing) -> bool:
    """Commits made at another time have other ids: their trees are in `staged`, for nothing is left to commit."""
    return replace(standing, commit="") == replace(other, commit="")


def assert_old_or_new(learner: Learner, case: Case) -> bool:
    """Return whether the project is in the new state; it is in the old one then."""
    standing = learner.standing()
    is_new = same(standing, case.new)
    assert is_new or standing == case.old, f"{learner.folder.name}: neither the old nor the new state"
    assert not list((learner.folder / ".git").glob("*.lock"))
    return is_new


def assert_it_goes_on(learner: Learner, case: Case, is_new: bool) -> None:
    """From the old state the command works, from the new one it can be taken back."""
    if not is_new:
        COMMANDS[case.command](learner)
        assert same(learner.standing(), case.new)
    if case.command in ("undo", "forced undo"):
        learner.redo()
    else:
        learner.undo()
    assert same(learner.standing(), case.old)
