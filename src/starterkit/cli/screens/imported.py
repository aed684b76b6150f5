"""What was taken from a GitHub Classroom, and what was not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from starterkit.cli.screens import enrolled
from starterkit.cli.text import prose, text

if TYPE_CHECKING:
    from starterkit.cli.console import Console
    from starterkit.workshop.enrolling import Enrolment
    from starterkit.workshop.importing import ForeignTest

_LISTED = 12


def show(console: Console, made: Enrolment, tests: Sequence[ForeignTest]) -> int:
    """Show the workshop, and what became of the tests."""
    if console.as_json:
        console.json("workshop import", {**enrolled.as_json(made), "tests": [as_json(one) for one in tests]})
        return enrolled.reached_code(len(made.unreached), sum(one.pushed is not None for one in made.people))
    _show_people(console, made)
    _show_tests(console, tests)
    console.line("Not taken: the assignment's own code, what was handed in, and its deadlines.")
    console.line()
    return enrolled.show(console, made)


def _show_people(console: Console, made: Enrolment) -> None:
    everybody = [member for one in made.people for member in one.person.everybody]
    without = [member.name for member in everybody if not member.login]
    people = enrolled.counted(len(everybody), "person", "people")
    console.line(text("Taken", "bold"), f": {people}, {len(everybody) - len(without)} with a login.")
    if without:
        more = f" and {len(without) - _LISTED} more" if len(without) > _LISTED else ""
        console.line(f"Without a login: {', '.join(without[:_LISTED])}{more}.", indent=2, hang=2)


def _show_tests(console: Console, tests: Sequence[ForeignTest]) -> None:
    taken = [one for one in tests if one.tests]
    kept = [one for one in tests if not one.tests]
    if taken:
        console.line(text("Taken", "bold"), f": {_tests(taken, 'that stands', 'that stand')} for tests of this path:")
    for one in taken:
        its = "1 of its tests" if len(one.tests) == 1 else f"{len(one.tests)} of its tests"
        console.line(f"{_head(one)}: {its}", indent=2, hang=2)
    if taken:
        words = "`starterkit workshop grade` writes the points of who has them green into results/grades.csv and .json."
        console.line(prose(words), indent=2, hang=2)
    if kept:
        words = f": {_tests(kept, 'that', 'that')} this path has not. They stand under `imported:` in workshop.yml:"
        console.line(text("Kept as text, never run", "bold"), prose(words))
    for one in kept:
        console.line(f"{_head(one)}: {one.texts.get('run', 'no command')}", indent=2, hang=2)


def _tests(tests: Sequence[ForeignTest], one: str, more: str) -> str:
    return f"{enrolled.counted(len(tests), 'autograding test', 'autograding tests')} {one if len(tests) == 1 else more}"


def _head(one: ForeignTest) -> str:
    return f"{one.name} ({one.points} {'point' if one.points == '1' else 'points'})"


def as_json(one: ForeignTest) -> dict[str, Any]:
    """Return one test as the object that docs/commands.md describes."""
    return {"name": one.name, "points": one.points, "tests": list(one.tests), "taken": bool(one.tests)}
