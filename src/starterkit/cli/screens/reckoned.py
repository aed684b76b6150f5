"""How the points add up, for `choose --explain`: a table of what each answer added to which framework, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from starterkit.choosing.questions import EVERYBODY
from starterkit.choosing.traits import WORDINGS
from starterkit.cli.console.text import text

if TYPE_CHECKING:
    from starterkit.choosing.advice import Advice
    from starterkit.choosing.questions import Choice
    from starterkit.choosing.reckoning import Points, Share
    from starterkit.cli.console.console import Console
    from starterkit.template import Template

_LABEL = 34  # columns for what stands before the numbers


def show(console: Console, advice: Advice) -> None:
    """Show the table: as columns where there is room for them, else as lines; then what the strengths rest on."""
    titles = [one.title for one in _templates(advice)]
    widths = [len(title) + 2 for title in titles]
    is_wide = _LABEL + sum(widths) <= console.width

    def row(label: str, points: Points, style: str = "") -> None:
        ordered = [points[number] for number in advice.ranking]
        if is_wide:
            cells = "".join(f"{_signed(one):>{width}}" for one, width in zip(ordered, widths, strict=True))
            console.exact(f"{label:<{_LABEL}}{cells}", style)
            return
        console.line(text(label, style))
        said = ", ".join(f"{title} {_signed(one)}" for title, one in zip(titles, ordered, strict=True))
        console.line(said, indent=4)

    console.line(
        text("How the points add up", "bold"), ": a wish of weight ×w for a trait adds w times a framework's strength."
    )
    console.line()
    if is_wide:
        head = "".join(f"{title:>{width}}" for title, width in zip(titles, widths, strict=True))
        console.exact(f"{'':{_LABEL}}{head}", "bold")
    for name, choice in _rows(advice):
        console.line(text(name, "cyan"))
        for share in advice.reckoning.shares(choice):
            row(f"  {_share_label(share)}", share.points)
        if not advice.reckoning.shares(choice):
            console.line("adds nothing", indent=2)
    row("In all", advice.totals, "bold")
    _show_why(console, advice)


def _show_why(console: Console, advice: Advice) -> None:
    """The strengths that were weighed, with the reason and the source that path.yml gives."""
    for trait in _traits(advice):
        console.line()
        console.line(text(WORDINGS[trait].label, "bold"), f"  ({trait}, 0 to 3)")
        for template in _templates(advice):
            found = template.traits.get(trait)
            said = f"{found.strength}  {found.reason}" if found else "0  Its path.yml says nothing about this."
            source = f" ({found.source})" if found and found.source else ""
            console.line(f"{template.title} {said}{source}", indent=2, hang=2)


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


def _share_label(share: Share) -> str:
    return f"{WORDINGS[share.trait].label} ×{share.weight}" if share.trait else "goes before wishes"


def _signed(points: int) -> str:
    return f"{points:+}" if points else "·"


def as_json(advice: Advice) -> list[dict[str, Any]]:
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
