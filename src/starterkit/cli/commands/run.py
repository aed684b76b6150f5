"""The command `starterkit run`: its options and its output."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from starterkit.cli.commands.shared.ports import port_number
from starterkit.cli.console.console import Console
from starterkit.cli.options import console_of, flag, option
from starterkit.cli.session import project_here
from starterkit.project.project import Project
from starterkit.project.serve import SchemaOutdated, serve


def run(
    context: typer.Context,
    port: Annotated[str, option("--port", "N", "Port of the site (default: first free port).")] = "",
    open_browser: Annotated[bool, flag("--open", "Open the site in your browser.")] = False,
    reset: Annotated[bool, flag("--reset", "Create a new database first. The old file is kept.")] = False,
) -> int:
    """Serve your site, and restart it after each change.

    Only this machine can open the site. The first run creates a database with sample articles.
    """
    console = console_of(context)
    number = port_number(port)
    console.progress.stand_still()
    with project_here(context) as project:
        try:
            return _serve(console, project, number, open_browser, reset=reset)
        except SchemaOutdated as outdated:
            if not console.is_interactive:
                raise
            console.info(outdated.message)
            answers = [
                ("yes", "create a database with sample articles, and keep the old file"),
                ("no", "keep the database as it is"),
            ]
            if console.choose("Create a new database?", answers, "yes") == "no":
                return int(outdated.code)
            return _serve(console, project, number, open_browser, reset=True)


def _serve(console: Console, project: Project, port: int | None, open_browser: bool, *, reset: bool) -> int:
    def on_ready(url: str) -> None:
        console.print(f"Your site is at {url} (Ctrl-C stops it).")
        console.farewell = "The site has stopped."
        console.flush()
        if open_browser and not webbrowser.open(url):
            console.info(f"starterkit couldn't open a browser. Open {url} yourself.")

    code = serve(
        project, port=port, reset=reset, say=console.show_progress, on_ready=on_ready, show=console.passed_on()
    )
    if code:
        console.info(f"The site stopped with exit code {code}. The last lines above show the reason.")
        console.type_next("If these lines don't help, check your setup", "doctor")
    return 1 if code else 0
