"""Ask the questions of `starterkit choose` and show its advice. `starterkit new` uses this too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.choosing.advice import Advice
from starterkit.choosing.answers import SKIP, answered, numbered, parse_answers
from starterkit.choosing.contradictions import contradictions as tensions
from starterkit.choosing.explanation import reasons
from starterkit.choosing.phrases import SHOWN_REASONS, because, headline, how_sure, price, stay, step_of_path, tipped
from starterkit.choosing.questions import Question
from starterkit.choosing.roadmap import path
from starterkit.choosing.scoring import Scores
from starterkit.cli.commands.shared.new_site import new_site_command
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import text
from starterkit.cli.session import from_elsewhere
from starterkit.errors import UsageError
from starterkit.process import quoted
from starterkit.template.bundled import bundled_folder, templates_in
from starterkit.template.model import Template

_BACK = ("b", "back")
_HOW = (
    "Type a number or a word from the list. Enter chooses the answer in brackets. "
    "Type `skip` to skip a question, or `b` to go back."
)


@dataclass(frozen=True)
class ShownAdvice:
    """The advice to show. `places` has the locations of external templates by template name.

    `current` is the current folder. `saved` is true if the choice was saved for `starterkit new`. `card` is the path of
    the HTML file, or "".
    """

    advice: Advice
    places: Mapping[str, str]
    current: Path
    saved: bool = False
    card: str = ""

    def command(self, template: Template, *, is_public: bool = False) -> str:
        """Return the command that creates a site with a template, without `starterkit`.

        With `is_public`, a local path is cut to the folder's name, because other people get the command.
        """
        address = self.places.get(template.name)
        if address and is_public and Path(address).is_absolute():
            address = Path(address).name
        options = f"--template {quoted(address)}" if address else f"--framework {template.name}"
        return f"new my-site {options}" if is_public else new_site_command(self.current, options)


def candidates(console: Console, folder: Path, addresses: Iterable[str]) -> tuple[tuple[Template, ...], dict[str, str]]:
    """Return the templates to compare, and the locations of the external templates by template name.

    An external template replaces the bundled template with its name. Raises `UsageError` without any template.
    """
    templates = {template.name: template for template in templates_in(bundled_folder())}
    places: dict[str, str] = {}
    for address in addresses:
        located = from_elsewhere(console, folder, address)
        templates[located.template.name] = located.template
        if not located.is_bundled:
            places[located.template.name] = str(located.folder) if located.is_folder else address
    if not templates:
        raise UsageError(
            "The installation of starterkit is damaged: it has no frameworks.", "Install starterkit again."
        )
    return tuple(templates.values()), places


def advise(console: Console, templates: Sequence[Template], given: Iterable[str], *, ask: bool) -> Advice:
    """Return the advice for the given answers (KEY=VALUE). With `ask` on a terminal, first ask for the others.

    Raises `UsageError` for an invalid answer.
    """
    scores = Scores(templates)
    answers = parse_answers(given, scores.questions)
    if ask and console.is_interactive and len(templates) > 1:
        answers = _interview(console, scores.questions, answers)
        console.print()
    return Advice(scores, answered(answers))


def _interview(console: Console, questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, str]:
    """Ask the missing questions line by line, because this works with screen readers and slow connections."""
    answers = dict(given)
    asked = [question for question in questions if question.name not in given]
    if asked:
        count = "One short question" if len(asked) == 1 else f"{len(asked)} short questions"
        console.say_prose(f"{count}. {_HOW}")
    number = 0
    while number < len(asked):
        question = asked[number]
        console.print()
        console.print(text(f"{number + 1} of {len(asked)}  ", "dim"), text(question.text, "bold"))
        answer = _ask(console, question, answers.get(question.name, SKIP), is_first=not number)
        if answer in _BACK:
            number -= 1
        else:
            answers[question.name] = answer
            number += 1
    return answers


def _ask(console: Console, question: Question, before: str, *, is_first: bool) -> str:
    """Return the user's answer: a choice, `skip`, or `b` for back. Enter keeps the previous answer."""
    console.print(text(question.why, "dim"))
    column = max(len(choice.name) for choice in question.choices) + 2
    for number, choice in enumerate(question.choices, 1):
        name = text(f"{choice.name:{column}}", "bold cyan")
        console.print(f"{number}  ", name, choice.label, indent=2, hang=3 + column)
    while True:
        typed = console.answer(f"  [{before}] ").lower()
        if not typed or typed == SKIP:
            return SKIP if typed else before
        if typed in _BACK and not is_first:
            return typed
        chosen = numbered(typed, question)
        if chosen:
            return chosen.name
        if typed in _BACK:
            console.print("You can't go back, because this is the first question.")
        else:
            console.say_prose(f"Type a number from 1 to {len(question.choices)}, a word from the list, or `skip`.")


def show_advice(console: Console, advice: Advice) -> None:
    """Show the recommended framework, the reasons, its price, the runner-up, and the next stages."""
    sure, start = text(how_sure(advice)), text(headline(advice), "bold green")
    for line in (start, sure) if advice.chosen else (sure, start):
        console.print(line)
    if stay(advice):
        console.print()
        console.print(text(stay(advice), "bold"))
    for template in (advice.start, *advice.equals):
        section(console, f"Why {template.title}")
        _show_points(console, [because(reason) for reason in reasons(advice, template)[:SHOWN_REASONS]])
        section(console, f"The downsides of {template.title}")
        _show_points(console, price(advice, template))
    contradictions = tensions(advice)
    if contradictions:
        section(console, "How your answers fit together")
        _show_points(console, contradictions)
    if advice.equals:
        section(console, "What would change the result")
    elif advice.runner_up:
        section(console, f"The runner-up: {advice.runner_up.title}")
        console.print(advice.runner_up.summary, indent=2)
    for sentence in tipped(advice):
        console.say_prose(sentence, indent=2)
    stages = path(advice)
    if len(stages) > 1:
        section(console, "Start with one framework, and add others later")
        for number, stage in enumerate(stages, 1):
            title = text(f"{stage.template.title}: ", "bold")
            console.print(f"{number}  ", title, step_of_path(stage), indent=2, hang=3)


def section(console: Console, title: str) -> None:
    """Print an empty line and then a title."""
    console.print()
    console.print(text(title, "bold"))


def _show_points(console: Console, sentences: Sequence[str]) -> None:
    for sentence in sentences:
        console.print("- ", sentence, indent=2, hang=2)
