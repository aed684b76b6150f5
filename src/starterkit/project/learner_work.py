"""The learner's work in commands that write: list its files, find markers, merge, and resolve conflicts as chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starterkit.errors import ConflictError
from starterkit.git.merge import Merger, Resolution
from starterkit.git.worktree import Listing
from starterkit.project.carry import Carried, resolve
from starterkit.project.project import Project, WorkingTree
from starterkit.sanitize import few
from starterkit.textfile import CONFLICT_MARKER

_SHOWN = 5
MARKERS_FIX = "Keep the right lines and delete the markers. Then run `starterkit check`."


@dataclass(frozen=True)
class Choices:
    """The options that the learner chose for a command that writes.

    `settle` resolves conflicts (None: stop at a conflict). `check` runs the tests first. `save_large` commits files
    over 10 MB. `leave_out` leaves large files and nested repositories uncommitted.
    """

    settle: Resolution | None = None
    check: bool = True
    save_large: bool = False
    leave_out: bool = False


class ConflictMarkersLeft(ConflictError):
    """Files have conflict markers. `places` has the first marker of each file as `FILE:LINE`."""

    def __init__(self, places: Sequence[str]) -> None:
        verb = "has" if len(places) == 1 else "have"
        super().__init__(f"{few(places, _SHOWN)} still {verb} conflict markers.", MARKERS_FIX)
        self.places = places


def find_markers(project: Project) -> list[str]:
    """Return the first conflict marker of each file that a command or merge left in conflict, as `FILE:LINE`."""
    places = []
    for path in dict.fromkeys((*project.memory.in_conflict(), *project.repository.unmerged())):
        file = project.folder / path
        data = file.read_bytes() if file.is_file() else b""
        if marker := CONFLICT_MARKER.search(data):
            line = data.count(b"\n", 0, marker.start()) + 1
            places.append(f"{path}:{line}")
    return places


def list_work(project: Project, choices: Choices) -> Listing:
    """Return git's listing of the learner's files.

    Raises `ConflictError` for files with conflicts or conflict markers. Also raises it for large files and nested
    repositories, if `choices` don't say what to do with them.
    """
    if markers := find_markers(project):
        raise ConflictMarkersLeft(markers)
    listing = project.listing()
    if listing.unmerged:
        raise ConflictError(
            f"These files have conflicts: {', '.join(listing.unmerged)}.",
            "Resolve the conflicts in each file, then type `git add FILE`. Or abort the merge: `git merge --abort`.",
        )
    if listing.large and not (choices.save_large or choices.leave_out):
        raise ConflictError(
            f"These files are larger than 10 MB and not committed yet: {', '.join(listing.large)}.",
            "To commit them, add `--save-large`. To leave them out of the commit, add `--leave-out`. To ignore them "
            "always, add them to .gitignore.",
        )
    if listing.nested and not choices.leave_out:
        raise ConflictError(
            f"These folders are git repositories inside your project: {', '.join(listing.nested)}.",
            "To leave them out of the commit, add `--leave-out`. To ignore them always, add them to .gitignore.",
        )
    return listing


def merger_for(project: Project, work: WorkingTree) -> Merger:
    """Return a `Merger` that knows the content of the learner's files, even if git doesn't store it yet."""
    merger = Merger(project.repository.git, project.repository.reader)
    for file in work.files.values():
        merger.add(file.data)
    return merger


def resolve_as_chosen(merger: Merger, carried: Carried, choices: Choices, label: str, command: str) -> Carried:
    """Resolve conflicts as the learner chose. Raises `ConflictError` (nothing changed) if the learner chose nothing.

    `label` names the path's change, for example the step's title. The fix in the error repeats `command` with options.
    """
    if choices.settle is not None:
        return resolve(merger, carried, choices.settle, "your code", label)
    files = ", ".join(conflict.path for conflict in carried.conflicts)
    raise ConflictError(
        f"{label} and your code change the same lines in: {files}. Nothing was changed.",
        f"Choose one of these commands.\n`starterkit {command} --keep-mine` keeps your lines.\n`starterkit {command} "
        f"--take-theirs` uses the learning path's lines, and keeps a copy of your version.\n`starterkit {command} "
        "--markers` writes both versions into the file, and you resolve the conflict.",
    )
