"""`starterkit workshop bundle`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import markup, text
from starterkit.cli.new_questions import from_elsewhere
from starterkit.cli.options import Elsewhere, complete_frameworks, flag
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import UsageError
from starterkit.paths import expand_user_folder
from starterkit.workshop.bundle.build import README, BundleRequest, MadeBundle, build_bundle, in_order
from starterkit.workshop.bundle.manifest import BundleFramework, framework_in, framework_of
from starterkit.workshop.bundle.targets import platforms_of, pythons_of, sorted_pythons
from starterkit.workshop.store import find_workshop, open_workshop

_MEGABYTE = 1_000_000


def bundle(
    context: typer.Context,
    place: Annotated[str, typer.Argument(metavar="DIR", help="The folder to make; on the stick, or to copy there.")],
    frameworks: Annotated[
        list[str] | None,
        typer.Option(
            "--framework",
            "-f",
            metavar="NAME",
            help="Which framework, each with an option of its own; else the workshop's, outside of one all.",
            show_default=False,
            autocompletion=complete_frameworks,
        ),
    ] = None,
    template: Elsewhere = "",
    platforms: Annotated[
        list[str] | None,
        typer.Option(
            "--platform",
            metavar="NAME",
            help="linux-x86_64, linux-aarch64, macos-arm64, macos-x86_64 or windows-x86_64; else this machine's.",
            show_default=False,
        ),
    ] = None,
    pythons: Annotated[
        list[str] | None,
        typer.Option(
            "--python",
            metavar="VERSION",
            help="A Python of the room, for example 3.12; else the one that runs starterkit here.",
            show_default=False,
        ),
    ] = None,
    without_starterkit: Annotated[
        bool, flag("--without-starterkit", help="Leave starterkit itself out: the room has it already.")
    ] = False,
) -> int:
    """Make a folder with all that a room without internet needs: starterkit, packages, Node, what to type.

    The same again goes on where it was interrupted; with other platforms, Pythons or frameworks, it adds them.
    """
    console = console_of(context)
    systems, versions = platforms_of(platforms or []), sorted_pythons(pythons_of(pythons or []))
    request = BundleRequest(
        expand_user_folder(place, folder_of(context)).absolute(),
        _frameworks(context, frameworks or [], template),
        systems,
        versions,
        with_starterkit=not without_starterkit,
    )
    return _show(console, build_bundle(request, console.show_progress))


def _frameworks(context: typer.Context, names: list[str], elsewhere: str) -> tuple[BundleFramework, ...]:
    """The frameworks that are named; the workshop's, in a workshop; else all."""
    own = [framework_in(from_elsewhere(console_of(context), folder_of(context), elsewhere).folder)] if elsewhere else []
    if names or own:
        return (*own, *(in_order(names) if names else ()))
    try:
        folder = find_workshop(folder_of(context))
    except UsageError:
        return in_order(())
    return (framework_of(open_workshop(folder)),)


def _show(console: Console, made: MadeBundle) -> int:
    """Show where the bundle is, what it is for, and how large it is."""
    if console.as_json:
        console.json("workshop bundle", _as_json(made))
        return 0
    contents = made.contents
    console.print(text("ok", "bold green"), f"  The bundle is in {shown_path(made.folder)}.")
    rows = {
        "frameworks": ", ".join(contents.frameworks),
        "platforms": ", ".join(contents.platforms),
        "Pythons": ", ".join(contents.pythons),
        "size": f"{_megabytes(made.size)} in {len(contents.files)} files, of which wheels fetched now: "
        f"{_megabytes(made.fetched)}",
    }
    for name, words in rows.items():
        console.print(f"{name:12}", words, indent=2, hang=12)
    console.print()
    console.print(
        markup(
            f"Copy the whole folder to a stick or a shared disk. {README} in it says what people in the room type; "
            "Python and git have to be on their machines."
        )
    )
    return 0


def _as_json(made: MadeBundle) -> dict[str, Any]:
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
