"""`starterkit run`."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.options import flag
from starterkit.cli.session import console_of, project_here
from starterkit.errors import UsageError
from starterkit.project.project import Project
from starterkit.project.serve import SchemaOutdated, serve

_LAST_PORT = 65535


def run(
    context: typer.Context,
    port: Annotated[
        str, typer.Option("--port", metavar="N", help="On this port; else the first free one.", show_default=False)
    ] = "",
    open_browser: Annotated[bool, flag("--open", help="Open it in the browser, too.")] = False,
    reset: Annotated[bool, flag("--reset", help="Make the database anew first; the old one stays beside it.")] = False,
) -> int:
    """Serve your site, and restart it when you change it.

    It answers on this machine only. The first run makes the database, with sample articles.
    """
    console = console_of(context)
    number = _port(port)
    console.progress.stand_still()
    with project_here(context) as project:
        try:
            return _serve(console, project, number, open_browser, reset=reset)
        except SchemaOutdated as outdated:
            if not console.is_interactive:
                raise
            if not _wants_reset(console, outdated):
                return int(outdated.code)
            return _serve(console, project, number, open_browser, reset=True)


def _port(words: str) -> int | None:
    """Return the port that was named, or None."""
    if not words:
        return None
    if words.isdecimal() and 1 <= int(words) <= _LAST_PORT:
        return int(words)
    raise UsageError(f'--port wants a number from 1 to {_LAST_PORT}, and found "{words}".', "For example: --port 8080")


def _serve(console: Console, project: Project, port: int | None, open_browser: bool, *, reset: bool) -> int:
    def on_ready(address: str) -> None:
        console.print(f"Your site is at {address} (Ctrl-C ends it).")
        console.farewell = "The site is stopped."
        console.flush()
        if open_browser:
            _open(console, address)

    code = serve(
        project, port=port, reset=reset, say=console.show_progress, on_ready=on_ready, show=console.passed_on()
    )
    if code:
        console.info(f"The site ended by itself (exit code {code}). Its last lines say why.")
        console.type_next("If they don't help, check your setup", "doctor")
    return 1 if code else 0


def _open(console: Console, address: str) -> None:
    if not webbrowser.open(address):
        console.info("No browser could be opened from here: open the address yourself.")


def _wants_reset(console: Console, outdated: SchemaOutdated) -> bool:
    console.info(outdated.message)
    ways = [("yes", "make it anew, with sample articles; the old file stays beside it"), ("no", "change nothing")]
    return console.choose("Make the database anew?", ways, "yes") == "yes"
