"""Reads the commits of an opened learning path, and checks their order.

Each commit is a layer. Its subject names the layer: `base`, or for example `given 02-comments` or
`solution 02-comments`. The author may write any text below the subject.
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
            "Create a repository from a template first: `starterkit template open TEMPLATE DIR`.",
        )
    changes = repository.git.run("status", "--porcelain=v1", "-z", "--untracked-files=all", "--no-renames")
    paths = [record[3:].decode("utf-8", "replace") for record in changes.split(b"\0") if record]
    if paths:
        raise ConflictError(
            f"These files have changes that aren't committed: {few(paths, 5)}.",
            "To add them to the last commit, type `git add -A`, then `git commit --amend`.\nTo add them to an earlier "
            "commit, such as `given 01-…`, type `git add -A`, then `git commit --fixup ':/^given 01'`, then "
            "`git rebase -i --autosquash --root`.",
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
                f'Commit {id[:10]} "{subject}" is a merge commit. A learning path can\'t contain merge commits.',
                f"Type {_REBASE}, and save the list without changes. git then removes the merge commit.",
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
        return UsageError(
            f"{commit} is a correction of an earlier commit.",
            "To combine the two commits, type `git rebase -i --autosquash --root`.",
        )
    fix = f"To combine it with the commit before it, type {_REBASE}, and write `fixup` in the line of this commit."
    if word.lower().rstrip(":") in ("given", "solution", "base") or re.match(r"\d", rest):
        fix = (
            f"Use `base`, `given NN-name` or `solution NN-name`. To change the subject, type {_REBASE}, and write "
            "`reword` in the line of this commit. "
        )
        fix += did_you_mean(word.lower(), ["base", "given", "solution"]) if word != word.lower() else ""
    return UsageError(f"{commit} has a subject that starterkit doesn't know.", fix.strip())


def _check_first(commits: list[LayerCommit]) -> None:
    first = commits[0]
    if first.kind == "base":
        return
    later = next((commit.id[:10] for commit in commits if commit.kind == "base"), "")
    fix = "Look for the missing commit with `git reflog`. Or open the template again: `starterkit template open`."
    if later:
        fix = f"Type {_REBASE}, and move the line of {later} to the top."
    raise UsageError(f'{first.shown} is the first commit, but the commit "base" must be first.', fix)


def _check_unique(commits: list[LayerCommit]) -> None:
    seen: dict[str, LayerCommit] = {}
    for commit in commits:
        first = seen.setdefault(commit.label, commit)
        if first is not commit:
            raise UsageError(
                f"{commit.shown} has the same subject as commit {first.id[:10]}. Each subject must be unique.",
                f"Type {_REBASE}. To combine the two commits, move the second line below the first, and write `fixup` "
                "before it. To rename one of them, write `reword` before its line.",
            )


def _check_pairs(commits: list[LayerCommit]) -> None:
    by_label = {commit.label: commit for commit in commits}
    for before, commit in zip(commits, [*commits[1:], None], strict=True):
        given, solution = f"given {commit.step if commit else ''}", f"solution {before.step}"
        if before.kind == "given" and (commit is None or commit.label != solution):
            if solution in by_label:
                raise UsageError(
                    f'{by_label[solution].shown} must come directly after commit {before.id[:10]} "{before.label}".',
                    f"Type {_REBASE}, and move the line of `{solution}` directly below the line of `{before.label}`.",
                )
            raise UsageError(
                f'The commit "{solution}" is missing after commit {before.id[:10]} "{before.label}".',
                f"Type {_REBASE}, and write `edit` before {before.id[:10]}. Then create the missing commit: "
                f"`git commit --allow-empty -m '{solution}'`, then `git rebase --continue`.\n"
                f"To remove the step instead, delete the line of {before.id[:10]}.",
            )
        if commit is not None and commit.kind == "solution" and before.label != given:
            its_given = by_label.get(given)
            if its_given:
                reason = "that commit comes later"
                fix = f"Type {_REBASE}, and move the line of `{given}` directly above the line of `{commit.label}`."
            else:
                reason = "that commit is missing"
                fix = f"Type {_REBASE}. To rename the right commit to `{given}`, write `reword` in its line."
            raise UsageError(f'{commit.shown} must come directly after the commit "{given}", but {reason}.', fix)


def _check_numbers(commits: list[LayerCommit]) -> None:
    for number, commit in enumerate((commit for commit in commits if commit.kind == "given"), 1):
        if int(commit.step[:2]) != number:
            raise UsageError(
                f"{commit.shown} has the number {commit.step[:2]}, but by its position it is step {number:02}.",
                f"To change the order of the commits, type {_REBASE}. To change the numbers instead, type "
                "`starterkit template save --renumber`.",
            )
