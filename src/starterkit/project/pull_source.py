"""Find the repository that a pull reads from, and fetch from it: a branch, the path, and branches with fixes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, StarterkitError, UsageError
from starterkit.git.command import Git
from starterkit.git.remote import reason
from starterkit.git.repository import METADATA_REF, PATH_REF, STARTERKIT_REFS
from starterkit.paths import expand_user_path
from starterkit.process import Completed, TimeLimitReached, quoted
from starterkit.progress import Progress
from starterkit.project.project import Project
from starterkit.sanitize import few

FIX_BRANCHES = "starterkit-fix-"  # branches with this prefix have fixes of the path that the learner must merge
# Points to the last fetched commit. After a pull from a bundle file, no other ref keeps this commit for a manual merge.
_PULLED_REF = STARTERKIT_REFS + "pulled"
_SECONDS = 120.0
_SHOWN = 12
_MISSING_REF = "couldn't find remote ref"


@dataclass(frozen=True)
class PullSource:
    """A repository to pull from: its URL for git, and the text that the user typed.

    `is_remote` is true for a remote of the project, and `is_local` for a folder or file on this machine. `with_fixes`
    also fetches the remote's branches with fixes.
    """

    address: str
    typed: str
    is_remote: bool = False
    is_local: bool = False
    with_fixes: bool = False

    def name(self, branch: str) -> str:
        """Return the source's name for messages. For a remote, the branch is part of the name."""
        return f"{self.typed}/{branch}" if self.is_remote else self.typed


def parse_pull_source(text: str, folder: Path) -> PullSource:
    """Return the source for a text that the user typed: a URL, a folder, or a file that `git bundle` created.

    Paths are relative to `folder`. Raises `UsageError` if there is no such folder or file.
    """
    if ":" in text and not (folder / text).exists():
        return PullSource(text, text)
    path = expand_user_path(text, folder)
    if not path.exists():
        raise UsageError(
            f'"{text}" is not a git remote, a folder or a git bundle.',
            "To list the remotes, type `git remote`. You can also use a URL, for example https://example.org/site.git.",
        )
    return PullSource(str(path.absolute()), text, is_local=True)


def fixes_of(remote: str) -> str:
    """Return the prefix of the local refs that store a remote's branches with fixes."""
    return f"refs/remotes/{remote}/{FIX_BRANCHES}"


def fetch_branch(project: Project, source: PullSource, chosen: str, own: str, say: Progress) -> tuple[str, str]:
    """Fetch the branch `chosen` (empty: the branch `own`, or the source's only branch if it lacks `own`).

    Returns the branch's name for messages, and its commit. Raises `UsageError` if the source isn't a repository or
    lacks the branch. Raises `EnvironmentProblem` if a remote source can't be reached.
    """
    branch = chosen or own
    say(f"Fetching from {source.name(branch)} …")
    commit = _commit_of(project, source, branch)
    if commit is not None:
        return source.name(branch), commit
    branches = _branches(project, source, branch)
    if chosen or len(branches) != 1:
        raise _no_branch(source, branch, branches)
    return fetch_branch(project, source, branches[0], own, say)


def _commit_of(project: Project, source: PullSource, branch: str) -> str | None:
    git = project.repository.git
    options = ("-q", "--no-recurse-submodules", "--no-tags", "--no-write-fetch-head")
    refs = [f"+refs/heads/{branch}:{_PULLED_REF}"]
    if source.with_fixes:
        refs.append(f"+refs/heads/{FIX_BRANCHES}*:{fixes_of(source.address)}*")
    for path_refs in ((PATH_REF, METADATA_REF), ()):
        finished = _run(git, source, branch, "fetch", *options, "--", source.address, *refs, *path_refs)
        if finished.code == 0:
            project.repository.close()
            return git.line("rev-parse", _PULLED_REF)
        if f"{_MISSING_REF} {STARTERKIT_REFS}" not in finished.text_err:
            break
    if _MISSING_REF in finished.text_err:
        return None
    raise _not_fetched(source, branch, finished.text_err)


def _branches(project: Project, source: PullSource, branch: str) -> list[str]:
    finished = _run(project.repository.git, source, branch, "ls-remote", "-q", "--heads", "--", source.address)
    names = [line.partition("\trefs/heads/")[2] for line in finished.text_out.splitlines()]
    return [name for name in names if name and not name.startswith(FIX_BRANCHES)]


def _run(git: Git, source: PullSource, branch: str, *arguments: str) -> Completed:
    try:
        return git.try_run(*arguments, timeout=_SECONDS)
    except TimeLimitReached as late:
        raise _not_fetched(source, branch, f"no response within {_SECONDS:g} seconds") from late


def _no_branch(source: PullSource, branch: str, branches: Sequence[str]) -> UsageError:
    problem = f"The branch {branch} does not exist in {source.typed}"
    if branches:
        return UsageError(
            f"{problem}. These branches exist: {few(branches, _SHOWN)}.",
            f"Choose a branch: `starterkit pull {quoted(source.typed)} BRANCH`.",
        )
    push = f"To push your branch, type `git push -u {quoted(source.typed)} {quoted(branch)}`."
    return UsageError(
        f"{problem}, which has no branches.", push if source.is_remote else "Check that this is the right repository."
    )


def _not_fetched(source: PullSource, branch: str, error_output: str) -> StarterkitError:
    message = f"git could not fetch from {source.typed}: {reason(error_output)}."
    if source.is_local:
        return UsageError(message, "Use the folder of a git repository, or a file that `git bundle` created.")
    return EnvironmentProblem(
        message,
        "To see why, type `git fetch`. If git asks for a password, enter the password. Then type `starterkit pull "
        f"{quoted(f'origin/{branch}')}`.",
    )
