"""The command `starterkit workshop bundle`: its options and its output."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.options import Elsewhere, argument, complete_frameworks, console_of, flag, folder_of, option
from starterkit.cli.session import from_elsewhere
from starterkit.errors import UsageError
from starterkit.paths import expand_user_folder
from starterkit.workshop.bundle.build import (
    README,
    BundleFramework,
    BundleRequest,
    MadeBundle,
    build_bundle,
    framework_in,
    framework_of,
    in_order,
)
from starterkit.workshop.bundle.targets import platforms_of, pythons_of, sorted_pythons
from starterkit.workshop.store import find_workshop, open_workshop

_MEGABYTE = 1_000_000
_FRAMEWORK_HELP = "Framework to include (repeatable, default: the workshop's framework, or all frameworks)."
_PLATFORM_HELP = (
    "Platform of the participants' machines: linux-x86_64, linux-aarch64, macos-arm64, macos-x86_64 or windows-x86_64 "
    "(repeatable, default: the platform of this machine)."
)
_PYTHON_HELP = "Python version of the participants' machines, for example 3.12 (repeatable, default: your version)."


def bundle(
    context: typer.Context,
    folder: Annotated[str, argument("DIR", "Folder to create, for example on a USB stick.")],
    frameworks: Annotated[
        list[str] | None, option("--framework -f", "NAME", _FRAMEWORK_HELP, complete_frameworks)
    ] = None,
    template: Elsewhere = "",
    platforms: Annotated[list[str] | None, option("--platform", "NAME", _PLATFORM_HELP)] = None,
    pythons: Annotated[list[str] | None, option("--python", "VERSION", _PYTHON_HELP)] = None,
    without_starterkit: Annotated[
        bool, flag("--without-starterkit", "Don't add starterkit to the folder, if all participants already have it.")
    ] = False,
) -> None:
    """Create a folder with everything for a workshop without internet.

    The folder contains starterkit, all packages and Node. Its README.txt lists the commands to type.

    If the command was interrupted, type it again to continue.

    To add other platforms, Python versions or frameworks, run the command again with them.
    """
    console = console_of(context)
    systems, versions = platforms_of(platforms or []), sorted_pythons(pythons_of(pythons or []))
    target, contents = expand_user_folder(folder, folder_of(context)), _frameworks(context, frameworks or [], template)
    request = BundleRequest(target.absolute(), contents, systems, versions, with_starterkit=not without_starterkit)
    _show(console, build_bundle(request, console.show_progress))


def _frameworks(context: typer.Context, names: list[str], elsewhere: str) -> tuple[BundleFramework, ...]:
    here = folder_of(context)
    external = [framework_in(from_elsewhere(console_of(context), here, elsewhere).folder)] if elsewhere else []
    if names or external:
        return (*external, *(in_order(names) if names else ()))
    try:
        folder = find_workshop(here)
    except UsageError:
        return in_order(())
    return (framework_of(open_workshop(folder)),)


def _show(console: Console, made: MadeBundle) -> None:
    contents = made.contents
    answer = {
        "folder": made.folder,
        **pick(contents, "frameworks", "platforms", "pythons"),
        "files": len(contents.files),
        "bytes": made.size,
        "fetched": made.fetched,
    }
    if console.json("workshop bundle", answer):
        return
    console.ok(f"The bundle for working offline is in {shown_path(made.folder)}.")
    size, fetched = (f"{count / _MEGABYTE:.1f} MB" for count in (made.size, made.fetched))
    rows = {
        "frameworks": ", ".join(contents.frameworks),
        "platforms": ", ".join(contents.platforms),
        "Python": ", ".join(contents.pythons),
        "size": f"{size} in {len(contents.files)} files (downloaded now: {fetched})",
    }
    for name, value in rows.items():
        console.print(f"{name:12}", value, indent=2, hang=12)
    console.print()
    console.say_prose(
        f"Copy the whole folder to a USB stick or a shared disk. Its {README} has the commands that participants type. "
        "Participants need Python and git."
    )
