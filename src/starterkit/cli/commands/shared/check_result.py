"""A check on the screen: each red test as its sentence, what was expected and what came, and where."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, joined, markup, text
from starterkit.testing.results import CheckResult, SourceLine, TestResult

_COLUMN = 8  # the width of the word in front of a test
_SHOWN_OF_A_GROUP = 3


def next_command(result: CheckResult, *, selected: bool, is_last: bool) -> str:
    """Return what to type after this check."""
    if result.red:
        return "check" if result.blocker else "hint"
    if selected or result.pristine:
        return "check"
    return "run" if is_last else "next"


def type_after_red(console: Console, command: str) -> None:
    """Show what to type after a red check: a hint, or the check again where no hint would help."""
    console.type_next("When it is mended" if command == "check" else "For a hint at the first one", command)


def green_line(result: CheckResult) -> Text:
    """Return the line of a check in which all is green."""
    count = len(result.results)
    words = f"All {count} tests are green" if count != 1 else "The test is green"
    return joined(text("ok", "bold green"), f"  {words} ({_seconds(result)}).")


def show_red(console: Console, result: CheckResult) -> None:
    """Show the red tests of a check, and the first of them once more at the end."""
    red = result.red
    console.print(text("FAILED", "bold red"), f"  {_counts(result)}.")
    if result.problem:
        console.print()
        console.print(text(result.problem, "bold"))
    for message, group in groupby(red, key=lambda one: (one.message, one.place)):
        console.print()
        _show_alike(console, list(group), *message)
    if result.problem and result.log.strip():
        console.print()
        console.print("The last lines that the tests wrote:")
        console.verbatim("\n".join(result.log.strip().splitlines()[-12:]), "dim", indent=2)
    first = red[0]
    if result.blocker:
        console.print()
        console.print("Start there: ", text(str(first.place), "bold") if first.place else markup(result.blocker))
    elif len(red) > 1:
        console.print()
        console.print("Start with the first one: ", text(red[0].test.sentence, "bold"))
        if red[0].test.id != red[0].test.sentence:  # Node's tests are called by their sentences
            console.print(f"({red[0].test.id})", indent=2)


def _show_alike(console: Console, group: Sequence[TestResult], message: str, place: SourceLine | None) -> None:
    """Show tests that are red for one and the same reason; mostly it is one test."""
    many = len(group) > _SHOWN_OF_A_GROUP
    for one in group[:_SHOWN_OF_A_GROUP] if many else group:
        word, style = _word(one)
        console.print(text(f"{word:{_COLUMN}}", style), text(one.test.sentence, "bold"), hang=_COLUMN)
    if many:
        console.print(f"… and {len(group) - _SHOWN_OF_A_GROUP} more, all for this reason:", indent=_COLUMN)
    if message:
        console.print(message, indent=_COLUMN)
    where = _where(group[0], place, alone=len(group) == 1)
    if where is not None:
        console.print(where, indent=_COLUMN)


def _word(one: TestResult) -> tuple[str, str]:
    if one.was_green:
        return "broken", "bold red"
    return ("new", "yellow") if one.is_new else ("red", "bold red")


def _where(one: TestResult, place: SourceLine | None, *, alone: bool) -> Text | None:
    parts = [joined("in ", text(str(place), "cyan"))] if place else []
    if alone and one.test_place:
        parts.append(text(f"test: {one.test_place}", "dim"))
    if not parts:
        return None
    return parts[0] if len(parts) == 1 else joined(parts[0], "  ", parts[1])


def _counts(result: CheckResult) -> str:
    red, total = len(result.red), len(result.results)
    head = f"{red} of {total} tests {'is' if red == 1 else 'are'} red ({_seconds(result)})"
    new = sum(one.is_new and not one.was_green for one in result.red)
    broken = len(result.broken)
    more = [f"{new} new" if new and new != red else "", f"{broken} green before and now broken" if broken else ""]
    if any(more) and red > new + broken:
        more.append(f"{red - new - broken} red already")
    said = ", ".join(word for word in more if word)
    return f"{head}: {said}" if said else head


def _seconds(result: CheckResult) -> str:
    return f"{result.seconds:.1f} s"


def as_json(result: CheckResult) -> dict[str, Any]:
    """Return a check as the object that docs/commands.md describes."""
    first = result.red[0].test.id if result.red else None
    return {
        "green": bool(result.results) and not result.red,
        "step": result.step,
        "pristine": result.pristine,
        "seconds": round(result.seconds, 3),
        "counts": {
            "total": len(result.results),
            "green": len(result.results) - len(result.red),
            "red": len(result.red),
            "broken": len(result.broken),
        },
        "problem": result.problem,
        "first_red": first,
        "tests": [_test_as_json(one) for one in result.results],
    }


def _test_as_json(one: TestResult) -> dict[str, Any]:
    return {
        "id": one.test.id,
        "sentence": one.test.sentence,
        "step": one.test.step,
        "file": one.test.file,
        "guard": one.test.guard,
        "outcome": str(one.outcome.value),
        "message": one.message,
        "place": _place_as_json(one.place),
        "test_place": _place_as_json(one.test_place),
        "new": one.is_new,
        "broken": one.is_red and one.was_green,
    }


def _place_as_json(place: SourceLine | None) -> dict[str, Any] | None:
    return {"file": place.file, "line": place.line} if place else None
