"""Calculates the points that each answer adds to each framework.

An answer has wishes: a weight for each trait. A wish adds its weight times the framework's strength in the trait. The
points of all answers are calculated once. A user's total is their sum, so the order of the answers doesn't matter.
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
    """The points from one part of an answer.

    The part is a wish for `trait`, or it names frameworks (`trait` is empty).
    """

    trait: str
    weight: int
    points: Points


@dataclass(frozen=True)
class AnswerChange:
    """Another answer to a question, and how it would change the points. `choice` is None for no answer."""

    question: Question
    choice: Choice | None
    difference: Points

    @property
    def names_a_framework(self) -> bool:
        """True if the answer names a framework that the user knows or that the team uses."""
        return self.choice is not None and self.choice.decides in (Decides.TEAM, Decides.KNOWN)

    @cached_property
    def rank(self) -> int:
        """The sort key for showing changes.

        It is 0 for wishes, 1 for languages, 2 for no answer, and 3 for frameworks.
        """
        if self.choice is None or (self.question.name == "know" and not self.names_a_framework):
            return 2  # shown late, because users can't change how much they know
        return 3 if self.names_a_framework else int(self.choice.decides is not None)


class Scores:
    """The templates to choose from, the questions, and the points that every possible answer adds.

    If two templates have the same name, the last one is used. The templates are sorted by how easy the start is, so an
    easier template wins if points are equal.
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
        """Return the points from each part of an answer. If it names frameworks, this part comes first."""
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
        """Return the changes from an answer to each other answer and to no answer.

        `given` is the name of the present choice, or None for no answer.
        """
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
        """Return the points that an answer adds to each template. `choice` is the choice's name."""
        return self._added[question, choice]

    def totals(self, answers: Mapping[str, str]) -> Points:
        """Return the total points of each template. `answers` maps a question's name to a choice's name."""
        return _plus(self.everybody, *(self._added[answer] for answer in answers.items()))

    def wishes(self, answers: Mapping[str, str]) -> Points:
        """Return the points of each template from wishes alone.

        Named frameworks and languages don't count.
        """
        choices = (EVERYBODY, *(choice for _, choice in self.chosen(answers)))
        return self._sum([share for choice in choices for share in self.shares(choice) if share.trait])

    def chosen(self, answers: Mapping[str, str]) -> Iterator[tuple[Question, Choice]]:
        """Yield each answered question with the user's choice, in the order of the questions."""
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
