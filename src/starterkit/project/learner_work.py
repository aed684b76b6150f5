"""The learner's work in commands that write: their choices, their files, and conflicts with the path."""

from __future__ import annotations

from dataclasses import dataclass

from starterkit.errors import ConflictError
from starterkit.git.merge import Merger, Resolution
from starterkit.git.worktree import Listing
from starterkit.project.carry import Carried, resolve
from starterkit.project.project import Project, WorkingTree


@dataclass(frozen=True)
class Choices:
    """The learner's choices for a command that writes."""

    settle: Resolution | None = None
    check: bool = True
    save_large: bool = False
    leave_out: bool = False


def list_work(project: Project, choices: Choices) -> Listing:
    """Return git's listing of the learner's files.

    Raises `ConflictError` for files in conflict, and for large files or nested repositories without a choice.
    """
    listing = project.listing()
    if listing.unmerged:
        raise ConflictError(
            "These files are in conflict: " + ", ".join(listing.unmerged) + ".",
            "Settle them (edit, then `git add`), or take the merge back.",
        )
    if listing.large and not (choices.save_large or choices.leave_out):
        raise ConflictError(
            "These files are larger than 10 MB and in no commit yet: " + ", ".join(listing.large) + ".",
            "`--save-large` commits them with your work, `--leave-out` leaves them where they are; "
            "or name them in .gitignore.",
        )
    if listing.nested and not choices.leave_out:
        raise ConflictError(
            "These folders are git repositories of their own: " + ", ".join(listing.nested) + ".",
            "`--leave-out` leaves them where they are, untouched; or name them in .gitignore.",
        )
    return listing


def merger_for(project: Project, work: WorkingTree) -> Merger:
    """Return a merger that has the bytes of the learner's files."""
    merger = Merger(project.repository.git, project.repository.reader)
    for file in work.files.values():
        merger.add(file.data)
    return merger


def resolve_as_chosen(merger: Merger, carried: Carried, choices: Choices, label: str, command: str) -> Carried:
    """Resolve the conflicts as the learner chose. Raises `ConflictError` (nothing changed) if they chose nothing."""
    if choices.settle is not None:
        return resolve(merger, carried, choices.settle, "your code", label)
    files = ", ".join(conflict.path for conflict in carried.conflicts)
    raise ConflictError(
        f"{label} and your code change the same lines of: {files}. Nothing was changed.",
        f"Choose: `starterkit {command} --keep-mine` (your lines win), `--take-theirs` (the path's lines win, yours "
        "are kept aside) or `--markers` (both are written into the file, for you to settle).",
    )
