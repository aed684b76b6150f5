"""Answers as they are typed: `key=value`, with the nearest right word where one is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from starterkit.choosing.questions import Choice, Question
from starterkit.errors import UsageError
from starterkit.yamlfile import did_you_mean

SKIP = "skip"


def parse_answers(words: Iterable[str], questions: Sequence[Question]) -> dict[str, str]:
    """Return the choice by the question's name; `skip` is one for every question.

    Raises `UsageError` for what is no answer, an unknown question or choice, and one question answered in two ways.
    """
    found: dict[str, str] = {}
    for word in words:
        question, choice = _parsed(word, questions)
        if found.setdefault(question.name, choice) != choice:
            raise UsageError(
                f'"{question.name}" is answered in two ways: {found[question.name]} and {choice}.',
                "Leave one of them out.",
            )
    return found


def answered(choices: dict[str, str]) -> dict[str, str]:
    """Return the answers without the questions that were skipped."""
    return {name: choice for name, choice in choices.items() if choice != SKIP}


def _parsed(word: str, questions: Sequence[Question]) -> tuple[Question, str]:
    key, sign, value = (part.strip().lower() for part in word.partition("="))
    if not sign or not key or not value:
        first = questions[0]
        raise UsageError(
            f'--answer wants KEY=VALUE, and found "{word}".',
            f"For example: --answer {first.name}={first.choices[0].name}",
        )
    question = next((one for one in questions if one.name == key), None)
    if question is None:
        raise UsageError(f'There is no question "{key}".', did_you_mean(key, [one.name for one in questions]))
    return question, _choice(value, question)


def _choice(value: str, question: Question) -> str:
    names = [choice.name for choice in question.choices]
    if value not in (*names, SKIP):
        raise UsageError(f'"{value}" is no answer to {question.name} ("{question.words}").', did_you_mean(value, names))
    return value


def numbered(value: str, question: Question) -> Choice | None:
    """Return the choice that a number, a word or the beginning of one means; None where it is none or several."""
    if value.isdecimal():
        number = int(value)
        return question.choices[number - 1] if 1 <= number <= len(question.choices) else None
    whole = question.choice(value)
    begun = [choice for choice in question.choices if value and choice.name.startswith(value)]
    return whole or (begun[0] if len(begun) == 1 else None)
