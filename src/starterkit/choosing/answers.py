"""Parses typed answers: `key=value`. Error messages suggest the nearest valid word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starterkit.choosing.questions import Choice, Question
from starterkit.errors import UsageError
from starterkit.yamlfile import did_you_mean

SKIP = "skip"


def parse_answers(typed: Iterable[str], questions: Sequence[Question]) -> dict[str, str]:
    """Return the choices of typed answers such as `build=api`, by question name. A choice can be `skip`.

    Raises `UsageError` for an invalid answer, or for two answers to a question.
    """
    answers: dict[str, str] = {}
    for word in typed:
        name, choice = _parsed(word, questions)
        if answers.setdefault(name, choice) != choice:
            raise UsageError(
                f'The question "{name}" has two answers: {answers[name]} and {choice}.',
                f"Use `--answer {name}=…` only once.",
            )
    return answers


def answered(choices: dict[str, str]) -> dict[str, str]:
    """Return the choices without those that are `skip`."""
    return {name: choice for name, choice in choices.items() if choice != SKIP}


def _parsed(word: str, questions: Sequence[Question]) -> tuple[str, str]:
    key, _, value = (part.strip().lower() for part in word.partition("="))
    if not key or not value:
        first = questions[0]
        raise UsageError(
            f'Invalid answer "{word}".',
            f"Use KEY=VALUE, for example `--answer {first.name}={first.choices[0].name}`.",
        )
    question = next((question for question in questions if question.name == key), None)
    if question is None:
        raise UsageError(f'Unknown question "{key}".', did_you_mean(key, [question.name for question in questions]))
    names = [choice.name for choice in question.choices]
    if value not in (*names, SKIP):
        raise UsageError(
            f'Unknown answer "{value}" to the question {key} ("{question.text}").', did_you_mean(value, names)
        )
    return key, value


def numbered(value: str, question: Question) -> Choice | None:
    """Return the choice that a user typed.

    The user types its number (from 1), its name, or the start of its name. Returns None if no choice or more than one
    choice matches.
    """
    if value.isdecimal():
        number = int(value)
        return question.choices[number - 1] if 1 <= number <= len(question.choices) else None
    begun = [choice for choice in question.choices if value and choice.name.startswith(value)]
    return question.choice(value) or (begun[0] if len(begun) == 1 else None)
