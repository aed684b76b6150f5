"""The command `starterkit watch`: its screen with keys, and its events as JSON."""

from __future__ import annotations

import shutil
import sys
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Annotated, Any

import typer

from starterkit.cli.commands.check import check_as_json, test_as_json
from starterkit.cli.commands.shared.changes import error_as_json
from starterkit.cli.commands.shared.verdict import SCREEN_LINES, passed_of, short_lines
from starterkit.cli.console.console import Console
from starterkit.cli.console.keys import pressed, single_keys
from starterkit.cli.console.text import Text, joined, markup, text
from starterkit.cli.options import console_of, flag
from starterkit.cli.session import project_here
from starterkit.errors import StarterkitError
from starterkit.process import run_in_terminal
from starterkit.project.compare import has_review
from starterkit.project.project import Project, open_project
from starterkit.project.status import is_last_step
from starterkit.project.watch import Crash, Done, Event, Running, Saved, Trouble, Verdict, Watch
from starterkit.sanitize import few
from starterkit.testing.results import CheckResult, TestResult

Events = SimpleQueue[Event | str]  # a string is a line of progress

_TICK_SECONDS = 0.05  # how often keys are read
_PRINTED_LINES = 5
_SHOWN_FILES = 2
_BAR = 20  # columns
# Each key with the word next to it and the command that it runs. "q" has no command.
_KEYS = {
    "h": ("hint", ("hint",)),
    "l": ("lesson", ("lesson",)),
    "d": ("my changes", ("compare", "--mine")),
    "s": ("solution", ("compare",)),
    "n": ("next", ("next",)),
    "u": ("undo", ("undo",)),
    "a": ("all", ("check", "--all")),
    "q": ("quit", ()),
}


def watch(
    context: typer.Context,
    poll: Annotated[bool, flag("--poll", "Check for changes five times a second. Use this on network drives.")] = False,
) -> int:
    """Run the tests after each save, and show the first failing test.

    Press a key to run another command.
    If there is no terminal, starterkit prints each event as a line of JSON.
    """
    console, events = console_of(context), Events()
    console.farewell = "Stopped watching. Your work is safe."
    with project_here(context) as project, Watch(project, events.put, poll=poll, say=events.put):
        if not console.is_interactive:
            return _print_events(console, events)
        with open_project(project.folder) as shown:  # the engine's thread uses the first one
            return _Screen(console, shown, events).show()


def _print_events(console: Console, events: Events) -> int:
    while True:
        event = events.get()
        if isinstance(event, str):
            console.show_progress(event)
        else:
            console.json_event("watch", _as_json(event))


def _as_json(event: Event) -> dict[str, Any]:
    match event:
        case Saved():
            return {"event": "saved", "files": event.files}
        case Running():
            return {"event": "running", "tree": event.tree, "tests": [test.id for test in event.tests]}
        case Verdict():
            return {"event": "verdict", "tree": event.tree, "test": test_as_json(event.result)}
        case Done():
            return {"event": "done", "tree": event.tree, "check": check_as_json(event.result)}
        case Trouble():
            return {"event": "trouble", "error": error_as_json(event.error)}
        case Crash():
            raise event.error


class _Run:
    """What the events say about the newest run. The results are about the files of one tree."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._tree = ""
        self._results: dict[str, TestResult] = {}
        self.state = "Starting …"
        self.is_done = False
        self.result = CheckResult((), 0.0, "")
        self.trouble: StarterkitError | None = None

    def take(self, event: Event | str) -> None:
        """Update the state. Raises the error of a `Crash`."""
        match event:
            case str():
                self.state = event
            case Saved():
                self.state = f"You saved {few(event.files, _SHOWN_FILES)}. Running the tests …"
            case Running():
                self.state, self.is_done = f"Running {len(event.tests)} tests …", False
                self._project.forget_old_state()
            case Verdict():
                self._add(event)
            case Done():
                self.result, self.is_done, self.trouble = event.result, True, None
                self.state = "Save a file to run the tests again."
            case Trouble():
                self.state, self.trouble = "The tests can't run.", event.error
            case Crash():
                raise event.error

    def _add(self, event: Verdict) -> None:
        if event.tree != self._tree or self.trouble:  # until now, the results from before the save were shown
            self._tree, self._results, self.trouble = event.tree, {}, None
        self._results[event.result.test.id] = event.result
        expected = self._project.expected_tests()
        results = (self._results[test.id] for test in expected if test.id in self._results)
        self.result = CheckResult(tuple(results), 0.0, self._project.state.step)
        self.state = f"Running {len(expected)} tests: {len(self._results)} done …"


class _Screen:
    """Shows the newest run on the whole terminal, and runs a command for each key."""

    def __init__(self, console: Console, project: Project, events: Events) -> None:
        self._console, self._project, self._events = console, project, events
        self._run = _Run(project)

    def show(self) -> int:
        """Show the screen until the user quits, and return the exit code."""
        while True:
            with self._console.whole_terminal(), single_keys():
                key = self._next_key()
            if key == "q":
                return 0
            self._run_command(key)

    def _next_key(self) -> str:
        """Show the screen until the user presses one of the keys, and return the key."""
        size = None
        while True:
            has_news = self._take_events()
            if has_news or size != shutil.get_terminal_size():
                size = shutil.get_terminal_size()
                self._draw()
            if (key := pressed().lower()) in self._keys():
                return key

    def _take_events(self) -> bool:
        """Wait for an event for a moment, then take all events. Return True if there were some."""
        with suppress(Empty):
            self._run.take(self._events.get(timeout=_TICK_SECONDS))
            with suppress(Empty):
                while True:
                    self._run.take(self._events.get_nowait())
            return True
        return False

    def _keys(self) -> list[str]:
        is_green = self._run.is_done and self._run.result.green
        return [key for key in _KEYS if key != "n" or is_green]

    def _draw(self) -> None:
        console = self._console
        if console.shows_screen:
            console.measure()
            console.draw(self._lines(min(SCREEN_LINES, console.lines)))
        elif self._run.is_done or self._run.trouble:
            for line in self._lines(SCREEN_LINES):
                console.row(line)

    def _lines(self, height: int) -> list[Text]:
        console = self._console
        keys = "  ".join(f"{key} {_KEYS[key][0]}" for key in self._keys())
        head = [self._title(), text(self._run.state, "dim")]
        foot = [text(""), *(text(line.plain, "dim") for line in console.paragraph(keys))]
        room = height - len(head) - len(foot)
        body = self._body(room)
        space = [text("")] * (room - len(body) if console.shows_screen else 0)  # the keys are at the bottom
        return [*head, *body, *space, *foot]

    def _title(self) -> Text:
        step, result = self._project.step, self._run.result
        label = step.label if step else "Before the first step"
        total = max(len(result.core), sum(test.is_core for test in self._project.expected_tests()))
        passed = len(result.core) - len(result.red)
        done = _BAR * passed // max(1, total)
        bar = text("#" * done, "green"), text("." * (_BAR - done), "dim")
        count = f"  {passed} of {total} tests pass" if self._run.is_done else ""
        return joined(text(label, "bold"), "  ", *bar, count)

    def _body(self, height: int) -> list[Text]:
        console, run = self._console, self._run
        if run.trouble:
            error = run.trouble
            return [text(""), *console.paragraph(markup(error.message)), *console.paragraph(markup(error.fix))]
        if run.result.red:
            return short_lines(console, run.result, height=height, printed=_PRINTED_LINES, with_counts=False)
        if not run.is_done:
            newest = run.result.results[-1:]
            return [text(""), *(joined(text("ok", "bold green"), "  ", each.test.sentence) for each in newest)]
        end = self._after_green()
        if not run.result.stretch_red:
            return end
        passed = passed_of((0, 0), (len(run.result.stretch) - len(run.result.stretch_red), len(run.result.stretch)))
        end = [text(""), *console.paragraph(f"{passed}. You can continue without them."), *end]
        return short_lines(console, run.result, end, height=height, printed=_PRINTED_LINES, with_counts=False)

    def _after_green(self) -> list[Text]:
        console, step, result = self._console, self._project.step, self._run.result
        lines = [text("")]
        if not result.stretch_red:
            count = len(result.core) + len(result.stretch)
            lines.append(joined(text("ok", "bold green"), f"  All {count} tests pass."))
        if has_review(self._project, self._run.result):
            lines += console.paragraph("Press s to compare your code with the solution.")
        if is_last_step(self._project):
            return [*lines, *console.paragraph("Press n to save your work and finish.")]
        return [
            *lines,
            *console.paragraph(f"Press n to save your work and start the {'next' if step else 'first'} step."),
        ]

    def _run_command(self, key: str) -> None:
        """Run the command of a key in the terminal, and wait until the user has seen its output."""
        _, command = _KEYS[key]
        if key == "s" and self._run.is_done and self._run.result.green:
            command = (*command, "--yes")  # the tests pass, so there is nothing to ask
        self._console.row(text(f"$ starterkit {' '.join(command)}", "dim"))
        self._console.flush()
        run_in_terminal([sys.executable, "-m", "starterkit", *command], cwd=self._project.folder)
        with single_keys():
            self._console.print()
            self._console.print(text("Press any key to return to the test results.", "dim"))
            self._console.flush()
            while not pressed():
                self._take_events()
