"""The command `starterkit choose`: its options and its output."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import typer

from starterkit.choosing.advice import Advice
from starterkit.choosing.contradictions import contradictions
from starterkit.choosing.explanation import Reason, reasons, start_warnings, unmet
from starterkit.choosing.phrases import how_many_lead_elsewhere, how_sure, step_of_path
from starterkit.choosing.questions import EVERYBODY, WORDINGS, Choice
from starterkit.choosing.roadmap import path
from starterkit.choosing.saved import SavedChoice
from starterkit.choosing.saved import save as save_choice
from starterkit.choosing.scoring import Points
from starterkit.cli.commands.shared.advice import ShownAdvice, advise, candidates, section, show_advice
from starterkit.cli.commands.shared.advice_card import CARD, card_of
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import text
from starterkit.cli.options import complete_answers, console_of, flag, folder_of, option
from starterkit.paths import expand_user_path, settings_folder
from starterkit.template.model import Template

_LABEL = 34  # characters for the names of traits in front of the points (`--explain`)
_ANSWER_HELP = "Answer to a question, for example language=python."
_TEMPLATE_HELP = "External template to compare: a folder or a git URL."


def choose(
    context: typer.Context,
    answer: Annotated[list[str] | None, option("--answer -a", "KEY=VALUE", _ANSWER_HELP, complete_answers)] = None,
    defaults: Annotated[bool, flag("--defaults", "Skip all questions that have no --answer.")] = False,
    template: Annotated[list[str] | None, option("--template", "PLACE", _TEMPLATE_HELP)] = None,
    explain: Annotated[bool, flag("--explain", "Show how many points each answer gives to each framework.")] = False,
    save: Annotated[bool, flag("--save", "Save the result for `starterkit new`.")] = False,
    html: Annotated[str, option("--html", "FILE", "Write the result as a web page to share or print.")] = "",
) -> None:
    """Answer a few questions to find a framework for you.

    You can skip every question.
    """
    console, folder = console_of(context), folder_of(context)
    card = expand_user_path(html, folder) if html else None
    if card:
        CARD.check(card)
    console.farewell = "Interrupted. Nothing was saved."
    templates, places = candidates(console, folder, template or ())
    advice = advise(console, templates, answer or (), ask=not defaults)
    shown = ShownAdvice(advice, places, folder, save, html)
    if save:
        name = advice.start.name
        save_choice(settings_folder(), SavedChoice(name, places.get(name, ""), advice.answers))
    if card:
        CARD.write(card, card_of(shown))
    _show(console, shown, explain=explain)


def _show(console: Console, shown: ShownAdvice, *, explain: bool) -> None:
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
        console.say_prose(f"To change an answer, edit this command: `starterkit choose --defaults {given}`.")
        console.say_prose("To see the points for each answer, add `--explain`.")
    if shown.card:
        console.print(f"Wrote the web page {shown.card}.")
    begin = (advice.start, *advice.equals)
    if shown.saved:
        console.say_prose(f"Saved {advice.start.title} as the default framework of `starterkit new`.")
        begin = (advice.start,)
    if advice.known_fits:
        begin = (*begin, advice.known_fits)
    why = "Create a site in a new folder" if len(begin) == 1 else "Create a site with one of these frameworks"
    console.type_next(why, *map(shown.command, begin))


def _show_scores(console: Console, advice: Advice) -> None:
    titles = [template.title for template in _templates(advice)]
    widths = [len(title) + 2 for title in titles]
    is_wide = _LABEL + sum(widths) <= console.width

    def show_row(label: str, cells: Sequence[str], style: str = "") -> None:
        if is_wide:
            columns = "".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True))
            console.verbatim(f"{label:<{_LABEL}}{columns}", style)
            return
        console.print(text(label, style))
        console.print(", ".join(f"{title} {cell}" for title, cell in zip(titles, cells, strict=True)), indent=4)

    def signed(points: Points) -> list[str]:
        return [f"{points[number]:+}" if points[number] else "·" for number in advice.ranking]

    console.print(text("How the points add up", "bold"))
    console.print(
        "Each answer gives a weight (×) to some features. Each framework has a strength (0 to 3) for each feature. "
        "The points are the weight times the strength."
    )
    console.print()
    if is_wide:
        show_row("", titles, "bold")
    for name, choice in _rows(advice):
        console.print(text(name, "cyan"))
        shares = advice.scores.shares(choice)
        for share in shares:
            label = f"{WORDINGS[share.trait].label} ×{share.weight}" if share.trait else "this answer counts more"
            show_row(f"  {label}", signed(share.points))
        if not shares:
            console.print("This answer adds no points.", indent=2)
    show_row("Total", signed(advice.totals), "bold")
    if advice.runner_up:
        console.print()
        console.print(how_many_lead_elsewhere(advice))
    _show_why(console, advice)


def _show_why(console: Console, advice: Advice) -> None:
    wished = {share.trait for _, choice in _rows(advice) for share in advice.scores.shares(choice)}
    for name, wording in WORDINGS.items():
        if name not in wished:
            continue
        console.print()
        console.print(text(wording.label, "bold"), f"  ({name}, strength 0 to 3)")
        for template in _templates(advice):
            trait = template.traits.get(name)
            reason = f"{trait.strength}  {trait.reason}" if trait else "0  The template doesn't rate this feature."
            source = f" ({trait.source})" if trait and trait.source else ""
            console.print(f"{template.title} {reason}{source}", indent=2, hang=2)


def _rows(advice: Advice) -> Iterator[tuple[str, Choice]]:
    yield "everybody", EVERYBODY
    for question, choice in advice.chosen:
        yield f"{question.name}={choice.name}", choice


def _templates(advice: Advice) -> list[Template]:
    return [advice.scores.templates[number] for number in advice.ranking]


def _as_json(shown: ShownAdvice) -> dict[str, Any]:
    advice = shown.advice
    elsewhere, of = advice.leads_elsewhere
    return {
        "framework": advice.start.name,
        "title": advice.start.title,
        "sure": {"level": advice.sureness.name.lower(), "elsewhere": elsewhere, "of": of, "sentence": how_sure(advice)},
        "answers": [{"question": question.name, "answer": choice.name} for question, choice in advice.chosen],
        **_fit_as_json(advice, advice.start),
        "equals": [
            {"framework": equal.name, "title": equal.title, **_fit_as_json(advice, equal), "next": shown.command(equal)}
            for equal in advice.equals
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
    return [
        {
            "answer": name,
            "trait": share.trait or None,
            "weight": share.weight,
            "points": [
                {"framework": template.name, "points": points}
                for template, points in zip(advice.scores.templates, share.points, strict=True)
            ],
        }
        for name, choice in _rows(advice)
        for share in advice.scores.shares(choice)
    ]
