"""The only caller of git: repositories, objects, merges, and the files of a work tree."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starterkit.errors import ConflictError, UsageError
from starterkit.git.command import Git, git_failed
from starterkit.git.objects import Identity, ObjectReader
from starterkit.paths import is_editor_file

STARTERKIT_REFS = "refs/starterkit/"
PATH_REF = STARTERKIT_REFS + "path"
METADATA_REF = STARTERKIT_REFS + "template"
UNDO_REFS = STARTERKIT_REFS + "undo/"
NO_COMMIT = "0" * 40
LOCAL_IDENTITY = Identity("starterkit learner", "learner@localhost")

# What stands in .git/HEAD on a branch; and where git keeps its refs in another format, which it alone can read.
_ON_A_BRANCH, _NOT_HERE = b"ref: refs/heads/", b"ref: refs/heads/.invalid"
_FALSE = ("false", "no", "off", "0")
_UNFINISHED = {
    "MERGE_HEAD": ("a merge", "`git merge --continue` or `git merge --abort`"),
    "rebase-merge": ("a rebase", "`git rebase --continue` or `git rebase --abort`"),
    "rebase-apply": ("a rebase", "`git rebase --continue` or `git rebase --abort`"),
    "CHERRY_PICK_HEAD": ("a cherry-pick", "`git cherry-pick --continue` or `git cherry-pick --abort`"),
    "REVERT_HEAD": ("a revert", "`git revert --continue` or `git revert --abort`"),
    "BISECT_LOG": ("a bisect", "`git bisect reset`"),
}
_BEGIN_REPOSITORY = (
    "create a new repository in the project's folder: `git init -b main`, "
    '`git add -A`, `git commit -m "Start from the ZIP"`. Then `starterkit status` brings the path back. '
    "The earlier history is gone."
)


@dataclass(frozen=True)
class Head:
    """Where HEAD stands: the branch's full name (None when detached) and the commit (None before the first)."""

    branch: str | None
    commit: str | None


class Repository:
    """A git repository with a work tree."""

    def __init__(self, work_tree: Path, git_dir: Path, common_dir: Path) -> None:
        self.work_tree = work_tree
        self.git_dir = git_dir
        self.common_dir = common_dir  # differs from git_dir in a linked worktree
        self.git = Git(work_tree)
        self.reader = ObjectReader(self.git)

    @property
    def own_folder(self) -> Path:
        """The folder for what belongs to this machine alone: lock, journal, remembered check."""
        return self.git_dir / "starterkit"

    @property
    def index_file(self) -> Path:
        return self.git_dir / "index"

    def whole_index(self) -> bytes | None:
        """Return git's index as it lies on disk, or None; in one piece where core.splitIndex has it in two."""
        try:
            data = self.index_file.read_bytes()
        except FileNotFoundError:
            return None
        if b"link" not in data or not any(self.git_dir.glob("sharedindex.*")):
            return data
        # git deletes the shared part when it is two weeks old, so a copy of the other part would be worth nothing.
        with tempfile.TemporaryDirectory(prefix="starterkit-") as folder:
            copy = Path(shutil.copy2(self.index_file, folder))
            self.git.with_index(copy).run("update-index", "--no-split-index")
            return copy.read_bytes()

    def head(self) -> Head:
        """Return where HEAD stands now."""
        commit = self.reader.id_of("HEAD")
        if commit is None:
            self._check_unborn()
        written = (self.git_dir / "HEAD").read_bytes()
        if written.startswith(_ON_A_BRANCH) and not written.startswith(_NOT_HERE):
            return Head(os.fsdecode(written.removeprefix(b"ref: ").rstrip(b"\n")), commit)
        name = self.git.try_run("symbolic-ref", "-q", "HEAD")
        return Head(os.fsdecode(name.out).rstrip("\n") or None, commit)

    def _check_unborn(self) -> None:
        """Raise `ProgramFailed` unless HEAD has no commit because none was made yet: its commit may be lost."""
        finished = self.git.try_run("log", "-1", "--format=%H")
        if "does not have any commits yet" not in finished.text_err:
            raise git_failed(finished)

    def refs(self, *names: str) -> dict[str, str]:
        """Return the ids of those of the named refs (or of the refs below a name that ends in a slash) that exist."""
        lines = self.git.run("for-each-ref", "--format=%(refname) %(objectname)", *names).decode().splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def has_changes(self) -> bool:
        """True if the work tree or index differs from HEAD, apart from ignored files and what editors leave behind."""
        records = os.fsdecode(self.git.run("status", "--porcelain", "-z", "--untracked-files=all")).split("\0")
        return any(record and not (record.startswith("?? ") and is_editor_file(record[3:])) for record in records)

    def unfinished(self) -> str | None:
        """Return the error's words when a merge, rebase or the like is under way here, else None."""
        for name, (what, fix) in _UNFINISHED.items():
            if (self.git_dir / name).exists():
                return f"git is in the middle of {what} here. Finish it or give it up first: {fix}."
        return None

    def check_ready(self) -> Head:
        """Return HEAD when commits can be made here. Raises `ConflictError` in a detached HEAD, a merge or a rebase."""
        unfinished = self.unfinished()
        if unfinished:
            what, _, fix = unfinished.partition(". ")
            raise ConflictError(what + ".", fix)
        head = self.head()
        if head.branch is None:
            raise ConflictError(
                "HEAD is detached: you are on no branch, so a commit made here would be lost from sight.",
                "Go back to a branch (`git switch -`), or make one here: `git switch -c my-work`.",
            )
        return head

    def identity(self) -> Identity:
        """Return who the user is to git, or a local identity where none is configured."""
        name = os.environ.get("GIT_AUTHOR_NAME") or self._settings.get("user.name")
        email = os.environ.get("GIT_AUTHOR_EMAIL") or self._settings.get("user.email")
        return Identity(name or LOCAL_IDENTITY.name, email or LOCAL_IDENTITY.email)

    @property
    def trusts_modes(self) -> bool:
        """Tell whether the executable bit of a file on this disk means anything."""
        return os.name == "posix" and self._settings.get("core.filemode", "true").lower() not in _FALSE

    @cached_property
    def _settings(self) -> dict[str, str]:
        """What git's configuration says of the user and of the file system, by name in small letters."""
        out = self.git.try_run("config", "-z", "--get-regexp", r"^(user\.(name|email)|core\.filemode)$").out
        records = out.decode("utf-8", "replace").split("\0")
        return dict(record.split("\n", 1) for record in records if "\n" in record)

    def move_ref(self, ref: str, old: str | None, new: str | None, reason: str) -> None:
        """Move a ref from one commit to another (None: none); fails when it is no longer at `old`."""
        goal = [ref, new, old or NO_COMMIT] if new else ["-d", ref, *([old] if old else [])]
        self.git.run("update-ref", "-m", f"starterkit: {reason}", *goal)

    def close(self) -> None:
        """End the processes that this object keeps."""
        self.reader.close()


def open_repository(folder: Path) -> Repository:
    """Open the repository whose work tree begins at `folder`. Raises `UsageError` where there is none."""
    git = Git(folder)
    finished = git.try_run("rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir")
    lines = _three(os.fsdecode(finished.out))
    if finished.code != 0 or not lines:
        if "not a git repository" in finished.text_err:
            about = f"The project in {folder} has no git repository (there is no folder .git in it)."
            or_else = "for example after Download ZIP,"
            if os.path.lexists(folder / ".git"):
                about = f"{folder / '.git'} is damaged or incomplete. git's own words:\n{finished.text_err.strip()}"
                or_else = "rename .git. Then,"
            raise UsageError(
                about, f"If you have a clone or a backup with .git, go on there. If not, {or_else} {_BEGIN_REPOSITORY}"
            )
        raise git_failed(finished)
    work_tree = Path(lines[0])
    if not _same_folder(work_tree, folder):
        raise UsageError(
            f"The project in {folder} is not the top of a git repository; {work_tree} is.",
            f"If it is a clone, move it out of that repository with its .git. If not, {_BEGIN_REPOSITORY}",
        )
    return Repository(folder, Path(lines[1]), Path(lines[2]))


def enclosing_repository(folder: Path) -> Path | None:
    """Return the top of the repository that a folder lies in, or None."""
    finished = Git(folder).try_run("rev-parse", "--show-toplevel")
    if finished.code == 0:
        return Path(os.fsdecode(finished.out).rstrip("\n"))
    bare = Git(folder).try_run("rev-parse", "--absolute-git-dir")
    return Path(os.fsdecode(bare.out).rstrip("\n")) if bare.code == 0 else None


def is_unused_repository(folder: Path) -> bool:
    """True if a folder is the top of a repository without any commit, ref or staged file, such as an empty clone."""
    if not (folder / ".git").is_dir() or (folder / ".git").is_symlink():
        return False
    git = Git(folder)
    found = [git.try_run(*words) for words in (("for-each-ref",), ("ls-files", "--stage"))]
    object_format = git.try_run("rev-parse", "--show-object-format").out
    is_empty = all(one.code == 0 and not one.out for one in found)
    return is_empty and object_format == b"sha1\n" and git.try_run("rev-parse", "-q", "--verify", "HEAD").code != 0


def make_repository(folder: Path) -> Repository:
    """Create a repository with the branch main, whatever the user's configuration says about branches and formats.

    If the folder has an unused repository, that one is taken, with its remote.
    """
    git = Git(folder)
    if (folder / ".git").is_dir():
        git.run("symbolic-ref", "HEAD", "refs/heads/main")
        remotes = git.run("remote").decode().splitlines()
        if len(remotes) == 1:
            git.run("config", "branch.main.remote", remotes[0])
            git.run("config", "branch.main.merge", "refs/heads/main")
    else:
        git.run("init", "-q", "--initial-branch=main", "--object-format=sha1", "--template=")
    (folder / ".git" / "info").mkdir(exist_ok=True)
    return Repository(folder, folder / ".git", folder / ".git")


def _three(lines: str) -> tuple[str, str, str] | None:
    """The three answers of git, one a line, where a folder's name may hold ends of lines too."""
    parts = lines.removesuffix("\n").split("\n")
    each, rest = divmod(len(parts), 3)
    if rest or not lines:
        return None
    first, second, third = ("\n".join(parts[start : start + each]) for start in (0, each, 2 * each))
    return first, second, third


def _same_folder(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
