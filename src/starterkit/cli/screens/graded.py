"""What `workshop grade` found: a table in the terminal, and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from starterkit.cli.screens.enrolled import fitted
from starterkit.cli.text import columns, harmless, joined, text
from starterkit.template.model import BASE

if TYPE_CHECKING:
    from starterkit.cli.console import Console
    from starterkit.workshop.grading.model import Grade
    from starterkit.workshop.sandbox import Confinement

_STYLES = {"green": "green", "red": "red", "nothing": "dim"}
_WIDEST_NAME, _WIDEST_STEP, _DONE, _VERDICT, _TESTS, _LATE = 24, 14, 4, 10, 7, 4
_SHORTEST_NOTE = 12


def show(console: Console, grades: Sequence[Grade], confinement: Confinement) -> None:
    """Show a table with a line for everybody."""
    from starterkit.workshop.grading.written import grade_as_json
    from starterkit.workshop.naming import told_apart

    if console.as_json:
        answer: dict[str, Any] = {
            "sandbox": {
                "name": confinement.name,
                "stops": list(confinement.stops),
                "does_not_stop": list(confinement.does_not_stop),
            },
            "grades": [grade_as_json(one) for one in grades],
            "next": "workshop status",
        }
        console.json("workshop grade", answer)
        return
    console.line(confinement.line)
    console.line()
    console.line(_headline(grades))
    console.line()
    called = told_apart((one.person.folder, one.person.name, one.person.login) for one in grades)
    names = min(_WIDEST_NAME, max([4, *(columns(harmless(name)) for name in called.values())]))
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
    for one in grades:
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
    console.line()
    console.line("Written: results/grades.json, .csv and .xml, and a page for each person in results/pages/.")


def _headline(grades: Sequence[Grade]) -> str:
    people = f"{len(grades)} {'person' if len(grades) == 1 else 'people'}"
    verdicts = [one.verdict.value for one in grades]
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
