"""The command `starterkit add`: its options and its output."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any

import typer

from starterkit.cli.commands.shared import changes
from starterkit.cli.console.console import Console, pick
from starterkit.cli.options import argument, console_of, flag
from starterkit.cli.session import project_here
from starterkit.project.add import AddedPackage, AddResult
from starterkit.project.add import add as add_packages

_PACKAGE_HELP = "Name of a package, with a version if you need one: httpx, 'httpx>=0.28' or zod@4."


def add(
    context: typer.Context,
    packages: Annotated[list[str], argument("PACKAGE", _PACKAGE_HELP)],
    dev: Annotated[bool, flag("--dev", "Add the package for development only, for example for tests.")] = False,
) -> None:
    """Add a package to your site and install it.

    starterkit also writes the package and its version into your project's files.
    """
    console = console_of(context)
    with project_here(context) as project:
        _show(console, add_packages(project, packages, console.show_progress, dev=dev))


def _show(console: Console, result: AddResult) -> None:
    answer = {
        "added": [_as_json(package) for package in result.added],
        "known": [_as_json(package) for package in result.known],
        **changes.written_as_json(result.written),
        "next": "check",
    }
    if console.json("add", answer):
        return
    for package in result.known:
        group = " for development" if package.dev else ""
        versions = f" {_versions(package)}" if package.versions else ""
        console.ok(f"{package.name}{versions} is already in {result.declaration}{group}.")
    if result.written is not None:
        if result.added:
            console.ok(f"Added {_listed(result.added)} to {result.declaration}.")
        changes.show_changed(console, "Changed", result.written)
        console.say_prose("`starterkit next` will commit these files. To undo the change: `starterkit undo`.")
    console.type_next("Run the tests", "check")


def _listed(packages: Iterable[AddedPackage]) -> str:
    return ", ".join(f"{package.name} {_versions(package)}" for package in packages)


def _versions(package: AddedPackage) -> str:
    return " and ".join(package.versions)


def _as_json(package: AddedPackage) -> dict[str, Any]:
    return pick(package, "name", "entry", "dev", "versions")
