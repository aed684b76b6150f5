"""What an author made, opened, saved or could renew, on the screen and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import prose, text
from starterkit.process import quoted

if TYPE_CHECKING:
    from starterkit.authoring.beginning import Added, Begun
    from starterkit.authoring.numbering import Mention
    from starterkit.authoring.opening import Opened
    from starterkit.authoring.outdated import Outdated
    from starterkit.authoring.saving import Saved
    from starterkit.cli.console.console import Console

_MOST_LINES = 20


def show_begun(console: Console, begun: Begun) -> None:
    """Show a template that was made."""
    if console.as_json:
        console.json(
            "template new", {"template": str(begun.folder.absolute()), "name": begun.name, "title": begun.title}
        )
        return
    place = shown_path(begun.folder)
    what = "a starter project in project/, and one step in steps/"
    _ok(console, f"The template {begun.name} is in {_named(place)}: {what}.")
    console.line(prose("Change it as you like; docs/authoring.md of starterkit explains every file."))
    console.type_next("Prove that it works", f"template validate {quoted(place)}")


def show_added(console: Console, added: Added) -> None:
    """Show a step that was added."""
    if console.as_json:
        answer = {"template": str(added.template), "step": added.step, "files": list(added.files)}
        console.json("template add-step", {**answer, **_moved_as_json(added.renumbered, added.mentions)})
        return
    place = shown_path(added.template)
    _ok(console, f"The step {added.step} is in {_named(place)}. Write these, wherever they say TODO:")
    for name in added.files:
        console.line(name, indent=4)
    console.line(f"Then the answer, as whole files, in steps/{added.step}/solution/.", indent=4)
    _show_moved(console, added.renumbered, added.mentions)
    console.type_next("See what is still missing", f"template validate {quoted(place)} --step {added.step[:2]}")


def show_opened(console: Console, opened: Opened) -> None:
    """Show where a path was opened."""
    if console.as_json:
        answer = {"folder": str(opened.folder.absolute()), "template": str(opened.template)}
        console.json("template open", {**answer, "commits": list(opened.commits)})
        return
    place = shown_path(opened.folder)
    _ok(console, f"The path is in {_named(place)}: {len(opened.commits)} commits, from base to {opened.commits[-1]}.")
    console.line()
    console.line("To change an earlier layer, edit its files and fold the change into its commit:")
    example = opened.commits[1] if len(opened.commits) > 1 else "base"
    enter = [] if place == "." else [f"cd {quoted(place)}"]
    for command in (*enter, f"git commit -a --fixup ':/^{example}'", "git rebase -i --autosquash --root"):
        console.line(text(command, "cyan"), indent=2)
    console.type_next("Then write it back into the template", "template save")


def show_saved(console: Console, saved: Saved) -> None:
    """Show what was written into a template."""
    if console.as_json:
        answer = {
            "template": str(saved.template),
            "added": list(saved.added),
            "changed": list(saved.changed),
            "removed": list(saved.removed),
        }
        console.json("template save", {**answer, **_moved_as_json(saved.renumbered, saved.mentions)})
        return
    place = shown_path(saved.template)
    if not saved.is_change:
        _ok(console, f"The template in {_named(place)} says all this already: nothing was written.")
        return
    parts = [("new", saved.added), ("changed", saved.changed), ("removed", saved.removed)]
    counts = ", ".join(f"{len(names)} {word}" for word, names in parts if names)
    _ok(console, f"Saved in {_named(place)}: {counts}.")
    lines = [f"{word:9}{name}" for word, names in parts for name in names]
    for line in lines[:_MOST_LINES]:
        console.line(line, indent=4)
    if len(lines) > _MOST_LINES:
        console.line(f"and {len(lines) - _MOST_LINES} more", indent=4)
    _show_moved(console, saved.renumbered, saved.mentions)
    if saved.renumbered:
        console.line(prose("The commits still have the old numbers: open the template again before you go on."))
    console.type_next("Prove that it still works", f"template validate {quoted(place)}")


def show_outdated(console: Console, found: Outdated, *, is_written: bool, is_tried: bool = False) -> None:
    """Show which pins have newer releases."""
    if console.as_json:
        answer = {"template": str(found.template), "packages": found.packages, "written": is_written}
        console.json("template outdated", {**answer, "outdated": [asdict(pin) for pin in found.pins]})
        return
    place = shown_path(found.template)
    if not found.pins:
        _ok(console, f"All {found.packages} packages of {_named(place)} are pinned to their newest releases.")
        return
    console.line(f"{len(found.pins)} of {found.packages} packages of {_named(place)} have newer releases:")
    rows = [("package", "pinned", "allowed", "newest", "since")]
    rows += [(pin.package, pin.pinned, pin.allowed, pin.newest, pin.layer) for pin in found.pins]
    widths = [max(len(row[column]) for row in rows) + 2 for column in range(len(rows[0]))]
    for row in rows:
        console.exact("".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip(), indent=2)
    held = [pin.package for pin in found.pins if pin.allowed != pin.newest]
    if held:
        console.line(f"Held back by the declaration, or by what other packages need: {', '.join(held)}.")
    if is_written:
        console.type_next("The pins are written. Prove that it still works", f"template validate {quoted(place)}")
    elif found.is_update and not is_tried:
        console.type_next("Try the template with them", f"template outdated {quoted(place)} --try")


def _named(place: str) -> str:
    return "this folder" if place == "." else place


def _ok(console: Console, words: str) -> None:
    console.line(text("ok", "bold green"), f"  {words}")


def _show_moved(console: Console, renumbered: Mapping[str, str], mentions: Sequence[Mention]) -> None:
    if not renumbered:
        return
    console.line("Steps that have other numbers now:")
    for old, new in renumbered.items():
        console.line(f"{old} → {new}", indent=4)
    if mentions:
        console.line("Lines that may still speak of the old numbers:")
    for mention in mentions[:_MOST_LINES]:
        console.line(f"{mention.file}:{mention.line}  {mention.text}", indent=4, hang=4)
    if len(mentions) > _MOST_LINES:
        console.line(f"and {len(mentions) - _MOST_LINES} more", indent=4)


def _moved_as_json(renumbered: Mapping[str, str], mentions: Sequence[Mention]) -> dict[str, Any]:
    return {"renumbered": dict(renumbered), "mentions": [asdict(mention) for mention in mentions]}
