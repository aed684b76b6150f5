"""Undo and redo: exactly back, exactly forward, and never over something that nobody else remembers."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from starterkit.errors import ConflictError, ExitCode, UsageError
from starterkit.git.merge import Resolution
from tests.support.learners import Learner, Standing
from tests.support.trees import Leaf, assert_tree

pytestmark = pytest.mark.slow

Command = Callable[[Learner], object]


def half_done(learner: Learner) -> None:
    """Staged, unstaged, both, deleted, untracked, made executable: nothing of it in a commit."""
    learner.changes("conduit/app.py", "Hello", "Staged")
    learner.git("add", "conduit/app.py")
    learner.changes("conduit/app.py", "Staged", "Unstaged")
    learner.changes("conduit/__init__.py", "greet\n", "greet  # unstaged\n")
    learner.writes({"draft.txt": "untracked", "notes/deep/idea.txt": "untracked", "staged.txt": "staged"})
    learner.git("add", "staged.txt")
    learner.git("rm", "-q", "--cached", "conduit/logo.bin")
    (learner.folder / "draft.txt").chmod(0o755)
    (learner.folder / "conduit/legacy.py").unlink()
    learner.writes({"tests/support.py": "edited"})


def at_given(learner: Learner) -> None:
    learner.comes_to("02-two", solved=False)


COMMANDS: dict[str, tuple[Command, Command]] = {
    "next": (lambda learner: None, lambda learner: learner.next()),
    "solve": (at_given, lambda learner: learner.solve(settle=Resolution.THEIRS)),
    "solve with markers": (at_given, lambda learner: learner.solve(settle=Resolution.MARKERS)),
    "solve a file": (at_given, lambda learner: learner.solve("conduit/app.py")),
    "solve --replace": (at_given, lambda learner: learner.solve(replace_all=True)),
}


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("is_half_done", [False, True], ids=["clean", "half done"])
def test_undo_is_exact_and_so_is_redo(tiny: Learner, name: str, is_half_done: bool) -> None:
    begin, command = COMMANDS[name]
    begin(tiny)
    if is_half_done:
        half_done(tiny)
    before = tiny.standing()
    command(tiny)
    after = tiny.standing()

    undone = tiny.undo()
    assert not undone.redone and tiny.standing() == before
    redone = tiny.redo()
    assert redone.redone and tiny.standing() == after
    tiny.undo()
    assert tiny.standing() == before
    tiny.fsck()


def test_a_chain_goes_back_to_the_beginning_and_forward_to_the_end(tiny: Learner) -> None:
    standings: list[Standing] = [tiny.standing()]
    for number, command in enumerate((tiny.next, tiny.solve, tiny.next, tiny.solve, tiny.next)):
        tiny.writes({f"work-{number}.txt": str(number)})
        before = tiny.standing()
        command()
        standings[-1] = before
        standings.append(tiny.standing())

    for standing in reversed(standings[:-1]):
        tiny.undo()
        # What came since is new since, and stays.
        assert standing.files.items() <= tiny.everything().items()
        assert tiny.head() == standing.commit
    with pytest.raises(UsageError, match="nothing to undo"):
        tiny.undo()
    for standing in standings[1:]:
        tiny.redo()
        assert tiny.head() == standing.commit
    assert_tree(tiny.everything(), standings[-1].files)
    with pytest.raises(UsageError, match="nothing to redo"):
        tiny.redo()


def test_next_that_solves_first_is_one_undo(tiny: Learner) -> None:
    tiny.comes_to("01-one", solved=False)
    tiny.changes("conduit/app.py", "Hello", "Howdy")
    before = tiny.standing()
    solved = tiny.solve().written
    assert solved is not None
    tiny.next(continues=solved.snapshot)
    after = tiny.standing()

    undone = tiny.undo()
    assert (undone.command, undone.step) == ("next --solve", "02 · Two")
    assert tiny.standing() == before
    tiny.redo()
    assert tiny.standing() == after
    tiny.fsck()


def test_nothing_to_undo_is_wrong_usage_and_changes_nothing(tiny: Learner) -> None:
    before = tiny.standing()

    with pytest.raises(UsageError) as stopped:
        tiny.undo()

    assert stopped.value.code is ExitCode.USAGE
    assert tiny.standing() == before
    assert tiny.git("for-each-ref", "refs/starterkit/undo/") == ""


def test_files_that_are_new_since_stay(tiny: Learner) -> None:
    tiny.next()
    tiny.writes({"since.txt": "new", "lessons/my-notes.md": "new, in a folder that undo empties"})

    tiny.undo()

    assert tiny.read("since.txt") == b"new"
    assert tiny.read("lessons/my-notes.md") == b"new, in a folder that undo empties"
    assert not (tiny.folder / "lessons/01-one.md").exists()


def test_edits_to_files_that_the_command_did_not_write_stay(tiny: Learner) -> None:
    tiny.next()
    tiny.changes("conduit/app.py", "Hello", "Since")

    tiny.undo()

    assert b"Since" in tiny.read("conduit/app.py")


def test_an_edit_to_what_the_command_wrote_needs_force(tiny: Learner) -> None:
    tiny.next()
    tiny.writes({"conduit/one.py": "def one():\n    return 1\n"})
    edited = tiny.standing()

    with pytest.raises(ConflictError, match=r"conduit/one\.py") as stopped:
        tiny.undo()
    assert "--force" in stopped.value.fix and tiny.standing() == edited

    tiny.undo(force=True)
    assert not (tiny.folder / "conduit/one.py").exists()
    tiny.redo()
    assert tiny.standing() == edited


def test_what_is_already_as_it_was_before_needs_no_force(tiny: Learner) -> None:
    tiny.writes({"tests/support.py": "edited"})
    tiny.next()
    tiny.writes({".starterkit/kept/01-one-1/tests/support.py": None, "tests/support.py": "edited"})

    tiny.undo()

    assert tiny.read("tests/support.py") == b"edited"


@pytest.mark.parametrize("with_more", [False, True], ids=["committed", "committed and more"])
def test_commits_since_need_force_and_come_back_with_redo(tiny: Learner, with_more: bool) -> None:
    before = tiny.standing()
    tiny.next()
    tiny.writes({"since.txt": "committed", "conduit/one.py": "mine", "conduit/app.py": "mine"})
    tiny.commits("since")
    if with_more:
        tiny.writes({"since.txt": "and changed", "untracked.txt": "new"})
    after = tiny.standing()

    with pytest.raises(ConflictError):
        tiny.undo()
    assert tiny.standing() == after

    tiny.undo(force=True)
    undone = tiny.standing()
    assert undone.commit == before.commit and undone.staged == before.staged
    assert_tree(undone.files, {**before.files, **({"untracked.txt": "new"} if with_more else {})})
    tiny.git("reflog", "expire", "--expire=now", "--all")
    tiny.git("gc", "-q", "--prune=now")
    tiny.redo()
    assert tiny.standing() == after


def test_a_forced_undo_from_another_branch_keeps_the_commits_of_both(tiny: Learner) -> None:
    before = tiny.standing()
    tiny.next()
    tiny.writes({"since.txt": "on main"})
    tiny.commits("since, on main")
    on_main = tiny.head()
    tiny.git("switch", "-q", "-c", "other", before.commit)
    tiny.writes({"elsewhere.txt": "on other"})
    tiny.commits("on other")
    on_other = tiny.standing()

    with pytest.raises(ConflictError):
        tiny.undo()
    assert tiny.standing() == on_other

    tiny.undo(force=True)
    assert tiny.standing() == before
    for log in (tiny.folder / ".git/logs").rglob("*"):
        if log.is_file():
            log.unlink()
    tiny.git("gc", "-q", "--prune=now")
    assert tiny.git("cat-file", "-t", on_main).strip() == "commit"
    assert tiny.git("rev-parse", "other").strip() == on_other.commit
    tiny.redo()
    assert tiny.standing() == on_other


def test_a_forced_undo_from_a_detached_head(tiny: Learner) -> None:
    before = tiny.standing()
    tiny.next()
    tiny.git("switch", "-q", "--detach")
    detached = tiny.standing()
    with pytest.raises(ConflictError):
        tiny.undo()
    assert tiny.standing() == detached

    tiny.undo(force=True)
    assert tiny.standing() == before
    tiny.redo()
    assert tiny.standing() == detached


def test_another_command_ends_the_redo_line_and_the_snapshots_stay(tiny: Learner) -> None:
    tiny.writes({"mine.txt": "first"})
    tiny.next()
    tiny.undo()
    tiny.writes({"mine.txt": "second"})
    tiny.next()

    with pytest.raises(UsageError, match="nothing to redo"):
        tiny.redo()

    snapshots = tiny.git("for-each-ref", "--format=%(refname)", "refs/starterkit/undo/").split()
    assert len(snapshots) == 3
    assert {b"first", b"second"} <= tiny.reachable()
    tiny.undo()
    assert tiny.read("mine.txt") == b"second"


def test_a_command_on_a_branch_without_commits_is_taken_back_to_there(tiny: Learner) -> None:
    tiny.git("checkout", "-q", "--orphan", "fresh")
    before = tiny.everything(), tiny.git("status", "--porcelain=v2")

    tiny.next()
    assert tiny.log() == ["Start 01 · One", "Save the starter project"]
    tiny.undo()

    assert (tiny.everything(), tiny.git("status", "--porcelain=v2")) == before
    assert tiny.git("branch", "--list", "fresh") == ""
    tiny.redo()
    assert tiny.log(1) == ["Start 01 · One"]


def test_undo_waits_for_a_merge_to_end(tiny: Learner) -> None:
    tiny.next()
    (tiny.folder / ".git/MERGE_HEAD").write_text(tiny.head() + "\n")
    before = tiny.everything()

    with pytest.raises(ConflictError, match="merge"):
        tiny.undo(force=True)

    assert tiny.everything() == before


def test_permissions_come_back_as_git_knows_them(tiny: Learner) -> None:
    tiny.comes_to("02-two", solved=False)
    tiny.writes({"manage.sh": Leaf(b"mine\n", "program")})
    (tiny.folder / "manage.sh").chmod(0o700)

    tiny.solve(settle=Resolution.THEIRS)
    assert (tiny.folder / "manage.sh").stat().st_mode & 0o777 == 0o700
    tiny.undo()

    assert (tiny.folder / "manage.sh").stat().st_mode & 0o777 == 0o700
    assert tiny.read("manage.sh") == b"mine\n"


def test_empty_folders_are_no_obstacle(tiny: Learner) -> None:
    (tiny.folder / "lessons/empty/deep").mkdir(parents=True)
    (tiny.folder / "conduit/one.py/empty").mkdir(parents=True)
    before = tiny.standing()

    tiny.next()
    assert (tiny.folder / "conduit/one.py").is_file()
    tiny.undo()

    assert tiny.standing() == before
    assert (tiny.folder / "lessons/empty/deep").is_dir()


def test_an_edit_that_git_could_only_see_by_looking_twice_is_seen_after_undo(tiny: Learner) -> None:
    """The index comes back younger than it was: its files must not look unchanged for that."""
    tiny.git("config", "core.trustctime", "false")
    file, stamp = tiny.folder / "racy.txt", 1_700_000_000 * 10**9
    for text in ("aaaa", "bbbb"):
        file.write_text(text)
        os.utime(file, ns=(stamp, stamp))
        if text == "aaaa":
            tiny.git("add", "racy.txt")
    os.utime(tiny.folder / ".git/index", ns=(stamp, stamp))

    tiny.next()
    tiny.undo()

    assert tiny.git("status", "--porcelain") == "AM racy.txt\n"


def test_a_split_index_comes_back(tiny: Learner) -> None:
    tiny.git("config", "core.splitIndex", "true")
    tiny.git("update-index", "--split-index")
    half_done(tiny)
    before = tiny.standing()

    tiny.next()
    for shared in (tiny.folder / ".git").glob("sharedindex.*"):
        os.utime(shared, (1, 1))
    tiny.git("update-index", "--force-write-index")  # git drops shared parts that are two weeks old
    tiny.undo()

    assert tiny.standing() == before


def test_a_damaged_undo_line_is_named(tiny: Learner) -> None:
    tiny.next()
    file = tiny.folder / ".git/starterkit/undo.json"
    file.write_text('{"done": [{}], "undone": []}')
    before = tiny.standing()

    with pytest.raises(UsageError, match=r"undo\.json"):
        tiny.undo()

    assert tiny.standing() == before
