"""What `pull` brought, on the screen and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starterkit.cli.console.text import prose, text
from starterkit.cli.screens import written
from starterkit.errors import ExitCode
from starterkit.template.model import BASE

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.project.opened import Project
    from starterkit.project.pulling import Pulled


def show(console: Console, project: Project, pulled: Pulled) -> int:
    """Show what came, and what to do now."""
    following = "check" if pulled.commits else "status"
    if console.as_json:
        console.json("pull", {**_as_json(pulled), "next": following})
        return ExitCode.DONE
    if pulled.written is None:
        console.line(text("ok", "bold green"), f"  There is nothing new in {pulled.source}.")
        _show_waiting(console, pulled)
        return ExitCode.DONE
    commits = "One commit" if pulled.commits == 1 else f"{pulled.commits} commits"
    console.line(text("ok", "bold green"), f"  {commits} of {pulled.source} came to your work.", hang=4)
    if pulled.corrected:
        console.line("The path was corrected: you are on the corrected one now.", indent=4)
    if pulled.moved and pulled.step != BASE:
        console.line(f"You are at {project.template.step(pulled.step).label} now.", indent=4)
    written.show_changed(console, "Changed", pulled.written)
    written.show_kept(console, pulled.written)
    if pulled.ahead and pulled.must_push:
        console.line(prose("Your own commits are not there yet: `git push`."))
    _show_waiting(console, pulled)
    if not pulled.waiting:
        console.type_next("See how your tests are", following)
    return ExitCode.DONE


def _show_waiting(console: Console, pulled: Pulled) -> None:
    if pulled.waiting:
        console.type_next(
            "A correction waits that meets lines of yours. This names them, and what to do", pulled.waiting
        )


def _as_json(pulled: Pulled) -> dict[str, Any]:
    return {
        "from": pulled.source,
        "commits": pulled.commits,
        "ahead": pulled.ahead,
        "step": pulled.step,
        "moved": pulled.moved,
        "corrected": pulled.corrected,
        "waiting": pulled.waiting or None,
        **written.written_as_json(pulled.written),
    }
