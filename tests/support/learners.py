"""Learners for tests: their generated projects, the states that git can be in, and what they type.

A project is generated once a session and copied for each test.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from starterkit.progress import no_progress
from starterkit.project import new, next, solve
from starterkit.project.learner_work import Choices
from starterkit.project.next import NextResult
from starterkit.project.project import open_project
from starterkit.project.solve import SolveResult
from starterkit.project.state import STATE_FILE, State, read_state
from starterkit.project.undo import UndoResult, undo
from starterkit.template.bundled import bundled_template
from starterkit.template.load import read_template
from starterkit.template.model import FolderSource
from tests.support.trees import Content, Leaf, Tree, read_tree, write_tree

TEMPLATES = Path(__file__).parents[1] / "templates"
KEPT = ".starterkit/kept"

# Projects as they were generated, by their first commit; beside each lie those that came further along the path.
_ORIGINS: dict[str, Path] = {}


@dataclass(frozen=True)
class Standing:
    """All that undo restores: the files, the branch and its commit, and what git says of each file."""

    files: Tree
    head: str
    commit: str
    status: str
    staged: str


@dataclass(frozen=True)
class Learner:
    """A person with a project in a folder; the methods are what such a person does."""

    folder: Path

    def writes(self, files: Mapping[str, Content | None]) -> None:
        write_tree(self.folder, files)

    def changes(self, path: str, old: str, new: str) -> None:
        """Replace a text in a file, exactly once."""
        file = self.folder / path
        text = file.read_bytes().decode()
        assert text.count(old) == 1, (path, old)
        file.write_bytes(text.replace(old, new).encode())

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def git(self, *args: str, code: int = 0) -> str:
        done = subprocess.run(["git", *args], cwd=self.folder, capture_output=True, check=False)
        assert done.returncode == code, (args, done.stdout, done.stderr)
        return os.fsdecode(done.stdout)

    def commits(self, message: str = "my work") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)

    def next(self, *, continues: str = "", **choices: Any) -> NextResult:
        with open_project(self.folder) as project:
            return next.next_step(project, Choices(**{"check": False, **choices}), no_progress, continues=continues)

    def solve(self, *files: str, replace_all: bool = False, **choices: Any) -> SolveResult:
        with open_project(self.folder) as project:
            wanted = Choices(**{"check": False, **choices})
            return solve.solve(project, wanted, no_progress, replace_all=replace_all, files=files)

    def undo(self, **options: bool) -> UndoResult:
        with open_project(self.folder) as project:
            return undo(project, **options)

    def redo(self, **options: bool) -> UndoResult:
        return self.undo(redo=True, **options)

    def comes_to(self, step: str, *, solved: bool = True) -> None:
        """Go along the path to a step by the reference's solutions."""
        origin = _ORIGINS.get(self.head())
        remembered = origin.parent / f"{step}-{solved}" if origin and self._is_as_in(origin) else None
        if remembered is not None and remembered.exists():
            shutil.rmtree(self.folder)
            copied(remembered, self.folder)
            return
        while self.state().step[:2] != step[:2]:
            self.next()
            if self.state().step[:2] != step[:2] or solved:
                self.solve()
        if remembered is not None:
            copied(self.folder, remembered)

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def _is_as_in(self, other: Path) -> bool:
        own = [".git/config", ".git/info/exclude"]
        both = [
            [(folder / name).read_bytes() for name in own if (folder / name).exists()]
            for folder in (self.folder, other)
        ]
        return both[0] == both[1] and self.everything() == read_tree(other)

    def tree(self) -> Tree:
        """The files, without the copies that starterkit kept aside."""
        return {path: found for path, found in self.everything().items() if not path.startswith(".starterkit/")}

    def everything(self) -> Tree:
        return read_tree(self.folder)

    def kept(self, name: str) -> Tree:
        """The files in one folder of kept versions, by their path in the project."""
        return read_tree(self.folder / KEPT / name)

    def state(self) -> State:
        return read_state((self.folder / STATE_FILE).read_bytes())

    def standing(self) -> Standing:
        about, *entries = self.git("status", "--porcelain=v2", "--branch", "--untracked-files=all", "-z").split("\0# ")
        last, _, status = entries[-1].partition("\0")
        return Standing(
            files=self.everything(),
            head=" ".join([*entries[:-1], last]),
            commit=about.removeprefix("# branch.oid "),
            status=status,
            staged=self.git("ls-files", "-s", "-z"),
        )

    def log(self, count: int = 20) -> list[str]:
        return self.git("log", f"-{count}", "--format=%s").splitlines()

    def committed(self, path: str, commit: str = "HEAD") -> bytes:
        done = subprocess.run(["git", "show", f"{commit}:{path}"], cwd=self.folder, capture_output=True, check=True)
        return done.stdout

    def fsck(self) -> None:
        done = subprocess.run(["git", "fsck", "--no-dangling"], cwd=self.folder, capture_output=True, check=False)
        wrong = [line for line in done.stderr.splitlines() if not line.startswith(b"warning in tree")]
        assert (done.returncode, wrong) == (0, []), done  # a warning is about a name that the learner chose

    def layer(self, step: str, *, solved: bool) -> Tree:
        """The files of a layer of the path, by full step name or `base`."""
        with open_project(self.folder) as project:
            kinds = {"100644": "file", "100755": "program", "120000": "link"}
            entries = project.path.layer(step, solved=solved)
            return {
                path: Leaf(project.repository.reader.blob(entry.id), kinds[entry.mode])
                for path, entry in entries.items()
            }

    def reachable(self) -> set[bytes]:
        """The bytes of every file and link that can be had back: in the folder, or from a ref."""
        names = self.git("rev-list", "--objects", "--no-object-names", "--all").split()
        asked = "".join(name + "\n" for name in names).encode()
        done = subprocess.run(
            ["git", "cat-file", "--batch"], cwd=self.folder, input=asked, capture_output=True, check=True
        )
        found, data, place = set(), done.stdout, 0
        while place < len(data):
            end = data.index(b"\n", place)
            _id, kind, size = data[place:end].split()
            if kind == b"blob":
                found.add(data[end + 1 : end + 1 + int(size)])
            place = end + 2 + int(size)
        return found | {leaf.data for leaf in self.everything().values()}


def make_project(folder: Path, template: Path, *, install: bool = False, **answers: str) -> Learner:
    """Generate a project, as `new` does."""
    order = new.ProjectSpec(folder, template, read_template(FolderSource(template)), answers, install=install)
    new.create(order, no_progress)
    return Learner(folder)


@pytest.fixture(autouse=True)
def _own_git_configuration(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    (home / ".gitconfig").write_text("[user]\n\tname = Lee Learner\n\temail = lee@example.org\n")


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Projects as they were generated, one a template; not to be changed."""
    made: dict[str, Path] = {}

    def generate(name: str) -> Path:
        if name not in made:
            template = TEMPLATES / name if (TEMPLATES / name).is_dir() else bundled_template(name)[0]
            learner = make_project(tmp_path_factory.mktemp(name) / "site", template)
            made[name] = _ORIGINS[learner.head()] = learner.folder
        return made[name]

    return generate


@pytest.fixture
def tiny(generated: Callable[[str], Path], tmp_path: Path) -> Learner:
    """A learner at the beginning of the tiny path."""
    return Learner(copied(generated("tiny"), tmp_path / "tiny"))


@pytest.fixture
def flask(generated: Callable[[str], Path], tmp_path: Path) -> Learner:
    """A learner at the beginning of the Flask path."""
    return Learner(copied(generated("flask"), tmp_path / "flask"))


@contextmanager
def as_nobody(project: Path) -> Iterator[Learner]:
    """A copy of a project belongs to an ordinary user, and so does this process: root may read and write all."""
    place, home = Path(tempfile.mkdtemp(prefix="starterkit-nobody-")), os.environ["HOME"]
    learner = Learner(copied(project, place / "site"))
    shutil.copy(Path(home) / ".gitconfig", place)
    if os.geteuid() == 0:
        for parent, folders, names in os.walk(place):
            for name in (".", *folders, *names):
                os.lchown(Path(parent) / name, 65534, 65534)
        os.seteuid(65534)
    os.environ["HOME"] = str(place)
    try:
        yield learner
    finally:
        os.environ["HOME"] = home
        if os.getuid() == 0:
            os.seteuid(0)
        shutil.rmtree(place, ignore_errors=True)


def copied(project: Path, place: Path) -> Path:
    shutil.copytree(project, place, symlinks=True)
    return place
