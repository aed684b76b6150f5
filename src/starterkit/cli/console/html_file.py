"""Write HTML files for `--html`. A file is replaced only if the same command wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, UsageError
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file


@dataclass(frozen=True)
class HtmlFile:
    """A kind of HTML file: its name for users, and the comment that marks files of this kind."""

    name: str
    mark: str

    @property
    def _fix(self) -> str:
        return f"Choose another file, for example `--html {self.name}-2.html`."

    def check(self, file: Path) -> None:
        """Raise `UsageError` if the file exists and isn't a page of this kind."""
        if file.exists() and not file.is_file():
            kind = "a folder" if file.is_dir() else "not a regular file"
            raise UsageError(f"starterkit can't write the {self.name}, because {file} is {kind}.", self._fix)
        try:
            beginning = file.read_bytes()[:200].decode("utf-8", "replace")
        except OSError:
            return
        if beginning.strip() and self.mark not in beginning:
            raise UsageError(f"{file} exists already, and it isn't a {self.name} of starterkit.", self._fix)

    def write(self, file: Path, text: str) -> None:
        """Write a page completely or not at all. If the file is a symbolic link, write its target.

        Raises `EnvironmentProblem` if the file can't be written.
        """
        try:
            target = file.resolve()
            write_file(target.parent, target.name, File(FILE, text.encode("utf-8", "replace")))
        except OSError as error:
            raise EnvironmentProblem(
                f"starterkit can't write the {self.name} to {file}: {error.strerror}.", self._fix
            ) from error
