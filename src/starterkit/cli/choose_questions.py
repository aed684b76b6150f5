"""The questions of `choose`, asked on a terminal line by line: no key but those of the keyboard is needed.

A line-by-line conversation works over any connection and with a screen reader, and needs no library.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starterkit.choosing.answers import SKIP, numbered
from starterkit.choosing.questions import Question
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup, text

_BACK = ("b", "back")
_HOW = (
    "Type a number or a word; Enter takes what stands in brackets, which is to skip at first. "
    "`b` goes back to the question before, Ctrl-C ends."
)


def interview(console: Console, questions: Sequence[Question], given: Mapping[str, str]) -> dict[str, str]:
    """Ask what is not given already, and return all answers; what was skipped is `skip`."""
    answers = dict(given)
    asked = [question for question in questions if question.name not in given]
    if asked:
        count = "one short question" if len(asked) == 1 else f"{len(asked)} short questions"
        console.print(markup(f"{count[0].upper()}{count[1:]}. {_HOW}"))
    at = 0
    while at < len(asked):
        answer = _ask(
            console, asked[at], f"{at + 1} of {len(asked)}", answers.get(asked[at].name, SKIP), is_first=not at
        )
        if answer in _BACK:
            at -= 1
        else:
            answers[asked[at].name] = answer
            at += 1
    return answers


def _ask(console: Console, question: Question, place: str, before: str, *, is_first: bool) -> str:
    """Ask one question until it is answered: a choice, `skip`, or `b`. Enter keeps what was answered before."""
    console.print()
    console.print(text(f"{place}  ", "dim"), text(question.words, "bold"))
    console.print(text(question.why, "dim"))
    column = max(len(choice.name) for choice in question.choices) + 2
    for number, choice in enumerate(question.choices, 1):
        console.print(
            text(f"{number}  "), text(f"{choice.name:{column}}", "bold cyan"), choice.label, indent=2, hang=3 + column
        )
    while True:
        typed = console.answer(f"  [{before}] ").lower()
        if not typed or typed == SKIP:
            return SKIP if typed else before
        if typed in _BACK and not is_first:
            return typed
        meant = numbered(typed, question)
        if meant:
            return meant.name
        if typed in _BACK:
            console.print("This is the first question.")
        else:
            console.print(
                markup(f"Please type a number from 1 to {len(question.choices)}, one of the words, or Enter.")
            )
