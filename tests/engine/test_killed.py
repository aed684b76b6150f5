"""Killed at any write, or refused by the disk: the next command finds the old or the new state, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from learners import Learner, Standing, copied
from trees import link, program

from starterkit.errors import StarterkitError
from starterkit.project.journal import Recovery
from starterkit.project.opened import open_project

SHARES = 4  # how many tests the writes of one command are shared out among, for several processors
JOURNAL = ".git/starterkit/journal.json"
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def ask() -> Iterator[Ask]:
    runner = [sys.executable, str(Path(__file__).with_name("killing.py"))]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(runner, stdin=-1, stdout=-1, text=True, env=environment) as process:
        assert process.stdin is not None and process.stdout is not None

        def answer(learner: Learner, command: str, at: int = 0, how: str = "kill") -> dict[str, Any]:
            assert process.stdin is not None and process.stdout is not None
            order = {"folder": str(learner.folder), "command": command, "at": at, "how": how}
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            found: dict[str, Any] = json.loads(process.stdout.readline())
            return found

        yield answer
        process.stdin.close()


@dataclass(frozen=True)
class Case:
    """A project before a command, how it stands there and after it, and how often the command writes.

    `decided` is the first write after which the next command finishes what was begun.
    """

    project: Path
    command: str
    old: Standing
    new: Standing
    writes: int
    decided: int


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
    learner.writes({"conduit/two/__init__.py": None})
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


BEGINNINGS: dict[str, Callable[[Learner], None]] = {
    "next": before_next,
    "replace": at_work,
    "undo": before_undo,
    "forced undo": before_forced_undo,
}


@pytest.fixture(scope="session")
def case_of(
    generated: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory, ask: Ask
) -> Callable[[str], Case]:
    made: dict[str, Case] = {}

    def make(command: str) -> Case:
        if command not in made:
            place = tmp_path_factory.mktemp("case")
            learner = Learner(copied(generated("tiny"), place / "before"))
            BEGINNINGS[command](learner)
            learner.git("gc", "-q")  # few files are quick to copy
            old = learner.standing()
            after = Learner(copied(learner.folder, place / "after"))
            answer = ask(after, command)
            assert answer["error"] == ""
            count = answer["writes"]
            decided = bisect_left(range(count), True, lo=1, key=lambda at: is_decided(learner, command, at, ask))
            made[command] = Case(learner.folder, command, old, after.standing(), count, decided)
        return made[command]

    return make


def is_decided(learner: Learner, command: str, at: int, ask: Ask) -> bool:
    killed = Learner(copied(learner.folder, learner.folder.parent / f"killed-{at}"))
    ask(killed, command, at)
    return (killed.folder / JOURNAL).exists()


def same(standing: Standing, other: Standing) -> bool:
    """Commits made at another time have other ids: their trees are in `staged`, for nothing is left to commit."""
    return replace(standing, commit="") == replace(other, commit="")


def recovered(learner: Learner) -> Recovery | None:
    with open_project(learner.folder) as project:
        return project.recovered


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("command", BEGINNINGS)
def test_killed_at_each_write(
    command: str, share: int, case_of: Callable[[str], Case], ask: Ask, tmp_path: Path
) -> None:
    case = case_of(command)
    for at in range(1 + share, case.writes + 1, SHARES):
        learner = Learner(copied(case.project, tmp_path / f"{at}"))
        assert ask(learner, command, at)["ended"] == "killed"

        found = recovered(learner)

        standing = learner.standing()
        is_new = same(standing, case.new)
        assert is_new or standing == case.old, f"write {at}: neither the old nor the new state"
        if found is not None:
            assert is_new and found.finished and found.left == ()
        assert not list((learner.folder / ".git").glob("*.lock"))
        assert not list((learner.folder / ".git/starterkit/scratch").glob("*")) or not is_new
        if at % 5 == 0 or found is not None:
            learner.fsck()
            assert_it_goes_on(learner, case, is_new)
        shutil.rmtree(learner.folder)


def assert_it_goes_on(learner: Learner, case: Case, is_new: bool) -> None:
    """From the old state the command works, from the new one it can be taken back."""
    if not is_new:
        from killing import COMMANDS

        COMMANDS[case.command](learner)
        assert same(learner.standing(), case.new)
    learner.undo() if case.command not in ("undo", "forced undo") else learner.redo()
    assert same(learner.standing(), case.old)


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("command", ["next", "undo"])
def test_refused_by_the_disk_at_each_write(
    command: str, share: int, case_of: Callable[[str], Case], ask: Ask, tmp_path: Path
) -> None:
    """An error changes nothing, or comes after the command has decided: then the next command finishes it."""
    case = case_of(command)
    for at in range(1 + share, case.writes + 1, SHARES):
        learner = Learner(copied(case.project, tmp_path / f"{at}"))
        answer = ask(learner, command, at, "fail")
        assert answer["ended"] == "done"

        found = recovered(learner)

        standing = learner.standing()
        assert standing == case.old or same(standing, case.new), f"write {at}: {answer['error']}"
        if found is None and standing == case.old:
            assert answer["error"], f"write {at} failed, nothing was done, and nobody said so"
        assert not list((learner.folder / ".git").glob("*.lock"))
        shutil.rmtree(learner.folder)


def killed_after_the_decision(case: Case, ask: Ask, place: Path) -> Iterator[Learner]:
    """The project, killed at each write from the decision on."""
    assert case.writes - case.decided > 15
    for at in range(case.decided, case.writes + 1):
        learner = Learner(copied(case.project, place / f"{at}"))
        ask(learner, case.command, at)
        if (learner.folder / JOURNAL).exists():  # its removal is the last write but for those of the lock
            yield learner
        shutil.rmtree(learner.folder)


@pytest.mark.parametrize("command", ["next", "undo"])
def test_an_edit_after_the_kill_stays(command: str, case_of: Callable[[str], Case], ask: Ask, tmp_path: Path) -> None:
    """Between the kill and the next command the learner edits every file, and writes new ones."""
    for learner in killed_after_the_decision(case_of(command), ask, tmp_path):
        edited = {path: f"edited after the kill: {path}" for path in learner.everything() if path != "there"}
        learner.writes({**edited, "brand/new.txt": "new"})
        before = learner.everything()

        found = recovered(learner)

        assert found is not None
        assert before.items() <= learner.everything().items()
        learner.fsck()
        assert recovered(learner) is None


def test_killed_and_then_on_another_branch_is_taken_back(
    case_of: Callable[[str], Case], ask: Ask, tmp_path: Path
) -> None:
    case = case_of("next")
    for learner in killed_after_the_decision(case, ask, tmp_path):
        learner.git("branch", "other")
        learner.git("symbolic-ref", "HEAD", "refs/heads/other")

        found = recovered(learner)

        assert found is not None and not found.finished
        assert learner.everything() == case.old.files


def test_killed_and_then_committed_by_hand_loses_nothing(
    case_of: Callable[[str], Case], ask: Ask, tmp_path: Path
) -> None:
    case = case_of("next")
    for learner in killed_after_the_decision(case, ask, tmp_path):
        (learner.folder / ".git/index.lock").unlink(missing_ok=True)
        learner.git("add", "-A")
        learner.git("commit", "-q", "--allow-empty", "-m", "by hand")
        by_hand = learner.head()

        found = recovered(learner)

        assert found is not None and found.finished
        assert learner.everything() == case.new.files and learner.head() == by_hand


def test_a_damaged_note_of_an_interrupted_command_is_named(tiny: Learner) -> None:
    tiny.next()
    for content in ("", "{", '{"command": "next"}', "[]"):
        tiny.writes({".git/starterkit/journal.json": content})
        with pytest.raises(StarterkitError, match=r"journal\.json"):
            open_project(tiny.folder)
