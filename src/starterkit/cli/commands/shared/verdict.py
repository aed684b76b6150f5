"""The screen of a check. If tests fail, it has at most 24 lines, or everything with `--all`.

Stretch tests that don't count are shown in the same way, but only if all other tests pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, clipped, columns, joined, markup, text
from starterkit.testing.results import CheckResult, Outcome, TestResult

SCREEN_LINES = 24
PRINTED_LINES = 12  # of what the code printed, in addition to the lines of the screen
_SHOWN_NOTES = 2
_COLUMN = 8  # the width of the label in front of a test
_MORE = "`starterkit check --all`"


def green_line(result: CheckResult) -> Text:
    """Return the line for a check without failing tests that count, with the number of tests and the seconds."""
    count = len(result.core)
    tests = f"All {count} tests pass" if count != 1 else "The test passes"
    passed = _passed(result) if result.stretch else tests
    return joined(text("ok", "bold green"), f"  {passed} ({result.seconds:.1f} s).")


def passed_of(core: tuple[int, int], stretch: tuple[int, int]) -> str:
    """Return how many tests pass: "12 of 12 tests pass. 2 of 5 stretch tests pass".

    Each pair has the number of passing tests and the number of all tests.
    """
    kinds = [("tests", *core)] if core[1] or not stretch[1] else []
    kinds += [("stretch tests", *stretch)] if stretch[1] else []
    return ". ".join(f"{passed} of {total} {kind} pass" for kind, passed, total in kinds)


def _passed(result: CheckResult) -> str:
    core, stretch = len(result.core), len(result.stretch)
    return passed_of((core - len(result.red), core), (stretch - len(result.stretch_red), stretch))


def counts(result: CheckResult) -> str:
    """Return how many tests pass, how long they took, and what kind of tests fail."""
    red = len(result.red)
    head = f"{_passed(result)} ({result.seconds:.1f} s)"
    new = sum(test.is_new and not test.was_green for test in result.red)
    broken = len(result.broken)
    parts = [f"{new} new" if new and new != red else "", f"{broken} that passed before" if broken else ""]
    if any(parts) and red > new + broken:
        parts.append(f"{red - new - broken} that also failed before")
    details = ", ".join(filter(None, parts))
    return f"{head}. Failing tests: {details}" if details else head


def show_failing(
    console: Console,
    result: CheckResult,
    end: Sequence[Text] = (),
    *,
    with_counts: bool = True,
    show_all: bool = False,
) -> None:
    """Show the failing tests of a check, and then the lines in `end`."""
    if show_all:
        lines = all_lines(console, result, end)
    else:
        height = min(SCREEN_LINES, console.lines) - 1  # the terminal's last line is for the prompt
        lines = short_lines(console, result, end, height=height, printed=PRINTED_LINES, with_counts=with_counts)
    for line in lines:
        console.row(line)


def short_lines(
    console: Console,
    result: CheckResult,
    end: Sequence[Text] = (),
    *,
    height: int,
    printed: int,
    with_counts: bool = True,
) -> list[Text]:
    """Return a screen of at most `height` lines: the counts, the first failing test, further causes, and `end`.

    If all tests that count pass, the screen is about the failing stretch tests. After the first test come at most
    `printed` more lines, with the end of what the code printed. A line that the terminal wraps counts as several lines.
    If `end` needs too much space, the screen becomes higher.
    """
    (first, *_), *others = causes = result.causes or result.stretch_causes
    head = _head(console, result) if with_counts else []
    above, below = _title(console, first), _place(console, causes[0])
    # If a test didn't run, its message is about the problem.
    if result.problem and all(test.outcome is not Outcome.DID_NOT_RUN for test in result.red):
        above = [*console.paragraph(text(result.problem, "bold")), *above]
    fixed = [*head, *console.paragraph(), *above, *below, *end]
    room = height - _height(console, fixed)
    message = _fitting(console, _message(console, first), room - (2 if others else 0))
    room -= _height(console, message)
    output = _printed(console, result, first, printed)
    return [*head, *console.paragraph(), *above, *message, *below, *output, *_further(console, others, room), *end]


def all_lines(console: Console, result: CheckResult, end: Sequence[Text] = ()) -> list[Text]:
    """Return the whole screen of a check: all failing tests, their messages, and what the code printed."""
    lines = _head(console, result)
    if result.problem:
        lines += [*console.paragraph(), *console.paragraph(text(result.problem, "bold"))]
    for cause in (*result.causes, *result.stretch_causes):
        lines += console.paragraph()
        for test in cause:
            lines += _title(console, test)
        lines += [*_message(console, cause[0]), *_place(console, cause)]
        for test in cause:
            lines += _printed(console, result, test, None)
    return [*lines, *end]


def not_here_lines(console: Console, result: CheckResult, *, show_all: bool = False) -> list[Text]:
    """Return the tests that aren't for this system. Without `show_all`, several of them are only counted."""
    titles = [each.test.sentence for each in result.not_here]
    if not titles:
        return []
    if len(titles) > 1 and not show_all:
        more = (f"Not on this system: {len(titles)} tests. To list them: ", markup(_MORE))
        return [*console.paragraph(), *console.paragraph(*more)]
    lines = (console.paragraph(f"Not on this system: {title}", hang=_COLUMN) for title in titles)
    return [*console.paragraph(), *chain.from_iterable(lines)]


def own_lines(console: Console, own: Sequence[TestResult]) -> list[Text]:
    """Return how many of the user's own tests pass, and the first failure in one line."""
    if not own:
        return []
    red = [result for result in own if result.is_red]
    passed = len(own) - len(red)
    lines = [*console.paragraph(), *console.paragraph(f"Your own tests: {passed} of {len(own)} pass.")]
    if red:
        first = red[0]
        where, name = first.place or first.test_place, first.test.id
        if where and name.startswith(where.file):  # name the file only once
            name = name.removeprefix(where.file).removeprefix("::")
        parts = (text(f"{where} " if where else "", "cyan"), f"{name}: " if name else "", _first_line(first))
        lines.append(clipped(joined("  ", *parts), console.width))
    return lines


def note_lines(console: Console, notes: Sequence[str], *, show_all: bool = False) -> list[Text]:
    """Return the first notes about the user's files, or all of them."""
    shown = notes if show_all else notes[:_SHOWN_NOTES]
    lines = [console.paragraph(text("Note  ", "bold magenta"), note, hang=6) for note in shown]
    if more := len(notes) - len(shown):
        lines.append(console.paragraph(f"To see {more} more notes: ", markup(_MORE), indent=6))
    return [*console.paragraph(), *chain.from_iterable(lines)] if lines else []


def end_lines(console: Console, command: str) -> list[Text]:
    """Return what to do about failing tests: get a hint, or check again if no hint can help."""
    why = "Fix the problem, then run the tests" if command == "check" else "Get a hint for the first failing test"
    return console.next_lines(why, command)


def _head(console: Console, result: CheckResult) -> list[Text]:
    if not result.red:
        return [green_line(result)]
    return console.paragraph(text("FAILED", "bold red"), f"  {counts(result)}.")


def _title(console: Console, result: TestResult) -> list[Text]:
    label, style = _label(result)
    return console.paragraph(text(f"{label:{_COLUMN}}", style), text(result.test.sentence, "bold"), hang=_COLUMN)


def _label(result: TestResult) -> tuple[str, str]:
    if not result.is_core:
        return "stretch", "magenta"
    if result.was_green:
        return "broken", "bold red"
    return ("new", "magenta") if result.is_new else ("fails", "bold red")


def _message(console: Console, result: TestResult) -> list[Text]:
    """Return why a test fails. HTML in the message is never wrapped, so that users can search for it."""
    lines: list[Text] = []
    for line in result.message.split("\n") if result.message else ():
        if line.startswith("<"):
            lines.append(joined(" " * _COLUMN, text(line)))
        else:
            lines += console.paragraph(line, indent=_COLUMN)
    return lines


def _place(console: Console, cause: Sequence[TestResult]) -> list[Text]:
    """Return where to start, with the line of the learner's code, and where the test is."""
    first, count = cause[0], len(cause)
    lines: list[Text] = []
    if first.place:
        breaks = f" This line breaks {count} tests." if count > 1 else ""
        lines += console.paragraph("Start at ", text(str(first.place), "bold cyan"), f".{breaks}", indent=_COLUMN)
        lines += _source(console, first, first.place.line)
    elif count > 1:
        lines += console.paragraph(f"{count} tests fail with this message.", indent=_COLUMN)
    if count == 1 or not first.place:
        test, place = first.test, first.test_place
        where = str(place) if place else f"{test.file}:{test.line}" if test.file else ""
        name = f" ({test.id})" if test.id != test.sentence else ""  # Node's tests have no other id than their title
        if where or name:
            lines += console.paragraph(text(f"test: {where}{name}", "dim"), indent=_COLUMN)
    if first.test.is_kept and first.is_core:
        lines += console.paragraph("This stretch test passed in an earlier step, so it counts.", indent=_COLUMN)
    return lines


def _source(console: Console, result: TestResult, number: int) -> list[Text]:
    """Return the line of the learner's code without its indentation, and a caret below a syntax error."""
    source = result.source.lstrip()
    if not source:
        return []
    mark = f"{number} | "
    lines = [clipped(joined(" " * _COLUMN, text(mark, "dim"), text(source)), console.width)]
    at = -1 if result.caret is None else result.caret - (len(result.source) - len(source))
    before = " " * _COLUMN + " " * len(mark) + " " * columns(source[: max(at, 0)].expandtabs(4))
    if at >= 0 and len(before) < console.width:
        lines.append(joined(before, text("^", "bold red")))
    return lines


def _printed(console: Console, result: CheckResult, test: TestResult, most: int | None) -> list[Text]:
    """Return the last lines of what the code printed in a test (`most` with the line above them, None: all)."""
    output, title = test.output.strip("\n"), "Your code printed"
    if not output and result.problem and not test.place:
        output, title = result.log.strip("\n"), "The tests printed"
    if not output:
        return []
    rows = output.split("\n")
    is_cut = most is not None and len(rows) > most - 1
    lines = console.paragraph(f"{title}{' (the last lines)' if is_cut else ''}:", indent=_COLUMN)
    for row in rows[1 - most :] if most is not None else rows:
        line = joined(" " * (_COLUMN + 2), text(row, "dim"))
        lines.append(line if most is None else clipped(line, console.width))
    return lines


def _further(console: Console, causes: Sequence[Sequence[TestResult]], room: int) -> list[Text]:
    """Return one line for each further cause, and how many more there are if the room is too small."""
    if not causes:
        return []
    most = max(0, room - 1)  # an empty line comes first
    if len(causes) > most:
        most = max(0, most - 1)
    lines = [*console.paragraph(), *(clipped(_summary(cause), console.width) for cause in causes[:most])]
    more = len(causes) - most
    if more > 0:
        also = "and " if most else ""
        lines += console.paragraph(f"{also}{more} more {'causes' if more > 1 else 'cause'}: ", markup(_MORE))
    return lines


def _summary(cause: Sequence[TestResult]) -> Text:
    first, count = cause[0], len(cause)
    place = f"{first.place}  " if first.place else ""
    message = _first_line(first) or first.test.sentence
    if place and str(first.place) in message:
        place = ""
    return joined(f"{count} {'tests' if count > 1 else 'test'}: ", text(place, "cyan"), message)


def _first_line(result: TestResult) -> str:
    return result.message.partition("\n")[0]


def _fitting(console: Console, lines: Sequence[Text], room: int) -> list[Text]:
    """Return as many lines as fit, and then where the rest is."""
    if _height(console, lines) <= room:
        return list(lines)
    more = console.paragraph("… To see the whole message: ", markup(_MORE), indent=_COLUMN)
    kept: list[Text] = []
    for line in lines:
        if kept and _height(console, [*kept, line, *more]) > room:
            break
        kept.append(line)
    return [*kept, *more]


def _height(console: Console, lines: Sequence[Text]) -> int:
    """Return how many lines of the terminal these lines fill."""
    return sum(max(1, -(-columns(line.plain) // console.columns)) for line in lines)
