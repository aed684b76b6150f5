"""What people type, on their own machines, to get what a workshop put ready for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starterkit.cli.console.invocation import NAME
from starterkit.cli.console.text import joined, text
from starterkit.process import quoted

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.workshop.carrying import Delivered
    from starterkit.workshop.folder import Workshop

PULL = f"{NAME} pull"


def typed(delivered: Delivered) -> str:
    """Return what the person types for it, in their project."""
    source, branch = quoted(delivered.source), quoted(delivered.branch)
    if delivered.is_theirs:
        return f"{PULL} {source}" if delivered.source else PULL
    return f"{PULL} {source if delivered.source else 'origin'} {branch}"


def show_zips(console: Console, workshop: Workshop) -> None:
    """Say how those get it who began with a zip, which knows no remote; nothing where nobody did."""
    if "zip" not in workshop.handouts or console.as_json:
        return
    console.line()
    console.line("Who began with a zip gets a file from you. Here, this makes them all:")
    console.exact(
        'for one in repos/*.git; do git --git-dir "$one" bundle create "$(basename "$one" .git).bundle" --all; done',
        "bold",
        indent=2,
    )
    console.line(joined("They type ", text(f"{PULL} FILE.bundle", "bold"), "."))


def show_pull(console: Console) -> None:
    """Say how those get it for whom it lies where they pull from."""
    # As it is typed on their machines, not on this one: no path of this starterkit.
    console.line(joined("In their projects, they type ", text(PULL, "bold"), "."))
