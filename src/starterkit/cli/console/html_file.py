"""HTML files that commands write where `--html` says: one may replace what the same command wrote, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, UsageError
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file


@dataclass(frozen=True)
class HtmlFile:
    """One kind of page: what people call it, and the remark near its top by which we know it as ours."""

    name: str
    mark: str

    def check(self, file: Path) -> None:
        """Raise `UsageError` where a page would replace something that is none of its kind."""
        if file.exists() and not file.is_file():
            what = "a folder" if file.is_dir() else "no ordinary file"
            raise UsageError(f"{file} is {what}.", f"Name a file: `--html {self.name}.html`.")
        try:
            begins = file.read_bytes()[:200].decode("utf-8", "replace")
        except OSError:
            return
        if begins.strip() and self.mark not in begins:
            raise UsageError(
                f"{file} is there already, and it is no {self.name} of ours.", "Name another file for --html."
            )

    def write(self, file: Path, text: str) -> None:
        """Write a page atomically, through a link if there is one. Raises `EnvironmentProblem` if that fails."""
        try:
            place = file.resolve()
            write_file(place.parent, place.name, File(FILE, text.encode("utf-8", "replace")))
        except OSError as wrong:
            raise EnvironmentProblem(
                f"The {self.name} cannot be written to {file}: {wrong.strerror}.", "Choose another place."
            ) from wrong
