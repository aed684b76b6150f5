"""The reckoning: what each answer adds to each framework. A sum, so the order of answering cannot matter.

A wish of weight w for a trait adds w x strength to every framework. All is worked out once for a set of templates;
after that, a person's answers are a few additions.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import sub

from starterkit.choosing.questions import EVERYBODY, Choice, Decides, Question, questions
from starterkit.choosing.traits import START_WARNINGS
from starterkit.template.model import Template

Points = tuple[int, ...]  # one number for each template, in the order of `Scores.templates`


@dataclass(frozen=True)
class Contribution:
    """What one part of an answer adds: for the wish for a trait, or for what the answer names (`trait` is empty)."""

    trait: str
    weight: int
    points: Points


@dataclass(frozen=True)
class AnswerChange:
    """One answer given otherwise, and what that adds or takes; `choice` is None where the question is left open."""

    question: Question
    choice: Choice | None
    difference: Points

    @property
    def names_a_framework(self) -> bool:
        """Whether the answer names a framework outright, as a team's or as one that is known."""
        return self.choice is not None and self.choice.decides in (Decides.TEAM, Decides.KNOWN)

    @cached_property
    def rank(self) -> int:
        """Which changes tell more, the lowest first: another wish; a language; what is no wish; naming a framework."""
        if self.choice is None or (self.question.name == "know" and not self.names_a_framework):
            return 2  # nobody can wish to know more, or less
        return 3 if self.names_a_framework else int(self.choice.decides is not None)


class Scores:
    """A set of templates, the questions about them, and what every possible answer adds.

    Of templates with the same name the last one counts. They stand in a fixed order, whatever order they came in: the
    gentler and quicker start first. So of two that fit equally well, that one is named first.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        unique = {template.name: template for template in templates}.values()
        self.templates: tuple[Template, ...] = tuple(
            sorted(unique, key=lambda one: (-sum(strength(one, trait) for trait in START_WARNINGS), one.name))
        )
        self.questions: tuple[Question, ...] = questions(self.templates)
        self._shares: dict[Choice, tuple[Contribution, ...]] = {}
        self.everybody = self._sum(self.shares(EVERYBODY))
        self._choices = {
            (question.name, choice.name): choice for question in self.questions for choice in question.choices
        }
        self._added = {answer: self._sum(self.shares(choice)) for answer, choice in self._choices.items()}
        self._changes: dict[tuple[str, str | None], tuple[AnswerChange, ...]] = {}

    def shares(self, choice: Choice) -> tuple[Contribution, ...]:
        """Return what the parts of an answer add; what it names outright comes first."""
        if choice not in self._shares:
            named = self._named(choice, choice.decides) if choice.decides else ()
            wished = (
                Contribution(trait, weight, self._weighed(trait, weight)) for trait, weight in choice.wishes.items()
            )
            self._shares[choice] = (*named, *wished)
        return self._shares[choice]

    def changes(self, question: Question, given: str | None) -> tuple[AnswerChange, ...]:
        """Return how a question could have been answered otherwise than it was."""
        key = (question.name, given)
        if key not in self._changes:
            self._changes[key] = tuple(self._otherwise(question, given))
        return self._changes[key]

    def _otherwise(self, question: Question, given: str | None) -> Iterator[AnswerChange]:
        nothing = (0,) * len(self.templates)
        now = self.added(question.name, given) if given else nothing
        for choice in (*question.choices, None) if given else question.choices:
            if choice is None or choice.name != given:
                then = self.added(question.name, choice.name) if choice else nothing
                yield AnswerChange(question, choice, tuple(map(sub, then, now)))

    def added(self, question: str, choice: str) -> Points:
        """Return what an answer adds in all."""
        return self._added[question, choice]

    def totals(self, answers: Mapping[str, str]) -> Points:
        """Return the sum for each template; `answers` holds the choice by the question's name."""
        return _plus(self.everybody, *(self._added[answer] for answer in answers.items()))

    def wishes(self, answers: Mapping[str, str]) -> Points:
        """Return the sum of the wishes alone, without what is named outright."""
        choices = (EVERYBODY, *(choice for _, choice in self.chosen(answers)))
        return self._sum([share for choice in choices for share in self.shares(choice) if share.trait])

    def chosen(self, answers: Mapping[str, str]) -> Iterator[tuple[Question, Choice]]:
        """Yield the questions that were answered, in their own order, with the choice."""
        for question in self.questions:
            if question.name in answers:
                yield question, self._choices[question.name, answers[question.name]]

    def _named(self, choice: Choice, decides: Decides) -> Iterator[Contribution]:
        points = tuple(decides.value if one.name in choice.named else 0 for one in self.templates)
        yield Contribution("", decides.value, points)

    def _weighed(self, trait: str, weight: int) -> Points:
        return tuple(weight * strength(template, trait) for template in self.templates)

    def _sum(self, shares: Sequence[Contribution]) -> Points:
        return _plus((0,) * len(self.templates), *(share.points for share in shares))


def strength(template: Template, trait: str) -> int:
    """Return how strong a template is in a trait; 0 where its path.yml says nothing."""
    found = template.traits.get(trait)
    return found.strength if found else 0


def ranked(totals: Points) -> list[int]:
    """Return the numbers of the templates, the one that fits most first; of equals, in the order of the templates."""
    return sorted(range(len(totals)), key=lambda number: -totals[number])


def _plus(*several: Points) -> Points:
    return tuple(map(sum, zip(*several, strict=True)))
