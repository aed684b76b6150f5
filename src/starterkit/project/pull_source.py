"""The place from which `pull` brings commits: asked once for a branch, the path, and corrections that wait there."""

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

FIX_BRANCHES = "starterkit-fix-"  # the beginning of the names of branches with corrections that have to be merged
# What came last; of a bundle file, nothing else would keep that for a merge by hand.
_PULLED_REF = STARTERKIT_REFS + "pulled"
_SECONDS = 120.0
_SHOWN = 12
_LACKING = "couldn't find remote ref"


@dataclass(frozen=True)
class PullSource:
    """Where git is asked: the place as git takes it, and as it was typed.

    `is_remote` means one of the project's remotes, `is_local` a folder or file of this machine. `with_fixes` tells
    whether the corrections come along that lie on branches of their own in that remote.
    """

    address: str
    typed: str
    is_remote: bool = False
    is_local: bool = False
    with_fixes: bool = False

    def name(self, branch: str) -> str:
        """Return what a branch there is called to people."""
        return f"{self.typed}/{branch}" if self.is_remote else self.typed


def parse_pull_source(words: str, folder: Path) -> PullSource:
    """Return the address, or the folder or bundle file as seen from `folder`. Raises `UsageError` if there is none."""
    if ":" in words and not (folder / words).exists():
        return PullSource(words, words)
    path = expand_user_path(words, folder)
    if not path.exists():
        raise UsageError(
            f'There is no remote, folder or bundle file "{words}".',
            "`git remote` lists the remotes. Or name an address, for example https://example.org/site.git.",
        )
    return PullSource(str(path.absolute()), words, is_local=True)


def fixes_of(remote: str) -> str:
    """Return where the branches with a remote's corrections are here, but for the ends of their names."""
    return f"refs/remotes/{remote}/{FIX_BRANCHES}"


def fetch_branch(project: Project, place: PullSource, chosen: str, own: str, say: Progress) -> tuple[str, str]:
    """Fetch the branch that was chosen, else that of the name `own`, else the only one; return its name and commit.

    Raises `UsageError` naming the branches that are there, and `EnvironmentProblem` where the place cannot be reached.
    """
    branch = chosen or own
    say(f"Asking {place.name(branch)} …")
    commit = _commit_of(project, place, branch)
    if commit is None:
        there = _branches(project, place, branch)
        if chosen or len(there) != 1:
            raise _no_branch(place, branch, there)
        return fetch_branch(project, place, there[0], own, say)
    return place.name(branch), commit


def _commit_of(project: Project, place: PullSource, branch: str) -> str | None:
    """Fetch a branch, in one go with the two refs of the path where they are there; None where there is no branch."""
    git = project.repository.git
    words = ["fetch", "-q", "--no-recurse-submodules", "--no-tags", "--no-write-fetch-head", "--", place.address]
    words.append(f"+refs/heads/{branch}:{_PULLED_REF}")
    if place.with_fixes:
        words.append(f"+refs/heads/{FIX_BRANCHES}*:{fixes_of(place.address)}*")
    for path in ((PATH_REF, METADATA_REF), ()):
        finished = _asked(git, place, branch, *words, *path)
        if finished.code == 0:
            project.repository.close()
            return git.line("rev-parse", _PULLED_REF)
        if f"{_LACKING} {STARTERKIT_REFS}" not in finished.text_err:
            break
    if _LACKING in finished.text_err:
        return None
    raise _not_fetched(place, branch, finished.text_err)


def _branches(project: Project, place: PullSource, branch: str) -> list[str]:
    """The branches that are there, without those of corrections."""
    finished = _asked(project.repository.git, place, branch, "ls-remote", "-q", "--heads", "--", place.address)
    found = [line.partition("\trefs/heads/")[2] for line in finished.text_out.splitlines()]
    return [name for name in found if name and not name.startswith(FIX_BRANCHES)]


def _asked(git: Git, place: PullSource, branch: str, *words: str) -> Completed:
    try:
        return git.try_run(*words, timeout=_SECONDS)
    except TimeLimitReached as late:
        raise _not_fetched(place, branch, f"no answer within {_SECONDS:g} seconds") from late


def _no_branch(place: PullSource, branch: str, there: Sequence[str]) -> UsageError:
    what = f"There is no branch {branch} in {place.typed}"
    if not there:
        push = (
            f"`git push -u {quoted(place.typed)} {quoted(branch)}` puts yours there."
            if place.is_remote
            else "Is it the right one?"
        )
        return UsageError(f"{what}, nor any other.", push)
    return UsageError(
        f"{what}. These are there: {few(there, _SHOWN)}.",
        f"Name the one that you mean: `starterkit pull {quoted(place.typed)} BRANCH`.",
    )


def _not_fetched(place: PullSource, branch: str, said: str) -> StarterkitError:
    message = f"Nothing could be fetched from {place.typed}: {reason(said)}."
    if place.is_local:
        return UsageError(message, "Name the folder of a git repository, or a file that `git bundle` wrote.")
    return EnvironmentProblem(
        message,
        "See what `git fetch` says. Where it asks for a password, type `git fetch` first, then "
        f"`starterkit pull {quoted(f'origin/{branch}')}`.",
    )
