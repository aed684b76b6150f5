"""Calculates the points that each answer adds to each framework.

A wish with weight w for a trait adds w x strength to every framework. All points are calculated once for a set of
templates. The total for a user is a sum, so the order of the answers doesn't matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import sub

from starterkit.choosing.questions import EVERYBODY, START_WARNINGS, Choice, Decides, Question, questions
from starterkit.template.model import Template

Points = tuple[int, ...]  # the points of each template, in the order of `Scores.templates`


@dataclass(frozen=True)
class Contribution:
    """The points from one part of an answer. `trait` is empty if the answer names frameworks."""

    trait: str
    weight: int
    points: Points


@dataclass(frozen=True)
class AnswerChange:
    """A different answer to a question, and the change in points. `choice` is None for no answer."""

    question: Question
    choice: Choice | None
    difference: Points

    @property
    def names_a_framework(self) -> bool:
        """True if the answer names a known framework, or the framework of a team."""
        return self.choice is not None and self.choice.decides in (Decides.TEAM, Decides.KNOWN)

    @cached_property
    def rank(self) -> int:
        """The order for showing changes: wishes first, then languages, no answer, and named frameworks."""
        if self.choice is None or (self.question.name == "know" and not self.names_a_framework):
            return 2  # users can't change how much they know
        return 3 if self.names_a_framework else int(self.choice.decides is not None)


class Scores:
    """A set of templates, the questions for them, and the points for every possible answer.

    If templates have the same name, the last is used. Templates with an easy start come first. So they also come first
    if the points are equal.
    """

    def __init__(self, templates: Iterable[Template]) -> None:
        by_name = {template.name: template for template in templates}
        starts = {name: sum(strength(each, trait) for trait in START_WARNINGS) for name, each in by_name.items()}
        self.templates = tuple(by_name[name] for name in sorted(by_name, key=lambda name: (-starts[name], name)))
        self.questions = questions(self.templates)
        self.everybody = self._sum(self.shares(EVERYBODY))
        self._choices = {
            (question.name, choice.name): choice for question in self.questions for choice in question.choices
        }
        self._added = {answer: self._sum(self.shares(choice)) for answer, choice in self._choices.items()}
        self._changes: dict[tuple[str, str | None], list[AnswerChange]] = {}

    def shares(self, choice: Choice) -> list[Contribution]:
        """Return the points from each part of an answer. The part that names frameworks comes first."""
        parts = []
        if choice.decides:
            weight = choice.decides.value
            named = tuple(weight if template.name in choice.named else 0 for template in self.templates)
            parts.append(Contribution("", weight, named))
        for trait, weight in choice.wishes.items():
            points = tuple(weight * strength(template, trait) for template in self.templates)
            parts.append(Contribution(trait, weight, points))
        return parts

    def changes(self, question: Question, given: str | None) -> list[AnswerChange]:
        """Return the changes from the answer `given` to every other answer, or to no answer."""
        key = (question.name, given)
        if key not in self._changes:
            nothing = (0,) * len(self.templates)
            now = self.added(question.name, given) if given else nothing
            others = [choice for choice in question.choices if choice.name != given]
            changes = [
                AnswerChange(question, choice, tuple(map(sub, self.added(question.name, choice.name), now)))
                for choice in others
            ]
            if given:
                changes.append(AnswerChange(question, None, tuple(map(sub, nothing, now))))
            self._changes[key] = changes
        return self._changes[key]

    def added(self, question: str, choice: str) -> Points:
        """Return the total points that an answer adds."""
        return self._added[question, choice]

    def totals(self, answers: Mapping[str, str]) -> Points:
        """Return the total points of each template. `answers` has the choice for each question's name."""
        return _plus(self.everybody, *(self._added[answer] for answer in answers.items()))

    def wishes(self, answers: Mapping[str, str]) -> Points:
        """Return the points from wishes only, without answers that name frameworks or languages."""
        choices = (EVERYBODY, *(choice for _, choice in self.chosen(answers)))
        return self._sum([share for choice in choices for share in self.shares(choice) if share.trait])

    def chosen(self, answers: Mapping[str, str]) -> Iterator[tuple[Question, Choice]]:
        """Yield each answered question with the choice, in the order of the questions."""
        for question in self.questions:
            if question.name in answers:
                yield question, self._choices[question.name, answers[question.name]]

    def _sum(self, shares: Sequence[Contribution]) -> Points:
        return _plus((0,) * len(self.templates), *(share.points for share in shares))


def strength(template: Template, trait: str) -> int:
    """Return a template's strength in a trait, or 0 if its path.yml doesn't list the trait."""
    return template.traits[trait].strength if trait in template.traits else 0


def ranked(totals: Points) -> list[int]:
    """Return the indexes of the templates, best first. Equal templates keep their order."""
    return sorted(range(len(totals)), key=lambda number: -totals[number])


def _plus(*several: Points) -> Points:
    return tuple(map(sum, zip(*several, strict=True)))
