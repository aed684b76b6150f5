"""The command that finds where to start: choose."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.options import complete_answers, flag
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import UsageError
from starterkit.paths import expand_user_path, settings_folder

if TYPE_CHECKING:
    from starterkit.choosing.advice import Advice
    from starterkit.cli.console.console import Console
    from starterkit.template import Template

Answers = Annotated[
    list[str] | None,
    typer.Option(
        "--answer",
        "-a",
        metavar="KEY=VALUE",
        help="Answer a question, for example language=python; VALUE may be skip.",
        autocompletion=complete_answers,
    ),
]
Places = Annotated[
    list[str] | None,
    typer.Option("--template", metavar="PLACE", help="A template from elsewhere takes part: a folder or git address."),
]
Card = Annotated[
    str,
    typer.Option("--html", metavar="FILE", help="Write the result as a card to share or print.", show_default=False),
]


@dataclass(frozen=True)
class Candidates:
    """The templates that take part, and where those from elsewhere lie."""

    templates: tuple[Template, ...]
    places: dict[str, str]


def choose(
    context: typer.Context,
    answer: Answers = None,
    defaults: Annotated[bool, flag("--defaults", help="Skip every question that no --answer answers.")] = False,
    template: Places = None,
    explain: Annotated[
        bool, flag("--explain", help="Show what each answer added to which framework, and why.")
    ] = False,
    save: Annotated[bool, flag("--save", help="Let new take the framework from here.")] = False,
    html: Card = "",
) -> int:
    """Find out which framework to start with, in a few questions.

    It depends on you: every question can be skipped.
    """
    from starterkit.cli.screens import chosen

    console, folder = console_of(context), folder_of(context)
    card = expand_user_path(html, folder) if html else None
    if card:
        from starterkit.cli.screens.card import CARD

        CARD.check(card)
    console.farewell = "Interrupted. Nothing was saved."
    found = candidates(console, folder, template or ())
    advice = advise(console, found, answer or (), ask=not defaults)
    if save:
        _save(advice, found)
    if card:
        from starterkit.cli.screens.card import CARD, card_of

        CARD.write(card, card_of(chosen.Shown(advice, found.places)))
    chosen.show(console, chosen.Shown(advice, found.places, save, html), explain=explain)
    return 0


def candidates(console: Console, folder: Path, places: Iterable[str]) -> Candidates:
    """Return the templates that come with starterkit and those from the places named; of one name, the latter."""
    from starterkit.template import bundled_folder, templates_in

    found = {template.name: template for template in templates_in(bundled_folder())}
    named: dict[str, str] = {}
    for place in places:
        from starterkit.cli.new_questions import from_elsewhere

        located = from_elsewhere(console, folder, place)
        found[located.template.name] = located.template
        if not located.is_bundled:
            named[located.template.name] = str(located.folder) if located.is_folder else place
    if not found:
        raise UsageError("This starterkit has no frameworks: its installation is not whole.", "Install it again.")
    return Candidates(tuple(found.values()), named)


def advise(console: Console, found: Candidates, given: Iterable[str], *, ask: bool) -> Advice:
    """Return the advice to the answers that are given, and to those that are asked for where somebody is there."""
    from starterkit.choosing.advice import Advice
    from starterkit.choosing.answers import answered, parse_answers
    from starterkit.choosing.reckoning import Reckoning

    reckoning = Reckoning(found.templates)
    answers = parse_answers(given, reckoning.questions)
    if ask and console.is_interactive and len(reckoning.templates) > 1:
        from starterkit.cli.choose_questions import interview

        answers = interview(console, reckoning.questions, answers)
        console.line()
    return Advice(reckoning, answered(answers))


def _save(advice: Advice, found: Candidates) -> None:
    from starterkit.choosing.saved import Saved, save

    name = advice.start.name
    save(settings_folder(), Saved(name, found.places.get(name, ""), advice.answers))
