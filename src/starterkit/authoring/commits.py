"""Reads the commits of an opened learning path, and checks their order.

Each commit is a layer. Its subject names the layer: `base`, `given 01-comments` or `solution 01-comments`. The author
may write any text below the subject.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from starterkit.authoring.files import PROJECT
from starterkit.errors import ConflictError, UsageError
from starterkit.git.objects import Entry
from starterkit.git.repository import Repository
from starterkit.sanitize import few
from starterkit.yamlfile import did_you_mean

_SUBJECT = re.compile(r"base|(given|solution) (\d\d-[a-z0-9]+(?:-[a-z0-9]+)*)")
_REBASE = "`git rebase -i --root`"


@dataclass(frozen=True)
class LayerCommit:
    """A commit of an opened learning path. `kind` is base, given or solution, and `tree` has all its files."""

    id: str
    kind: str
    step: str
    tree: dict[str, Entry]

    @property
    def label(self) -> str:
        return f"{self.kind} {self.step}".rstrip()

    @property
    def shown(self) -> str:
        """The name of the commit in error messages."""
        return f'Commit {self.id[:10]} "{self.label}"'

    @property
    def project(self) -> dict[str, Entry]:
        """The files in project/ at this commit, by their paths inside project/."""
        return {path[len(PROJECT) :]: entry for path, entry in self.tree.items() if path.startswith(PROJECT)}


def check_settled(repository: Repository) -> None:
    """Raise `ConflictError` if the author has uncommitted changes or no branch is checked out.

    Raises `UsageError` if there are no commits.
    """
    head = repository.check_ready()
    if head.commit is None:
        raise UsageError(
            "This repository has no commits yet.",
            "Create a repository with the template's steps: `starterkit template open`.",
        )
    changes = repository.git.run("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
    paths = [record[3:].decode("utf-8", "replace") for record in changes.split(b"\0") if record]
    if paths:
        raise ConflictError(
            f"These changes are not in a commit, so they can't be saved: {few(paths, 5)}.",
            "Add them to the right commit. First `git add -A`. For the last commit, `git commit --amend`. For an "
            "earlier commit, `git commit --fixup ':/^given 01'`, then `git rebase -i --autosquash --root`.",
        )


def read_history(repository: Repository, *, renumber: bool = False) -> list[LayerCommit]:
    """Return the commits of the current branch, base first.

    Raises `UsageError` for a commit that isn't a layer, or for a wrong order. With `renumber`, the numbers in the names
    of steps may be wrong.
    """
    commits = _commits(repository)
    _check_first(commits)
    _check_unique(commits)
    _check_pairs(commits)
    if not renumber:
        _check_numbers(commits)
    return commits


def _commits(repository: Repository) -> list[LayerCommit]:
    commits: list[LayerCommit] = []
    name = "HEAD"
    while name:
        id, commit = repository.reader.commit(name)
        subject = commit.message.split("\n", 1)[0].strip()
        if len(commit.parents) > 1:
            raise UsageError(
                f'Commit {id[:10]} "{subject}" is a merge. A path must be linear: each commit has one parent.',
                f"Make the history linear: {_REBASE}.",
            )
        match = _SUBJECT.fullmatch(subject)
        if not match:
            raise _unknown_layer(id, subject)
        commits.append(LayerCommit(id, match[1] or "base", match[2] or "", repository.reader.tree(id)))
        name = commit.parents[0] if commit.parents else ""
    return commits[::-1]


def _unknown_layer(id: str, subject: str) -> UsageError:
    word, _, rest = subject.partition(" ")
    commit = f'Commit {id[:10]} "{subject}"'
    if word in ("fixup!", "squash!", "amend!"):
        return UsageError(f"{commit} is not merged into its layer yet.", "Run `git rebase -i --autosquash --root`.")
    fix = f"Merge it into its layer: {_REBASE}, and write `fixup` in the line of this commit."
    if word.lower().rstrip(":") in ("given", "solution", "base") or re.match(r"\d", rest):
        fix = (
            f"A layer's subject is `base`, `given NN-name` or `solution NN-name`. Change the subject: {_REBASE}, "
            "and write `reword`. "
        )
        fix += did_you_mean(word.lower(), ["base", "given", "solution"]) if word != word.lower() else ""
    return UsageError(f"{commit} is not a layer of the path.", fix.strip())


def _check_first(commits: list[LayerCommit]) -> None:
    first = commits[0]
    if first.kind == "base":
        return
    later = next((commit.id[:10] for commit in commits if commit.kind == "base"), "")
    if later:
        raise UsageError(f"{first.shown} comes before the base.", f"Move {later} to the first line: {_REBASE}.")
    raise UsageError(
        f'{first.shown} is the first commit. The commit "base" is missing before it.',
        "Look for it in `git reflog`, or open the template again.",
    )


def _check_unique(commits: list[LayerCommit]) -> None:
    seen: dict[str, LayerCommit] = {}
    for commit in commits:
        first = seen.setdefault(commit.label, commit)
        if first is not commit:
            raise UsageError(
                f"{commit.shown} exists twice. The first is {first.id[:10]}.",
                f"Join the two: {_REBASE}, move the second line below the first, and write `fixup` before it. If "
                "it is another step, change its name with `reword`.",
            )


def _check_pairs(commits: list[LayerCommit]) -> None:
    by_label = {commit.label: commit for commit in commits}
    for before, commit in zip(commits, [*commits[1:], None], strict=True):
        given, solution = f"given {commit.step if commit else ''}", f"solution {before.step}"
        if before.kind == "given" and (commit is None or commit.label != solution):
            if solution in by_label:
                raise UsageError(
                    f"{by_label[solution].shown} does not come right after its given, {before.id[:10]}.",
                    f"Move it there: {_REBASE}.",
                )
            raise UsageError(
                f'The commit "{solution}" is missing after {before.shown[0].lower()}{before.shown[1:]}.',
                f"Create it: write `edit` at the given in {_REBASE}, then `git commit -m '{solution}'` (with "
                "`--allow-empty` if nothing changes). Or drop the given.",
            )
        if commit is not None and commit.kind == "solution" and before.label != given:
            its_given = by_label.get(given)
            reason = f"its given, {its_given.id[:10]}, comes later" if its_given else f'the commit "{given}" is missing'
            raise UsageError(
                f"{commit.shown} does not follow its given: {reason}.",
                f"A step is two commits: `{given}`, then `{commit.label}`. Put them in this order: {_REBASE}.",
            )


def _check_numbers(commits: list[LayerCommit]) -> None:
    for number, commit in enumerate((commit for commit in commits if commit.kind == "given"), 1):
        if int(commit.step[:2]) != number:
            raise UsageError(
                f"{commit.shown} is step {number:02} of the path, but its number is {commit.step[:2]}.",
                "Put the commits in the order of their numbers. Or number the steps in the order of the commits: "
                "`starterkit template save --renumber`.",
            )
