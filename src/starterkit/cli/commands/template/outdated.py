"""The command `starterkit template outdated`: its options and its output."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from starterkit.authoring.files import template_folder
from starterkit.authoring.outdated import Outdated, write_with_newest
from starterkit.authoring.outdated import outdated as compare
from starterkit.cli.commands.template.shared import TemplateFolder, this_or
from starterkit.cli.commands.template.validate import show, validate_copy
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.options import console_of, flag, folder_of
from starterkit.process import quoted


def outdated(
    context: typer.Context,
    template: TemplateFolder,
    try_them: Annotated[bool, flag("--try", "Validate a copy of the template with the newest packages.")] = False,
    write: Annotated[bool, flag("--write", "Write the newest package versions into the template.")] = False,
) -> int:
    """List the packages of a template that have newer releases.

    This command uses the network. With --try, the exit code is 1 if the newest packages cause problems.
    """
    console = console_of(context)
    result = compare(template_folder(template, folder_of(context)), console.show_progress)
    will_write = write and result.is_update
    if not try_them or not result.is_update:
        if will_write:
            write_with_newest(result, result.template)
        _show(console, result, is_written=will_write)
        return 0
    if not console.as_json:
        _show(console, result, is_written=False, is_tried=True)
    with TemporaryDirectory(prefix="starterkit-outdated-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / result.template.name
        write_with_newest(result, copy)
        # The rule `earned` is slow, and new releases don't change whether tests notice mutants, so it is left out.
        code = show(console, validate_copy(console, copy, skip=["earned"]), junit="", github=False)
    if code == 0 and will_write:
        write_with_newest(result, result.template)
        console.note_prose(f"Wrote the newest package versions to {result.template}.")
    return code


def _show(console: Console, result: Outdated, *, is_written: bool, is_tried: bool = False) -> None:
    answer = {"template": result.template, "packages": result.packages, "written": is_written, "outdated": result.pins}
    if console.json("template outdated", answer):
        return
    folder = shown_path(result.template)
    if not result.pins:
        console.ok(f"All {result.packages} packages of {this_or(folder)} have their newest versions.")
        return
    console.print(f"{len(result.pins)} of {result.packages} packages of {this_or(folder)} have newer versions:")
    rows = [("package", "pinned", "allowed", "newest", "since")]
    rows += [(pin.package, pin.pinned, pin.allowed, pin.newest, pin.layer) for pin in result.pins]
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    for row in rows:
        console.verbatim("".join(map(str.ljust, row, widths)).rstrip(), indent=2)
    held = [pin.package for pin in result.pins if pin.allowed != pin.newest]
    if held:
        console.print(f"The requirements don't allow the newest versions of these packages: {', '.join(held)}.")
    if is_written:
        console.type_next(
            "Wrote the newest package versions. Check that the template still works",
            f"template validate {quoted(folder)}",
        )
    elif result.is_update and not is_tried:
        console.type_next("Test the template with the newest versions", f"template outdated {quoted(folder)} --try")
