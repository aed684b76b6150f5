"""Open, create and inspect git repositories that have a work tree."""

from __future__ import annotations

import os
import shutil
import tempfile
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

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

# .git/HEAD starts with the first text if a branch is checked out. In the reftable format, HEAD always has the second
# text, and only git can read the refs.
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
    "create a new repository in the project's folder: `git init -b main`, `git add -A`, `git commit -m \"Start "
    'from the ZIP"`. Then type `starterkit status` to restore the learning path. The earlier commits are lost.'
)


class Head(NamedTuple):
    """HEAD: the full ref name of its branch, and the id of its commit.

    `branch` is None if HEAD is detached. `commit` is None if there are no commits.
    """

    branch: str | None
    commit: str | None


class Repository:
    """A git repository with a work tree: its HEAD, index, refs and settings. Call `close` after use."""

    def __init__(self, work_tree: Path, git_dir: Path, common_dir: Path) -> None:
        self.work_tree = work_tree
        self.git_dir = git_dir
        self.common_dir = common_dir  # the common .git folder, which differs from git_dir in a linked worktree
        self.git = Git(work_tree)
        self.reader = ObjectReader(self.git)

    @property
    def own_folder(self) -> Path:
        """The folder for data of this machine: the lock, the journal and the last check. git doesn't share it."""
        return self.git_dir / "starterkit"

    @property
    def index_file(self) -> Path:
        return self.git_dir / "index"

    def whole_index(self) -> bytes | None:
        """Return the content of git's index file, or None if it is missing. A split index is joined into one."""
        try:
            data = self.index_file.read_bytes()
        except FileNotFoundError:
            return None
        if b"link" not in data or not any(self.git_dir.glob("sharedindex.*")):
            return data
        # git deletes the shared part of a split index after two weeks. Then a saved copy of the index would be useless.
        with tempfile.TemporaryDirectory(prefix="starterkit-") as folder:
            copy = Path(shutil.copy2(self.index_file, folder))
            self.git.with_index(copy).run("update-index", "--no-split-index")
            return copy.read_bytes()

    def head(self) -> Head:
        """Return HEAD's branch and commit. Raises `ProgramFailed` if the commit's object is missing."""
        commit = self.reader.id_of("HEAD")
        if commit is None:
            finished = self.git.try_run("log", "-1", "--format=%H")
            if "does not have any commits yet" not in finished.text_err:
                raise git_failed(finished)
        written = (self.git_dir / "HEAD").read_bytes()
        if written.startswith(_ON_A_BRANCH) and not written.startswith(_NOT_HERE):
            return Head(os.fsdecode(written.removeprefix(b"ref: ").rstrip(b"\n")), commit)
        name = self.git.try_run("symbolic-ref", "-q", "HEAD")
        return Head(os.fsdecode(name.out).rstrip("\n") or None, commit)

    def has_changes(self) -> bool:
        """True if the work tree or index differs from HEAD. Ignored files and editors' swap files don't count."""
        records = os.fsdecode(self.git.run("status", "--porcelain", "-z", "--untracked-files=all")).split("\0")
        return any(record and not (record.startswith("?? ") and is_editor_file(record[3:])) for record in records)

    def unfinished(self) -> str | None:
        """Return an error message if a merge, rebase or similar command is unfinished, or None."""
        for name, (operation, fix) in _UNFINISHED.items():
            if (self.git_dir / name).exists():
                return f"git is in the middle of {operation} here. Finish or abort it first: {fix}."
        return None

    def unmerged(self) -> tuple[str, ...]:
        """Return the files in conflict in an unfinished merge, rebase or similar command."""
        if not any((self.git_dir / name).exists() for name in _UNFINISHED):
            return ()
        records = os.fsdecode(self.git.run("ls-files", "-z", "--unmerged")).split("\0")
        return tuple(dict.fromkeys(record.partition("\t")[2] for record in records if record))

    def check_ready(self) -> Head:
        """Return HEAD. Raises `ConflictError` if HEAD is detached or a merge or rebase is in progress."""
        if unfinished := self.unfinished():
            problem, _, fix = unfinished.partition(". ")
            raise ConflictError(problem + ".", fix)
        head = self.head()
        if head.branch is None:
            raise ConflictError(
                "You are not on a git branch (HEAD is detached). A commit here would be hard to find later.",
                "Go back to your branch: `git switch -`. Or create a branch here: `git switch -c my-work`.",
            )
        return head

    def identity(self) -> Identity:
        """Return the user's name and e-mail address from git's settings, or a local placeholder."""
        name = os.environ.get("GIT_AUTHOR_NAME") or self._settings.get("user.name")
        email = os.environ.get("GIT_AUTHOR_EMAIL") or self._settings.get("user.email")
        return Identity(name or LOCAL_IDENTITY.name, email or LOCAL_IDENTITY.email)

    @property
    def trusts_modes(self) -> bool:
        """True if git uses the executable bit of files on this disk."""
        return os.name == "posix" and self._settings.get("core.filemode", "true").lower() not in _FALSE

    @cached_property
    def _settings(self) -> dict[str, str]:
        out = self.git.try_run("config", "-z", "--get-regexp", r"^(user\.(name|email)|core\.filemode)$").out
        records = out.decode("utf-8", "replace").split("\0")
        return dict(record.split("\n", 1) for record in records if "\n" in record)

    def move_ref(self, ref: str, old: str | None, new: str | None, reason: str) -> None:
        """Move a ref from `old` (None: any) to `new` (None: delete the ref). The reflog gets `reason`.

        Raises `ProgramFailed` if the ref isn't at `old` any more.
        """
        goal = [ref, new, old or NO_COMMIT] if new else ["-d", ref, *([old] if old else [])]
        self.git.run("update-ref", "-m", f"starterkit: {reason}", *goal)

    def close(self) -> None:
        """End the git process that reads objects."""
        self.reader.close()


def open_repository(folder: Path) -> Repository:
    """Return the repository whose work tree is `folder`. Raises `UsageError` if there is none."""
    git = Git(folder)
    finished = git.try_run("rev-parse", "--path-format=absolute", "--show-toplevel", "--git-dir", "--git-common-dir")
    lines = _split_in_three(os.fsdecode(finished.out))
    if finished.code != 0 or not lines:
        if "not a git repository" in finished.text_err:
            error = f"The project in {folder} has no git repository: the folder .git is missing."
            or_else = "for example after a ZIP download,"
            if os.path.lexists(folder / ".git"):
                error = f"{folder / '.git'} is damaged or incomplete. git's message:\n{finished.text_err.strip()}"
                or_else = "rename .git. Then,"
            raise UsageError(
                error,
                f"If you have a clone or a backup with .git, use that folder. If not, {or_else} {_BEGIN_REPOSITORY}",
            )
        raise git_failed(finished)
    work_tree = Path(lines[0])
    if not (work_tree.exists() and work_tree.samefile(folder)):
        raise UsageError(
            f"The project in {folder} has no git repository. It is a folder in the repository {work_tree}.",
            f"If you cloned the project, move it out of that repository. If not, {_BEGIN_REPOSITORY}",
        )
    return Repository(folder, Path(lines[1]), Path(lines[2]))


def enclosing_repository(folder: Path) -> Path | None:
    """Return the top folder of the repository that contains a folder, or None."""
    for option in ("--show-toplevel", "--absolute-git-dir"):  # a bare repository has no top-level folder
        finished = Git(folder).try_run("rev-parse", option)
        if finished.code == 0:
            return Path(os.fsdecode(finished.out).rstrip("\n"))
    return None


def is_unused_repository(folder: Path) -> bool:
    """True if the folder has an empty repository, such as an empty clone.

    It has no commits, refs or staged files.
    """
    if not (folder / ".git").is_dir() or (folder / ".git").is_symlink():
        return False
    git = Git(folder)
    listings = (git.try_run("for-each-ref"), git.try_run("ls-files", "--stage"))
    object_format = git.try_run("rev-parse", "--show-object-format").out
    is_empty = all(listing.code == 0 and not listing.out for listing in listings)
    return is_empty and object_format == b"sha1\n" and git.try_run("rev-parse", "-q", "--verify", "HEAD").code != 0


def make_repository(folder: Path) -> Repository:
    """Create a repository with the branch main, or use the empty repository in the folder.

    Ignores the user's settings for branch names and object formats, because all projects must have the same ids.
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


def _split_in_three(output: str) -> list[str]:
    """Split git's output into three paths. Each is one line, or more if the folder's name contains line breaks."""
    lines = output.removesuffix("\n").split("\n")
    size, rest = divmod(len(lines), 3)
    return [] if rest or not output else ["\n".join(lines[at : at + size]) for at in (0, size, 2 * size)]
