"""Whatever a learner does to the files: every byte of theirs can be had back, and undo and redo are exact."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from starterkit.errors import StarterkitError
from starterkit.git.merge import Resolution
from tests.support.learners import Learner, copied
from tests.support.trees import Content, Leaf, link, program

pytestmark = pytest.mark.slow

IN_PROJECT = [
    "conduit/app.py",
    "conduit/features.py",
    "conduit/legacy.py",
    "conduit/one.py",
    "conduit/logo.bin",
    "manage.sh",
    "tests/support.py",
    "tests/test_01_one.py",
    "lessons/01-one.md",
    "pytest.ini",
    ".gitattributes",
    ".gitignore",
    "README.md",
]
TO_COME = ["conduit/two.py", "conduit/three.py", "tool.sh", "tests/test_02_two.py", "lessons/02-two.md", "lessons"]
OWN = ["mine.py", "deep/er/notes.txt", "conduit/two/__init__.py", "conduit/APP.py", "secret.local", "conduit/x.local"]
ODD = ["two\nlines", '"quoted"', os.fsdecode(b"\xff\xfe"), "-n", ":(top)", "*", " ", "größe/👋", "a\\b", "tests/~"]
PATHS = st.sampled_from([*IN_PROJECT, *TO_COME, *OWN, *ODD])

TEXTS = st.sampled_from(
    ["", "\n", "one", "one\ntwo\n", "one\r\ntwo\r\n", "x = 1\ry = 2", "<<<<<<< mine\n", "\ufeffbom\n"]
)
CONTENTS = st.one_of(
    TEXTS.map(str.encode),
    st.binary(max_size=12),
    TEXTS.map(program),
    st.sampled_from(["app.py", "..", "nowhere", "/dev/null"]).map(link),
)


def with_crlf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def indented(data: bytes) -> bytes:
    return data.replace(b"    ", b"\t")


def without_end(data: bytes) -> bytes:
    return data.rstrip(b"\n")


def appended(data: bytes) -> bytes:
    return data + b"# mine, at the end\n"


def first_changed(data: bytes) -> bytes:
    return b"# mine, at the top\n" + data


def own_line(data: bytes) -> bytes:
    return data.replace(b"below this one.\n", b'below this one.\n    "mine",\n')


def next_line(data: bytes) -> bytes:
    return (
        data.replace(b"Hello", b"Howdy").replace(b"by hand", b"by me").replace(b"echo", b"printf").replace(b"\1", b"\3")
    )


REFORMATS = st.sampled_from([with_crlf, indented, without_end, appended, first_changed, own_line, next_line])


@dataclass(frozen=True)
class Edit:
    """One thing that a learner does; `name` is the method below that does it."""

    name: str
    path: str
    more: object = None


EDITS = st.one_of(
    st.builds(Edit, st.just("write"), PATHS, CONTENTS),
    st.builds(Edit, st.just("reformat"), st.sampled_from(IN_PROJECT), REFORMATS),
    st.builds(Edit, st.sampled_from(["delete", "chmod", "stage", "intend", "unstage", "hide"]), PATHS),
    st.builds(Edit, st.just("rename"), PATHS, PATHS),
    st.builds(Edit, st.just("commit"), st.just("")),
)


class Editing:
    """Does edits in a project; one that is not possible there is passed over."""

    def __init__(self, learner: Learner) -> None:
        self.learner, self.folder = learner, learner.folder

    def do(self, edit: Edit) -> None:
        getattr(self, edit.name)(edit.path, edit.more)

    def write(self, path: str, content: Content) -> None:
        self._make_room(path)
        self.learner.writes({path: content})

    def reformat(self, path: str, change: Callable[[bytes], bytes]) -> None:
        if self._is_file(path) and not (self.folder / path).is_symlink():
            (self.folder / path).write_bytes(change(self.learner.read(path)))

    def delete(self, path: str, _more: object) -> None:
        if self._is_file(path):
            (self.folder / path).unlink()

    def rename(self, path: str, goal: object) -> None:
        if self._is_file(path) and goal != path and not str(goal).startswith(f"{path}/"):
            self._make_room(str(goal))
            if self._is_file(path):  # it may have been in the way
                (self.folder / path).rename(self.folder / str(goal))

    def chmod(self, path: str, _more: object) -> None:
        if self._is_file(path) and not (self.folder / path).is_symlink():
            (self.folder / path).chmod((self.folder / path).stat().st_mode ^ 0o111)

    def stage(self, path: str, _more: object) -> None:
        if self._is_file(path):
            self.learner.git("add", "-f", "--", f":(literal){path}")

    def intend(self, path: str, _more: object) -> None:
        if self._is_file(path):
            self.learner.git("add", "-f", "-N", "--", f":(literal){path}")

    def unstage(self, path: str, _more: object) -> None:
        self.learner.git("rm", "-q", "-f", "--cached", "--ignore-unmatch", "--", f":(literal){path}")

    def hide(self, path: str, _more: object) -> None:
        """Let git ignore a file in the learner's own list."""
        with (self.folder / ".git/info/exclude").open("a") as stream:
            stream.write("*.local\n" if not path.isascii() or "\n" in path else f"/{path}\n")

    def commit(self, _path: str, _more: object) -> None:
        self.learner.git("add", "-A")
        self.learner.git("commit", "-q", "--allow-empty", "-m", "mine")

    def _is_file(self, path: str) -> bool:
        full = self.folder / path
        behind_link = any((self.folder / parent).is_symlink() for parent in Path(path).parents)
        return not behind_link and (full.is_symlink() or full.is_file())

    def _make_room(self, path: str) -> None:
        full = self.folder / path
        for parent in reversed(full.relative_to(self.folder).parents):
            if (self.folder / parent).is_symlink() or (self.folder / parent).is_file():
                (self.folder / parent).unlink()
        if full.is_dir() and not full.is_symlink():
            shutil.rmtree(full)
        elif full.is_symlink():
            full.unlink()
        full.parent.mkdir(parents=True, exist_ok=True)


Command = Callable[[Learner], object]
COMMANDS: dict[str, Command] = {
    "next": lambda learner: learner.next(),
    "next, theirs": lambda learner: learner.next(settle=Resolution.THEIRS),
    "solve": lambda learner: learner.solve(),
    "solve, mine": lambda learner: learner.solve(settle=Resolution.MINE),
    "solve, theirs": lambda learner: learner.solve(settle=Resolution.THEIRS),
    "solve, markers": lambda learner: learner.solve(settle=Resolution.MARKERS),
    "solve --replace": lambda learner: learner.solve(replace_all=True),
    "solve features.py": lambda learner: learner.solve("conduit/features.py"),
}
STEPS = st.sampled_from(["01-one", "02-two", "03-three"])
quick = settings(
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # a failing example takes minutes to shrink; take it to a test of its own
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def at(generated: Callable[[str], Path]) -> Callable[[str], Learner]:
    """Give a new project at a step's given; all are removed by the operating system's own means."""

    def make(step: str) -> Learner:
        place = Path(tempfile.mkdtemp(prefix="starterkit-any-"))
        learner = Learner(copied(generated("tiny"), place / "site"))
        learner.comes_to(step, solved=False)
        return learner

    return make


@pytest.mark.nightly
@settings(quick, max_examples=70)
@given(step=STEPS, name=st.sampled_from(sorted(COMMANDS)), edits=st.lists(EDITS, min_size=1, max_size=8))
@example(
    "02-two", "solve --replace", [Edit("write", "conduit/two/__init__.py", b"mine"), Edit("hide", "conduit/two/x")]
)
@example("01-one", "next", [Edit("write", "lessons", b"a file"), Edit("stage", "lessons")])
def test_a_command_loses_nothing_and_can_be_taken_back(
    at: Callable[[str], Learner], step: str, name: str, edits: list[Edit]
) -> None:
    learner = at(step)
    try:
        for edit in edits:
            Editing(learner).do(edit)
        assert_nothing_is_lost(learner, COMMANDS[name])
    finally:
        shutil.rmtree(learner.folder.parent)


def assert_nothing_is_lost(learner: Learner, command: Command) -> None:
    before = learner.standing()
    hidden = {path: content for path, content in before.files.items() if is_ignored(learner, path)}
    try:
        command(learner)
    except StarterkitError:
        assert learner.standing() == before
        return
    after = learner.standing()
    if after == before:
        return  # after the last step there is nothing to do

    assert {leaf.data for leaf in before.files.values()} <= learner.reachable()
    assert_ignored_files_stay(hidden, after.files)
    learner.fsck()
    learner.undo()
    assert learner.standing() == before
    learner.redo()
    assert learner.standing() == after


def is_ignored(learner: Learner, path: str) -> bool:
    return path.endswith(".local")


def assert_ignored_files_stay(hidden: dict[str, Leaf], files: dict[str, Leaf]) -> None:
    assert {path: files.get(path) for path in hidden} == hidden


WALK = st.lists(
    st.tuples(st.lists(EDITS, max_size=4), st.sampled_from([*sorted(COMMANDS), "undo", "redo"])), max_size=5
)


@pytest.mark.nightly
@settings(quick, max_examples=30)
@given(walk=WALK)
def test_along_a_whole_walk_nothing_is_ever_lost(
    at: Callable[[str], Learner], walk: list[tuple[list[Edit], str]]
) -> None:
    """Edits and commands in any order; what lay there when a command wrote can be had back to the very end."""
    learner, known = at("01-one"), set[bytes]()
    commands = {
        **COMMANDS,
        "undo": lambda learner: learner.undo(force=True),
        "redo": lambda learner: learner.redo(force=True),
    }
    try:
        for edits, name in walk:
            for edit in edits:
                Editing(learner).do(edit)
            before = learner.standing()
            try:
                commands[name](learner)
            except StarterkitError:
                assert learner.standing() == before
            if learner.standing() != before:
                known |= {leaf.data for leaf in before.files.values()}
        assert known <= learner.reachable()
        learner.fsck()
    finally:
        shutil.rmtree(learner.folder.parent)
