"""What `workshop grade` found: a table in the terminal, and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starterkit.cli.screens.enrolled import counted_people, fitted
from starterkit.cli.text import columns, harmless, joined, text
from starterkit.template.model import BASE

if TYPE_CHECKING:
    from starterkit.cli.console import Console
    from starterkit.errors import StarterkitError
    from starterkit.workshop.grading.model import Grade
    from starterkit.workshop.sandbox import Confinement

_STYLES = {"green": "green", "red": "red", "nothing": "dim"}
_WIDEST_NAME, _WIDEST_STEP, _DONE, _VERDICT, _TESTS, _LATE = 24, 14, 4, 10, 7, 4
_SHORTEST_NOTE = 12
_NOT_GRADED = "not graded"


def show(
    console: Console,
    called: Mapping[str, str],
    grades: Sequence[Grade],
    failed: Mapping[str, StarterkitError],
    confinement: Confinement,
) -> None:
    """Show a table with a line for everybody.

    `called` are their names, and `failed` why some have no grade, by their folders.
    """
    from starterkit.workshop.grading.written import grade_as_json

    if console.as_json:
        answer: dict[str, Any] = {
            "sandbox": {
                "name": confinement.name,
                "stops": list(confinement.stops),
                "does_not_stop": list(confinement.does_not_stop),
            },
            "grades": [grade_as_json(one) for one in grades],
            "not_graded": [{"folder": folder, "why": wrong.message} for folder, wrong in failed.items()],
            "next": "workshop status",
        }
        console.json("workshop grade", answer)
        return
    console.line(confinement.line)
    console.line()
    console.line(_headline(grades, len(failed)))
    console.line()
    shown = {one.person.folder for one in grades} | set(failed)
    names = min(_WIDEST_NAME, max([4, *(columns(harmless(called[folder])) for folder in shown)]))
    steps = min(_WIDEST_STEP, max([4, *(columns(_step(one)) for one in grades)]))
    left = 2 + names + 2 + steps + 2 + _DONE + 2 + _VERDICT + 2 + _TESTS + 2 + _LATE + 2
    room = max(_SHORTEST_NOTE, console.columns - 1 - left) if console.shows_screen else 0
    titles = (
        ("name", names),
        ("step", steps),
        ("done", _DONE),
        ("verdict", _VERDICT),
        ("green", _TESTS),
        ("late", _LATE),
    )
    console.exact("  ".join(fitted(word, width) for word, width in titles), "dim", indent=2)
    order = {folder: number for number, folder in enumerate(called)}
    for one in sorted(grades, key=lambda one: order[one.person.folder]):
        note = harmless(_note(one)).replace("\n", " ")
        verdict, count = one.verdict.value, f"{one.passed}/{len(one.results)}" if one.results else "-"
        done = str(len(one.done)) if one.results else "-"
        line = joined(
            f"  {fitted(harmless(called[one.person.folder]), names)}  ",
            f"{fitted(_step(one), steps)}  {fitted(done, _DONE)}  ",
            text(fitted(verdict, _VERDICT), _STYLES.get(verdict, "bold red")),
            f"  {fitted(count, _TESTS)}  {fitted('late' if one.late else '', _LATE)}  ",
            fitted(note, room) if room and columns(note) > room else note,
        )
        console.row(line)
    for folder in failed:  # why, is told below the table
        left_of_it = f"  {fitted(harmless(called[folder]), names)}  {' ' * steps}  {' ' * _DONE}  "
        console.row(joined(left_of_it, text(_NOT_GRADED, "bold red")))
    console.line()
    console.line("Written: results/grades.json, grades.csv, and a page for each person in results/pages/.")


def _headline(grades: Sequence[Grade], failed: int) -> str:
    verdicts = [*(one.verdict.value for one in grades), *[_NOT_GRADED] * failed]
    people = counted_people([one.person for one in grades], failed)
    counted = ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts))
    kept = sum(one.kept for one in grades)
    again = f" {kept} as graded before: nothing has changed." if kept else ""
    return f"{people}: {counted or 'nobody was graded'}.{again}"


def _step(one: Grade) -> str:
    return "start" if one.step == BASE else one.step or "-"


def _note(one: Grade) -> str:
    first = one.first_red
    said = one.why if one.why and (one.verdict.value != "red" or first is None) else ""
    if not said and first is not None:
        said = first.sentence or first.test
    return "; ".join(filter(None, [said, *one.notes[:1]]))
