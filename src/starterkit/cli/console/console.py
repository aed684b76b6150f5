"""Print all output, for people or as JSON, and ask all questions.

The result of a command goes to stdout. Progress and errors go to stderr. Nothing here imports Rich, which is slow.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from functools import partial
from pathlib import Path
from typing import IO, Any

from starterkit.cli.console.invocation import Invocation
from starterkit.cli.console.progress import ProgressReporter
from starterkit.cli.console.text import Text, clipped, harmless, joined, markup, text, wrapped

JSON_FORMAT = 1
_WIDEST = 88  # columns, because longer lines are hard to read


class Console:
    """Prints a command's result, progress and errors, and asks the user questions.

    With `as_json`, the result is one JSON object on stdout. `farewell` is the message after Ctrl-C.
    """

    def __init__(self, *, as_json: bool = False, environ: Mapping[str, str] = os.environ) -> None:
        self.as_json = as_json
        self.invocation = Invocation.of_this_process()
        self.farewell = "Interrupted. Your work is safe."
        self.columns, self.lines = shutil.get_terminal_size()
        self.out_colour = has_colour(sys.stdout, environ)
        self.err_colour = has_colour(sys.stderr, environ)
        self._answer: Mapping[str, Any] | None = None
        self._stream = sys.stdout  # with --json, sys.stdout is replaced while the command runs
        self._has_streamed = False
        is_moving = sys.stderr.isatty() and environ.get("TERM") != "dumb"
        self.progress = ProgressReporter(sys.stderr, moving=is_moving)

    @property
    def width(self) -> int:
        """The maximum number of columns for a paragraph."""
        return max(20, min(self.columns - 1, _WIDEST))

    @property
    def is_interactive(self) -> bool:
        """True if a user can answer questions."""
        return not self.as_json and sys.stdin.isatty() and sys.stdout.isatty() and sys.stderr.isatty()

    @property
    def shows_screen(self) -> bool:
        """True if the output goes to a terminal that can be cleared, and not to a file or a pipe."""
        return not self.as_json and sys.stdout.isatty() and self.progress.is_moving

    def paragraph(self, *parts: Text | str, indent: int = 0, hang: int = 0) -> list[Text]:
        """Return the lines of a wrapped paragraph. An empty paragraph is an empty line."""
        return wrapped(self._as_typed(joined(*parts), colour=self.out_colour), self.width, indent=indent, hang=hang)

    def print(self, *parts: Text | str, indent: int = 0, hang: int = 0) -> None:
        """Print a wrapped paragraph. `wrapped` explains the indents."""
        for line in self.paragraph(*parts, indent=indent, hang=hang):
            self.row(line)

    def say_prose(self, sentences: str, *, indent: int = 0) -> None:
        """Print one or more sentences. Backticks in the sentences mark text that the user can type."""
        self.print(markup(sentences), indent=indent)

    def ok(self, *parts: Text | str, hang: int = 0) -> None:
        """Print what the command has done, after the word "ok"."""
        self.print(text("ok", "bold green"), "  ", *parts, hang=hang)

    def verbatim(self, lines: str, style: str = "", *, indent: int = 0) -> None:
        """Print lines without wrapping them."""
        for line in lines.split("\n"):
            self.row(joined(" " * indent, text(line, style)))

    def row(self, line: Text) -> None:
        """Print one line without wrapping it."""
        self._write(sys.stdout, line, colour=self.out_colour)

    def first_of(self, lines: Sequence[str], most: int, *, indent: int = 0, hang: int = 0) -> None:
        """Print at most `most` lines, and how many more lines there are."""
        for line in lines[:most]:
            self.print(line, indent=indent, hang=hang)
        if len(lines) > most:
            self.print(f"and {len(lines) - most} more", indent=indent)

    def measure(self) -> None:
        """Update the size of the terminal, which the user can change at any time."""
        self.columns, self.lines = shutil.get_terminal_size()

    @contextmanager
    def whole_terminal(self) -> Iterator[None]:
        """Let the block draw on an empty terminal. Afterwards, the terminal shows what it showed before."""
        if self.shows_screen:
            sys.stdout.write("\x1b[?1049h\x1b[?25l")  # the second one hides the cursor
        try:
            yield
        finally:
            if self.shows_screen:
                sys.stdout.write("\x1b[?25h\x1b[?1049l")
                self.flush()

    def draw(self, lines: Sequence[Text]) -> None:
        """Show lines on the whole terminal, in place of what it shows. Long lines are cut."""
        cut = (clipped(line, self.columns - 1).drawn(colour=self.out_colour) for line in lines[: self.lines])
        sys.stdout.write("\x1b[H" + "\x1b[K\r\n".join(cut) + "\x1b[K\x1b[J")
        self.flush()

    def clear(self) -> None:
        """Clear the screen if the output goes to a terminal."""
        self.progress.stop()
        if self.shows_screen:
            self.measure()
            sys.stdout.write("\x1b[2J\x1b[H")

    @contextmanager
    def paged(self) -> Iterator[None]:
        """Show the output of the block in a pager if the output goes to a terminal."""
        if not (self.shows_screen and self.is_interactive):
            yield
            return
        with redirect_stdout(io.StringIO()) as shown:
            yield
        import pydoc  # noqa: PLC0415 - slow, and only a lesson on a terminal needs it

        # F: no pager for a short text. R: colors. S: long lines of code aren't wrapped. X: the text stays on screen.
        os.environ.setdefault("LESS", "FRSX")
        pydoc.pager(shown.getvalue())

    def json(self, command: str, answer: Mapping[str, Any]) -> bool:
        """Store the result for JSON output. Return True if the user wants JSON. A later call replaces the result."""
        self._answer = {"format": JSON_FORMAT, "command": command, **answer}
        return self.as_json

    def write_json(self, shown: str) -> None:
        """Print the stored result as JSON in ASCII. Without a result, print the text that was `shown` as JSON.

        After `json_event`, only an error is printed, on one line.
        """
        if self._has_streamed:
            if self._answer:
                self._stream.write(json.dumps(self._answer, default=_json_value) + "\n")
            return
        answer = self._answer or {"format": JSON_FORMAT, "command": "text", "text": shown}
        sys.stdout.write(json.dumps(answer, indent=2, default=_json_value) + "\n")

    def next_lines(self, why: str, *commands: str) -> list[Text]:
        """Return lines with what to do next and the commands for it (`commands` are without the program's name)."""
        typed = (joined("  ", text(self.invocation.typed(command), "bold cyan")) for command in commands)
        return [*self.paragraph(), *self.paragraph(markup(f"{why}:")), *typed]

    def json_event(self, command: str, event: Mapping[str, Any]) -> None:
        """Print an object on one line, for a command that reports events until it ends."""
        self._has_streamed = True
        answer = {"format": JSON_FORMAT, "command": command, **event}
        self._stream.write(json.dumps(answer, default=_json_value) + "\n")
        self._stream.flush()

    def type_next(self, why: str, *commands: str) -> None:
        """Print what to do next and the commands for it."""
        for line in self.next_lines(why, *commands):
            self.row(line)

    def show_progress(self, line: str) -> None:
        """Print the current task to stderr."""
        self.flush()
        self.progress.say(harmless(line))

    def info(self, *parts: Text | str, indent: int = 0) -> None:
        """Print a paragraph that isn't part of the result to stderr."""
        for line in wrapped(self._as_typed(joined(*parts), colour=self.err_colour), self.width, indent=indent):
            self._write(sys.stderr, line, colour=self.err_colour)

    def info_verbatim(self, line: str) -> None:
        """Print a line that isn't part of the result to stderr, without wrapping it."""
        self._write(sys.stderr, text(line), colour=self.err_colour)

    def note_prose(self, sentences: str) -> None:
        """Print sentences that aren't part of the result to stderr. Backticks mark text that the user can type."""
        self.info(markup(sentences))

    def error(self, title: str, message: str, fix: str) -> None:
        """Print a problem and its fix to stderr."""
        for paragraph in _trouble(title, message, fix):
            self.info(paragraph)

    def error_height(self, title: str, message: str, fix: str) -> int:
        """Return the number of lines that `error` prints for this error."""
        paragraphs = (self._as_typed(part, colour=self.err_colour) for part in _trouble(title, message, fix))
        return sum(len(wrapped(paragraph, self.width)) for paragraph in paragraphs)

    def passed_on(self) -> tuple[Callable[[str], None] | None, Callable[[str], None] | None]:
        """Return two functions that print lines of another program's stdout and stderr, without control characters.

        A stream with color gets None instead, because the program writes to the terminal itself.
        """
        streams = ((sys.stdout, self.out_colour), (sys.stderr, self.err_colour))
        out, err = (None if colour else partial(self._pass_on, stream) for stream, colour in streams)
        return out, err

    def _pass_on(self, stream: IO[str], line: str) -> None:
        stream.write(f"{harmless(line)}\n")
        stream.flush()

    def ask(self, question: str, default: str = "") -> str:
        """Ask for a line of text. An empty answer returns the default."""
        self.say_prose(question)
        return self.answer(f"  [{harmless(default)}] " if default else "  ") or default

    def choose(self, question: str, choices: Sequence[tuple[str, str]], default: str) -> str:
        """Ask the user to choose a word. Repeat the question until the answer is valid.

        `choices` are pairs of a word and its meaning. The beginning of a word is enough.
        """
        self.say_prose(question)
        names = [name for name, _ in choices]
        column = max(map(len, names)) + 2
        for name, meaning in choices:
            self.print(text(f"{name:{column}}", "bold cyan"), markup(meaning), indent=2, hang=column)
        while True:
            answer = self.answer(f"  [{default}] ").lower() or default
            matches = [name for name in names if name == answer] or [name for name in names if name.startswith(answer)]
            if len(matches) == 1:
                return matches[0]
            self.say_prose(f"Type one of: {', '.join(names)}.")

    def answer(self, prompt: str) -> str:
        """Print a prompt and return the line that the user types."""
        self.progress.stop()
        self.flush()
        return input(prompt).strip()

    def _as_typed(self, paragraph: Text, *, colour: bool) -> Text:
        typed = self.invocation.as_typed(paragraph)
        return typed if colour else typed.quoted()

    def _write(self, stream: IO[str], line: Text, *, colour: bool) -> None:
        self.progress.stop()
        if stream is sys.stderr:
            self.flush()
        stream.write(line.drawn(colour=colour).rstrip(" ") + "\n")

    def flush(self) -> None:
        """Send the buffered output now, so that it comes before later errors, and so that a pipe's reader sees it."""
        sys.stdout.flush()


def pick(value: object, *names: str) -> dict[str, Any]:
    """Return some attributes of an object as a dictionary, for JSON output."""
    return {name: getattr(value, name) for name in names}


def _json_value(value: Any) -> Any:
    return str(value) if isinstance(value, Path) else vars(value)


def _trouble(title: str, message: str, fix: str) -> list[Text]:
    head = text(f"{title} ", "bold red") if title else text("")
    return [joined(head, markup(message)), *([markup(fix)] if fix else [])]


def has_colour(stream: IO[str], environ: Mapping[str, str]) -> bool:
    """True if a stream gets color: never with NO_COLOR, always with FORCE_COLOR, otherwise on a terminal."""
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and environ.get("TERM") != "dumb"


def prepare_streams() -> None:
    """Set the output to UTF-8, unless a terminal has another encoding. Replace closed streams with the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - open until the end
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        encoding = (stream.encoding or "ascii").lower().replace("_", "-")
        keeps_own = encoding not in ("ascii", "us-ascii", "ansi-x3.4-1968", "utf-8") and stream.isatty()
        reconfigure(encoding=None if keeps_own else "utf-8", errors="replace" if keeps_own else "backslashreplace")
