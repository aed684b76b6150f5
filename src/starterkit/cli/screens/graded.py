"""What `workshop grade` found: a table in the terminal, and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starterkit.cli.console.table import (
    WIDEST_NAME,
    WIDEST_STEP,
    Cell,
    counted_people,
    show_table,
    step_words,
    width_of,
)

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.errors import StarterkitError
    from starterkit.workshop.grading.model import Grade
    from starterkit.workshop.sandbox import Confinement

_STYLES = {"green": "green", "red": "red", "nothing": "dim"}
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
    _show_table(console, called, grades, failed)
    console.line()
    console.line("Written: results/grades.json, grades.csv, and a page for each person in results/pages/.")


def _show_table(
    console: Console, called: Mapping[str, str], grades: Sequence[Grade], failed: Mapping[str, StarterkitError]
) -> None:
    shown = {one.person.folder for one in grades} | set(failed)
    heads = (
        ("name", width_of("name", (called[folder] for folder in shown), WIDEST_NAME)),
        ("step", width_of("step", (step_words(one.step) for one in grades), WIDEST_STEP)),
        *(("done", 4), ("verdict", 10), ("green", 7), ("late", 4)),
    )
    order = {folder: number for number, folder in enumerate(called)}
    rows = [
        (_cells(called[one.person.folder], one), _note(one))
        for one in sorted(grades, key=lambda one: order[one.person.folder])
    ]
    rows += [([called[folder], "", "", (_NOT_GRADED, "bold red")], "") for folder in failed]  # why: below the table
    show_table(console, heads, rows)


def _cells(name: str, one: Grade) -> list[Cell]:
    done, count = (str(len(one.done)), f"{one.passed}/{len(one.results)}") if one.results else ("-", "-")
    verdict = (one.verdict.value, _STYLES.get(one.verdict.value, "bold red"))
    return [name, step_words(one.step), done, verdict, count, "late" if one.late else ""]


def _headline(grades: Sequence[Grade], failed: int) -> str:
    verdicts = [*(one.verdict.value for one in grades), *[_NOT_GRADED] * failed]
    people = counted_people([one.person for one in grades], failed)
    counted = ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts))
    kept = sum(one.kept for one in grades)
    again = f" {kept} as graded before: nothing has changed." if kept else ""
    return f"{people}: {counted or 'nobody was graded'}.{again}"


def _note(one: Grade) -> str:
    first = one.first_red
    said = one.why if one.why and (one.verdict.value != "red" or first is None) else ""
    if not said and first is not None:
        said = first.sentence or first.test
    return "; ".join(filter(None, [said, *one.notes[:1]]))
