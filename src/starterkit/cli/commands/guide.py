"""The command `starterkit guide`: its options and its output."""

from __future__ import annotations

import webbrowser
from typing import Annotated

import typer

from starterkit.cli.commands.shared.ports import port_number
from starterkit.cli.options import console_of, flag, option
from starterkit.cli.session import project_here
from starterkit.web.server import serve_guide


def guide(
    context: typer.Context,
    port: Annotated[str, option("--port", "N", "Port of the guide (default: first free port).")] = "",
    no_open: Annotated[bool, flag("--no-open", "Don't open the guide in your browser.")] = False,
    poll: Annotated[bool, flag("--poll", "Check for changes five times a second. Use this on network drives.")] = False,
) -> None:
    """Show the lesson, tests, hints and your site in the browser.

    The page updates after each save. Only this machine can open the page. Press Ctrl-C to stop.
    """
    console = console_of(context)
    number = port_number(port)
    console.progress.stand_still()

    def on_ready(url: str) -> None:
        console.print(f"Your guide is at {url} (Ctrl-C stops it).")
        console.farewell = "The guide has stopped."
        console.flush()
        if not no_open and not webbrowser.open(url):
            console.info("starterkit couldn't open a browser. Open the URL yourself.")

    with project_here(context) as project:
        folder = project.folder
    serve_guide(folder, port=number, poll=poll, show=console.passed_on(), on_ready=on_ready)
