"""A bundle that was made, on the screen and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import prose, text
from starterkit.workshop.bundling.making import README

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.workshop.bundling.making import MadeBundle

_MEGABYTE = 1_000_000


def show(console: Console, made: MadeBundle) -> int:
    """Show where the bundle is, what it is for, and how large it is."""
    if console.as_json:
        console.json("workshop bundle", as_json(made))
        return 0
    contents = made.contents
    console.line(text("ok", "bold green"), f"  The bundle is in {shown_path(made.folder)}.")
    rows = {
        "frameworks": ", ".join(contents.frameworks),
        "platforms": ", ".join(contents.platforms),
        "Pythons": ", ".join(contents.pythons),
        "size": f"{_megabytes(made.size)} in {len(contents.files)} files, of which wheels fetched now: "
        f"{_megabytes(made.fetched)}",
    }
    for name, words in rows.items():
        console.line(f"{name:12}", words, indent=2, hang=12)
    console.line()
    console.line(
        prose(
            f"Copy the whole folder to a stick or a shared disk. {README} in it says what people in the room type; "
            "Python and git have to be on their machines."
        )
    )
    return 0


def as_json(made: MadeBundle) -> dict[str, Any]:
    """Return a bundle as the object that docs/commands.md describes."""
    contents = made.contents
    return {
        "folder": str(made.folder),
        "frameworks": list(contents.frameworks),
        "platforms": list(contents.platforms),
        "pythons": list(contents.pythons),
        "files": len(contents.files),
        "bytes": made.size,
        "fetched": made.fetched,
    }


def _megabytes(size: int) -> str:
    return f"{size / _MEGABYTE:.1f} MB"
