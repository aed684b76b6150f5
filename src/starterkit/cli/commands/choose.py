"""`starterkit choose`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from starterkit.choosing.advice import Advice
from starterkit.choosing.contradictions import contradictions
from starterkit.choosing.explanation import Reason, reasons, start_warnings, unmet
from starterkit.choosing.phrases import how_sure, step_of_path
from starterkit.choosing.questions import EVERYBODY, Choice
from starterkit.choosing.roadmap import path
from starterkit.choosing.saved import SavedChoice
from starterkit.choosing.saved import save as save_choice
from starterkit.choosing.scoring import Contribution, Points
from starterkit.choosing.traits import WORDINGS
from starterkit.cli.commands.shared.advice import Candidates, Shown, advise, candidates, section, show_advice
from starterkit.cli.commands.shared.advice_card import CARD, card_of
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup, text
from starterkit.cli.options import complete_answers, flag
from starterkit.cli.session import console_of, folder_of
from starterkit.paths import expand_user_path, settings_folder
from starterkit.template.model import Template

_LABEL = 34  # columns for what stands before the numbers
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
    console, folder = console_of(context), folder_of(context)
    card = expand_user_path(html, folder) if html else None
    if card:
        CARD.check(card)
    console.farewell = "Interrupted. Nothing was saved."
    found = candidates(console, folder, template or ())
    advice = advise(console, found, answer or (), ask=not defaults)
    if save:
        _save(advice, found)
    if card:
        CARD.write(card, card_of(Shown(advice, found.places)))
    _show(console, Shown(advice, found.places, save, html), explain=explain)
    return 0


def _save(advice: Advice, found: Candidates) -> None:
    name = advice.start.name
    save_choice(settings_folder(), SavedChoice(name, found.places.get(name, ""), advice.answers))


def _show(console: Console, shown: Shown, *, explain: bool) -> None:
    """Show the whole advice; the reckoning before it where that is wanted."""
    advice = shown.advice
    if console.as_json:
        console.json("choose", _as_json(shown))
        return
    if explain:
        _show_scores(console, advice)
        console.print()
    show_advice(console, advice)
    if advice.chosen:
        given = " ".join(f"-a {question.name}={choice.name}" for question, choice in advice.chosen)
        section(console, "Your answers")
        console.print(markup(f"To change one: `starterkit choose --defaults {given}`."))
        console.print(markup("`--explain` shows how the points add up."))
    if shown.card:
        console.print(f"The card is in {shown.card}.")
    begin = (advice.start, *advice.equals)
    if shown.saved:
        console.print(markup(f"Saved: `new` takes {advice.start.title} when no framework is named."))
        begin = (advice.start,)
    if advice.known_fits:
        begin = (*begin, advice.known_fits)
    why = "Begin in a new folder" if len(begin) == 1 else "Begin in a new folder, with either"
    console.type_next(why, *(shown.command(one) for one in begin))


def _show_scores(console: Console, advice: Advice) -> None:
    """Show the table: as columns where there is room for them, else as lines; then what the strengths rest on."""
    titles = [one.title for one in _templates(advice)]
    widths = [len(title) + 2 for title in titles]
    is_wide = _LABEL + sum(widths) <= console.width

    def row(label: str, points: Points, style: str = "") -> None:
        ordered = [points[number] for number in advice.ranking]
        if is_wide:
            cells = "".join(f"{_signed(one):>{width}}" for one, width in zip(ordered, widths, strict=True))
            console.verbatim(f"{label:<{_LABEL}}{cells}", style)
            return
        console.print(text(label, style))
        said = ", ".join(f"{title} {_signed(one)}" for title, one in zip(titles, ordered, strict=True))
        console.print(said, indent=4)

    console.print(
        text("How the points add up", "bold"), ": a wish of weight ×w for a trait adds w times a framework's strength."
    )
    console.print()
    if is_wide:
        head = "".join(f"{title:>{width}}" for title, width in zip(titles, widths, strict=True))
        console.verbatim(f"{'':{_LABEL}}{head}", "bold")
    for name, choice in _rows(advice):
        console.print(text(name, "cyan"))
        for share in advice.reckoning.shares(choice):
            row(f"  {_share_label(share)}", share.points)
        if not advice.reckoning.shares(choice):
            console.print("adds nothing", indent=2)
    row("In all", advice.totals, "bold")
    _show_why(console, advice)


def _show_why(console: Console, advice: Advice) -> None:
    """The strengths that were weighed, with the reason and the source that path.yml gives."""
    for trait in _traits(advice):
        console.print()
        console.print(text(WORDINGS[trait].label, "bold"), f"  ({trait}, 0 to 3)")
        for template in _templates(advice):
            found = template.traits.get(trait)
            said = f"{found.strength}  {found.reason}" if found else "0  Its path.yml says nothing about this."
            source = f" ({found.source})" if found and found.source else ""
            console.print(f"{template.title} {said}{source}", indent=2, hang=2)


def _rows(advice: Advice) -> Iterator[tuple[str, Choice]]:
    yield "everybody", EVERYBODY
    for question, choice in advice.chosen:
        yield f"{question.name}={choice.name}", choice


def _traits(advice: Advice) -> Sequence[str]:
    """The traits that some answer wished for, in their usual order."""
    wished = {share.trait for _, choice in _rows(advice) for share in advice.reckoning.shares(choice)}
    return [trait for trait in WORDINGS if trait in wished]


def _templates(advice: Advice) -> list[Template]:
    return [advice.reckoning.templates[number] for number in advice.ranking]


def _share_label(share: Contribution) -> str:
    return f"{WORDINGS[share.trait].label} ×{share.weight}" if share.trait else "goes before wishes"


def _signed(points: int) -> str:
    return f"{points:+}" if points else "·"


def _as_json(shown: Shown) -> dict[str, Any]:
    """Return the advice as the object that docs/commands.md describes."""
    advice = shown.advice
    elsewhere, of = advice.leads_elsewhere
    return {
        "framework": advice.start.name,
        "title": advice.start.title,
        "sure": {"level": advice.sureness.name.lower(), "elsewhere": elsewhere, "of": of, "sentence": how_sure(advice)},
        "answers": [{"question": question.name, "answer": choice.name} for question, choice in advice.chosen],
        **_fit_as_json(advice, advice.start),
        "equals": [
            {"framework": one.name, "title": one.title, **_fit_as_json(advice, one), "next": shown.command(one)}
            for one in advice.equals
        ],
        "known_fits": advice.known_fits and advice.known_fits.name,
        "tensions": contradictions(advice),
        "runner_up": _runner_up_as_json(advice),
        "path": [{"framework": stage.template.name, "when": step_of_path(stage)} for stage in path(advice)],
        "reckoning": _scores_as_json(advice),
        "saved": shown.saved,
        "card": shown.card or None,
        "next": shown.command(advice.start),
    }


def _fit_as_json(advice: Advice, template: Template) -> dict[str, Any]:
    """What speaks for a framework, and what it costs."""
    return {
        "reasons": [_reason_as_json(reason) for reason in reasons(advice, template)],
        "costs": {
            "trade_off": template.trade_off,
            "warnings": start_warnings(template),
            "unmet": [_reason_as_json(reason) for reason in unmet(advice, template)],
        },
    }


def _reason_as_json(reason: Reason) -> dict[str, Any]:
    return {
        "answers": [{"question": question, "answer": answer} for question, answer in reason.answers if question],
        "because": reason.because,
        "trait": reason.trait or None,
        "sentence": reason.sentence,
    }


def _runner_up_as_json(advice: Advice) -> dict[str, Any] | None:
    other = advice.runner_up
    if other is None:
        return None
    tips = [{"question": tip.question.name, "answer": tip.choice and tip.choice.name} for tip in advice.tips(other)]
    return {"framework": other.name, "title": other.title, "tips": tips}


def _scores_as_json(advice: Advice) -> list[dict[str, Any]]:
    """Return each part of each answer with what it added to each framework."""
    return [
        {
            "answer": name,
            "trait": share.trait or None,
            "weight": share.weight,
            "points": [
                {"framework": template.name, "points": points}
                for template, points in zip(advice.reckoning.templates, share.points, strict=True)
            ],
        }
        for name, choice in _rows(advice)
        for share in advice.reckoning.shares(choice)
    ]
