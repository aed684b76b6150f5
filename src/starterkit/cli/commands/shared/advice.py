"""The advice of `choose`, which `new` shows too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.choosing.advice import Advice
from starterkit.choosing.answers import answered, parse_answers
from starterkit.choosing.contradictions import contradictions
from starterkit.choosing.explanation import reasons
from starterkit.choosing.phrases import SHOWN_REASONS, because, headline, how_sure, price, stay, step_of_path, tipped
from starterkit.choosing.roadmap import path
from starterkit.choosing.scoring import Scores
from starterkit.cli.choose_questions import interview
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import joined, markup, text
from starterkit.errors import UsageError
from starterkit.process import quoted
from starterkit.template.bundled import bundled_folder, templates_in
from starterkit.template.model import Template


@dataclass(frozen=True)
class Candidates:
    """The templates that take part, and where those from elsewhere lie."""

    templates: tuple[Template, ...]
    places: dict[str, str]


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


def candidates(console: Console, folder: Path, places: Iterable[str]) -> Candidates:
    """Return the templates that come with starterkit and those from the places named; of one name, the latter."""
    found = {template.name: template for template in templates_in(bundled_folder())}
    named: dict[str, str] = {}
    for place in places:
        # reading a template from elsewhere needs the modules of `new`
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
    reckoning = Scores(found.templates)
    answers = parse_answers(given, reckoning.questions)
    if ask and console.is_interactive and len(reckoning.templates) > 1:
        answers = interview(console, reckoning.questions, answers)
        console.print()
    return Advice(reckoning, answered(answers))


def show_advice(console: Console, advice: Advice) -> None:
    """Show where to start and why, the price, the runner-up, and what comes after it."""
    console.print(text(headline(advice), "bold green"))
    console.print(how_sure(advice))
    if stay(advice):
        console.print()
        console.print(text(stay(advice), "bold"))
    for template in (advice.start, *advice.equals):
        section(console, f"Why {template.title}")
        _points(console, [because(reason) for reason in reasons(advice, template)[:SHOWN_REASONS]])
        section(console, f"What {template.title} costs you")
        _points(console, price(advice, template))
    pulled = contradictions(advice)
    if pulled:
        section(console, "What pulls in different directions")
        _points(console, pulled)
    if advice.equals:
        section(console, "What would tell them apart")
    elif advice.runner_up:
        section(console, f"The runner-up: {advice.runner_up.title}")
        console.print(advice.runner_up.summary, indent=2)
    for sentence in tipped(advice):
        console.print(markup(sentence), indent=2)
    stages = path(advice)
    if len(stages) > 1:
        section(console, "Start with one, expand as needed")
        for number, stage in enumerate(stages, 1):
            console.print(
                f"{number}  ", text(f"{stage.template.title}: ", "bold"), f"{step_of_path(stage)}.", indent=2, hang=3
            )


def section(console: Console, title: str) -> None:
    """Show a title after an empty line."""
    console.print()
    console.print(text(title, "bold"))


def _points(console: Console, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        console.print(joined("- ", sentence), indent=2, hang=2)
