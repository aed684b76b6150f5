"""All output, for people and as JSON, and all questions.

The answer to a command goes to standard output; progress and trouble go to standard error. Nothing here needs Rich.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any, TextIO, cast

from starterkit.cli.console.invocation import Invocation
from starterkit.cli.console.progress import ProgressReporter
from starterkit.cli.console.text import Text, harmless, joined, markup, text, wrapped

JSON_FORMAT = 1
_WIDEST = 88  # longer lines are hard to read


class Console:
    """Where a command's answer is shown, and where its questions are asked."""

    def __init__(self, *, as_json: bool = False, environ: Mapping[str, str] = os.environ) -> None:
        self.as_json = as_json
        self.invocation = Invocation.of_this_process()
        self.farewell = "Interrupted. Nothing of yours is lost."  # said on Ctrl-C
        self.columns, self.lines = shutil.get_terminal_size()
        self.out_colour = has_colour(sys.stdout, environ)
        self.err_colour = has_colour(sys.stderr, environ)
        self._answer: Mapping[str, Any] | None = None
        is_moving = sys.stderr.isatty() and environ.get("TERM") != "dumb"
        self.progress = ProgressReporter(sys.stderr, moving=is_moving)

    @property
    def width(self) -> int:
        """How many columns a paragraph may take."""
        return max(20, min(self.columns - 1, _WIDEST))

    @property
    def is_interactive(self) -> bool:
        """Whether somebody is there to be asked."""
        return not self.as_json and sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()

    @property
    def shows_screen(self) -> bool:
        """Whether the answer goes to a terminal that can be cleared, and not to a file or a pipe."""
        return not self.as_json and sys.stdout.isatty() and self.progress.is_moving

    # --- the answer -------------------------------------------------------------------------------------------------

    def print(self, *parts: Text | str, indent: int = 0, hang: int = 0) -> None:
        """Show a paragraph, wrapped; an empty one is an empty line."""
        paragraph = self._ours(joined(*parts), colour=self.out_colour)
        for line in wrapped(paragraph, self.width, indent=indent, hang=hang):
            self._write(sys.stdout, line, colour=self.out_colour)

    def say_prose(self, words: str, *, indent: int = 0) -> None:
        """Show sentences of ours, in which `…` marks what is to be typed."""
        self.print(markup(words), indent=indent)

    def verbatim(self, words: str, style: str = "", *, indent: int = 0) -> None:
        """Show lines as they are, without wrapping them."""
        for line in words.split("\n"):
            self._write(sys.stdout, joined(" " * indent, text(line, style)), colour=self.out_colour)

    def row(self, line: Text) -> None:
        """Show one line of a table as it is, without wrapping it."""
        self._write(sys.stdout, line, colour=self.out_colour)

    def clear(self) -> None:
        """Begin at the top of an empty screen; nothing where there is no screen."""
        self.progress.stop()
        if self.shows_screen:
            self.columns, self.lines = shutil.get_terminal_size()
            sys.stdout.write("\x1b[2J\x1b[H")

    def json(self, command: str, answer: Mapping[str, Any]) -> None:
        """Keep one object, the whole answer for a script. A later one replaces it."""
        self._answer = {"format": JSON_FORMAT, "command": command, **answer}

    def write_json(self, shown: str) -> None:
        """Write the one object: the answer, or the text that was shown instead. All that isn't ASCII is escaped."""
        answer = self._answer or {"format": JSON_FORMAT, "command": "text", "text": shown}
        sys.stdout.write(json.dumps(answer, indent=2) + "\n")

    def type_next(self, why: str, *commands: str) -> None:
        """Show the one next thing to do, and what to type for it (without the program's name)."""
        self.print()
        self.print(markup(f"{why}:"))
        for command in commands:
            self._write(
                sys.stdout, joined("  ", text(self.invocation.typed(command), "bold cyan")), colour=self.out_colour
            )

    # --- progress and trouble ---------------------------------------------------------------------------------------

    def show_progress(self, line: str) -> None:
        """Tell what is being done now."""
        self.flush()
        self.progress.say(harmless(line))

    def info(self, *parts: Text | str, indent: int = 0) -> None:
        """Tell something beside the answer, on standard error."""
        for line in wrapped(self._ours(joined(*parts), colour=self.err_colour), self.width, indent=indent):
            self._write(sys.stderr, line, colour=self.err_colour)

    def error(self, title: str, message: str, fix: str) -> None:
        """Tell what is wrong and what to do about it, on standard error."""
        for paragraph in _trouble(title, message, fix):
            self.info(paragraph)

    def error_height(self, title: str, message: str, fix: str) -> int:
        """Return how many lines `trouble` takes."""
        paragraphs = (self._ours(one, colour=self.err_colour) for one in _trouble(title, message, fix))
        return sum(len(list(wrapped(one, self.width))) for one in paragraphs)

    def passed_on(self) -> tuple[Callable[[str], None] | None, Callable[[str], None] | None]:
        """Return what shows the lines of another program's two streams; None if they may go to ours as they are."""
        streams = ((sys.stdout, self.out_colour), (sys.stderr, self.err_colour))
        out, err = (None if colour else partial(self._pass_on, stream) for stream, colour in streams)
        return out, err

    def _pass_on(self, stream: IO[str], line: str) -> None:
        stream.write(f"{harmless(line)}\n")
        stream.flush()

    # --- questions --------------------------------------------------------------------------------------------------

    def ask(self, question: str, default: str = "") -> str:
        """Ask for a line of text; an empty answer means the default."""
        self.print(markup(question))
        return self.answer(f"  [{harmless(default)}] " if default else "  ") or default

    def choose(self, question: str, choices: Sequence[tuple[str, str]], default: str) -> str:
        """Ask for one of several words, each with what it means; asks again until it is one of them."""
        self.print(markup(question))
        column = max(len(word) for word, _ in choices) + 2
        for word, meaning in choices:
            self.print(text(f"{word:{column}}", "bold cyan"), markup(meaning), indent=2, hang=column)
        words = [word for word, _ in choices]
        while True:
            answer = self.answer(f"  [{default}] ").lower() or default
            found = [word for word in words if word == answer] or [word for word in words if word.startswith(answer)]
            if len(found) == 1:
                return found[0]
            self.print(markup(f"Please type one of: {', '.join(words)}."))

    def answer(self, mark: str) -> str:
        """Ask for one line; `mark` stands in front of it."""
        self.progress.stop()
        self.flush()
        return input(mark).strip()

    # --- below ------------------------------------------------------------------------------------------------------

    def _ours(self, paragraph: Text, *, colour: bool) -> Text:
        """Commands of ours inside a sentence are shown as they have to be typed here."""
        typed = self.invocation.as_typed(paragraph)
        return typed if colour else typed.quoted()

    def _write(self, stream: IO[str], line: Text, *, colour: bool) -> None:
        self.progress.stop()
        if stream is sys.stderr:
            self.flush()
        stream.write(line.drawn(colour=colour).rstrip(" ") + "\n")

    def flush(self) -> None:
        """Let what was shown so far be seen, also by a reader behind a pipe."""
        sys.stdout.flush()


def _trouble(title: str, message: str, fix: str) -> list[Text]:
    head = text(f"{title} ", "bold red") if title else text("")
    return [joined(head, markup(message)), *([markup(fix)] if fix else [])]


def has_colour(stream: IO[str], environ: Mapping[str, str]) -> bool:
    """Tell whether a stream gets colour: never with NO_COLOR, always with FORCE_COLOR, else on a terminal."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def prepare_streams() -> None:
    """Let every letter through: UTF-8 unless a terminal says that it speaks something else.

    A stream that was closed before we began is replaced by one that leads nowhere.
    """
    sys.stdin, sys.stdout, sys.stderr = (
        sys.stdin or _nowhere("r"),
        sys.stdout or _nowhere("w"),
        sys.stderr or _nowhere("w"),
    )
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        encoding = (stream.encoding or "ascii").lower().replace("_", "-")
        keeps_own = encoding not in ("ascii", "us-ascii", "ansi-x3.4-1968", "utf-8") and stream.isatty()
        reconfigure(encoding=None if keeps_own else "utf-8", errors="replace" if keeps_own else "backslashreplace")


def _nowhere(mode: str) -> TextIO:
    return cast("TextIO", Path(os.devnull).open(mode, encoding="utf-8"))
