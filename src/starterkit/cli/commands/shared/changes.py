"""What a command wrote, and what it left of the learner's: the part that next, solve and undo share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import joined, markup, text
from starterkit.errors import StarterkitError
from starterkit.project.commit import CommitResult
from starterkit.sanitize import few

_LISTED = 8
_OURS = ".starterkit"  # what lies in a folder of this name, and the state beside it, is ours to write


def show_files(console: Console, what: str, paths: Iterable[str]) -> None:
    """List files in one paragraph; of many, the first."""
    found = list(paths)
    if not found:
        return
    console.print(f"{what}: {few(found, _LISTED)}", hang=2)


def show_changed(console: Console, what: str, written: CommitResult) -> None:
    """List what was written, without what is ours."""
    show_files(console, what, yours(written.changed))


def yours(paths: Iterable[str]) -> list[str]:
    """Return the paths without what is ours to write."""
    return [path for path in paths if not path.startswith(_OURS)]


def show_kept(console: Console, written: CommitResult) -> None:
    """Show where the learner's versions are that were replaced, and which files were left alone."""
    if written.kept:
        console.print("Your versions of these files were replaced; they are kept:")
    for path, copy in written.kept:
        console.print(joined(f"{path} is now ", text(copy, "cyan")), indent=2, hang=2)
    show_files(console, "Left alone, for you changed them meanwhile", written.left)


def show_reset(console: Console, why: str) -> None:
    """Say that the data has to be made anew."""
    console.print(markup(f"{why}: `run` will offer to make the data anew."))


def show_markers(console: Console, paths: Sequence[str]) -> None:
    """Say which files wait for the learner, with both versions in them."""
    console.print("Both versions stand between markers in these files, for you to settle:")
    for path in paths:
        console.print(path, indent=2)
    console.print(markup("Look for `<<<<<<<`, keep what is right, and delete the markers."))
    console.type_next("Then check", "check")


def written_as_json(written: CommitResult | None) -> dict[str, Any]:
    """Return the keys that docs/commands.md describes under "What was written"."""
    return {
        "changed": list(written.changed) if written else [],
        "kept": [{"path": path, "copy": copy} for path, copy in written.kept] if written else [],
        "left": list(written.left) if written else [],
        "snapshot": written.snapshot if written else None,
    }


def error_as_json(stopped: StarterkitError) -> dict[str, Any]:
    """Return an error as part of an answer."""
    return {"message": stopped.message, "fix": stopped.fix, "exit_code": int(stopped.code)}
