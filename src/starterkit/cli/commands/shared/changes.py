"""Show which files a command changed, as text and as JSON, for next, solve, pull and undo."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.text import text
from starterkit.errors import StarterkitError
from starterkit.project.commit import CommitResult
from starterkit.sanitize import few

_LISTED = 8
_OWN = ".starterkit"  # the start of starterkit's own folder `.starterkit/` and of `.starterkit.yml`


def show_files(console: Console, title: str, paths: Sequence[str]) -> None:
    """Show a title with the first few of `paths` in one paragraph. Without paths, show nothing."""
    if paths:
        console.print(f"{title}: {few(paths, _LISTED)}", hang=2)


def show_changed(console: Console, title: str, written: CommitResult) -> None:
    """Show the files that a command changed, without starterkit's own files."""
    show_files(console, title, without_own(written.changed))


def without_own(paths: Iterable[str]) -> list[str]:
    """Return the paths that aren't starterkit's own files."""
    return [path for path in paths if not path.startswith(_OWN)]


def show_kept(console: Console, written: CommitResult) -> None:
    """Show where the user's versions of replaced files are, and which files didn't change."""
    for path, copy in written.kept:
        console.print(f"Your version of {path} is kept in ", text(copy, "cyan"), ".", hang=2)
    show_left(console, written.left)


def show_skipped_migrations(console: Console, paths: Sequence[str]) -> None:
    """Show which migrations of the path were left out, because the user's project has other migrations."""
    show_files(console, "Left out, because your project has its own migrations", paths)


def show_left(console: Console, paths: Sequence[str]) -> None:
    """Show the files that a command didn't change, because the user edited them meanwhile."""
    show_files(console, "You edited these files while the command was running, so starterkit didn't change them", paths)


def show_reset(console: Console, why: str) -> None:
    """Show why the site needs a new database, and how to create one."""
    console.say_prose(f"{why} `starterkit run` will offer to create a new database.")


def show_markers(console: Console, paths: Sequence[str]) -> None:
    """Show which files have conflict markers, and how to resolve them."""
    console.print("In these files, conflict markers show both versions:")
    for path in paths:
        console.print(path, indent=2)
    console.say_prose("Find each `<<<<<<<`, keep the right lines, and delete the markers.")
    console.type_next("Then run the tests", "check")


def written_as_json(written: CommitResult | None) -> dict[str, Any]:
    """Return the JSON keys for changed files, which docs/commands.md describes."""
    if written is None:
        return {"changed": [], "kept": [], "left": [], "snapshot": None}
    kept = [{"path": path, "copy": copy} for path, copy in written.kept]
    return {"changed": written.changed, "kept": kept, **pick(written, "left", "snapshot")}


def error_as_json(error: StarterkitError) -> dict[str, Any]:
    """Return an error's message, fix and exit code as a JSON object."""
    return {"message": error.message, "fix": error.fix, "exit_code": int(error.code)}
