"""The advice of `choose` on the screen, and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starterkit.choosing.expanding import path
from starterkit.choosing.saying import Reason, reasons, start_warnings, unmet
from starterkit.choosing.tensions import tensions
from starterkit.choosing.words import SHOWN_REASONS, because, headline, how_sure, price, stay, step_of_path, tipped
from starterkit.cli.console.text import joined, prose, text
from starterkit.cli.screens import reckoned
from starterkit.process import quoted

if TYPE_CHECKING:
    from starterkit.choosing.advice import Advice
    from starterkit.cli.console.console import Console
    from starterkit.template import Template


@dataclass(frozen=True)
class Shown:
    """An advice and what is known beside it: where templates from elsewhere lie, what was saved and written."""

    advice: Advice
    places: Mapping[str, str]
    saved: bool = False
    card: str = ""

    def command(self, template: Template, *, is_public: bool = False) -> str:
        """Return what begins a site with a template; for the public, without a path of this machine."""
        place = self.places.get(template.name)
        if place and is_public and Path(place).is_absolute():
            place = Path(place).name
        return f"new my-site --template {quoted(place)}" if place else f"new my-site --framework {template.name}"


def show(console: Console, shown: Shown, *, explain: bool) -> None:
    """Show the whole advice; the reckoning before it where that is wanted."""
    advice = shown.advice
    if console.as_json:
        console.json("choose", as_json(shown))
        return
    if explain:
        reckoned.show(console, advice)
        console.line()
    show_advice(console, advice)
    if advice.chosen:
        given = " ".join(f"-a {question.name}={choice.name}" for question, choice in advice.chosen)
        _section(console, "Your answers")
        console.line(prose(f"To change one: `starterkit choose --defaults {given}`."))
        console.line(prose("`--explain` shows how the points add up."))
    if shown.card:
        console.line(f"The card is in {shown.card}.")
    begin = (advice.start, *advice.equals)
    if shown.saved:
        console.line(prose(f"Saved: `new` takes {advice.start.title} when no framework is named."))
        begin = (advice.start,)
    if advice.known_fits:
        begin = (*begin, advice.known_fits)
    why = "Begin in a new folder" if len(begin) == 1 else "Begin in a new folder, with either"
    console.type_next(why, *(shown.command(one) for one in begin))


def show_advice(console: Console, advice: Advice) -> None:
    """Show where to start and why, the price, the runner-up, and what comes after it."""
    console.line(text(headline(advice), "bold green"))
    console.line(how_sure(advice))
    if stay(advice):
        console.line()
        console.line(text(stay(advice), "bold"))
    for template in (advice.start, *advice.equals):
        _section(console, f"Why {template.title}")
        _points(console, [because(reason) for reason in reasons(advice, template)[:SHOWN_REASONS]])
        _section(console, f"What {template.title} costs you")
        _points(console, price(advice, template))
    pulled = tensions(advice)
    if pulled:
        _section(console, "What pulls in different directions")
        _points(console, pulled)
    if advice.equals:
        _section(console, "What would tell them apart")
    elif advice.runner_up:
        _section(console, f"The runner-up: {advice.runner_up.title}")
        console.line(advice.runner_up.summary, indent=2)
    for sentence in tipped(advice):
        console.line(prose(sentence), indent=2)
    stages = path(advice)
    if len(stages) > 1:
        _section(console, "Start with one, expand as needed")
        for number, stage in enumerate(stages, 1):
            console.line(
                f"{number}  ", text(f"{stage.template.title}: ", "bold"), f"{step_of_path(stage)}.", indent=2, hang=3
            )


def _section(console: Console, title: str) -> None:
    console.line()
    console.line(text(title, "bold"))


def _points(console: Console, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        console.line(joined("- ", sentence), indent=2, hang=2)


def as_json(shown: Shown) -> dict[str, Any]:
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
        "tensions": tensions(advice),
        "runner_up": _runner_up_as_json(advice),
        "path": [{"framework": stage.template.name, "when": step_of_path(stage)} for stage in path(advice)],
        "reckoning": reckoned.as_json(advice),
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
