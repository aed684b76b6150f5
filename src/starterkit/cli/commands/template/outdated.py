"""`starterkit template outdated`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from starterkit.authoring.files import template_folder
from starterkit.authoring.outdated import Outdated, write_with_newest
from starterkit.authoring.outdated import outdated as compare
from starterkit.cli.commands.template.shared import Template, named, show_ok
from starterkit.cli.commands.template.validate import report_of, show
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import markup
from starterkit.cli.options import flag
from starterkit.cli.session import console_of, folder_of
from starterkit.process import quoted


def outdated(
    context: typer.Context,
    template: Template,
    try_them: Annotated[bool, flag("--try", help="Validate a copy of the template with the newest releases.")] = False,
    write: Annotated[bool, flag("--write", help="Write the newest pins into the template.")] = False,
) -> int:
    """Tell which packages of a template have newer releases than it pins; this asks the network.

    With --try: exit code 1 where the template does not validate with them.
    """
    console = console_of(context)
    found = compare(template_folder(template, folder_of(context)), console.show_progress)
    will_write = write and found.is_update
    if not try_them or not found.is_update:
        if will_write:
            write_with_newest(found, found.template)
        _show(console, found, is_written=will_write)
        return 0
    if not console.as_json:
        _show(console, found, is_written=False, is_tried=True)
    code = _tried(console, found)
    if code == 0 and will_write:
        write_with_newest(found, found.template)
        console.info(markup(f"The newest pins are written into {found.template}."))
    return code


def _tried(console: Console, found: Outdated) -> int:
    """Validate a copy of the template with the newest pins, and show what came of it.

    What mutants of a solution do hangs on its tests and not on releases, so the rule `earned` is left out.
    """

    with TemporaryDirectory(prefix="starterkit-outdated-", ignore_cleanup_errors=True) as place:
        copy = Path(place) / found.template.name
        write_with_newest(found, copy)
        return show(console, report_of(console, copy, skip=["earned"]), junit="", github=False)


def _show(console: Console, found: Outdated, *, is_written: bool, is_tried: bool = False) -> None:
    if console.as_json:
        answer = {"template": str(found.template), "packages": found.packages, "written": is_written}
        console.json("template outdated", {**answer, "outdated": [asdict(pin) for pin in found.pins]})
        return
    place = shown_path(found.template)
    if not found.pins:
        show_ok(console, f"All {found.packages} packages of {named(place)} are pinned to their newest releases.")
        return
    console.print(f"{len(found.pins)} of {found.packages} packages of {named(place)} have newer releases:")
    rows = [("package", "pinned", "allowed", "newest", "since")]
    rows += [(pin.package, pin.pinned, pin.allowed, pin.newest, pin.layer) for pin in found.pins]
    widths = [max(len(row[column]) for row in rows) + 2 for column in range(len(rows[0]))]
    for row in rows:
        console.verbatim("".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip(), indent=2)
    held = [pin.package for pin in found.pins if pin.allowed != pin.newest]
    if held:
        console.print(f"Held back by the declaration, or by what other packages need: {', '.join(held)}.")
    if is_written:
        console.type_next("The pins are written. Prove that it still works", f"template validate {quoted(place)}")
    elif found.is_update and not is_tried:
        console.type_next("Try the template with them", f"template outdated {quoted(place)} --try")
