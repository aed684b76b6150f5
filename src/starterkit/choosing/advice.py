"""The advice to one person: where to start, how sure that is, the runner-up, and what would have tipped it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from operator import add

from starterkit.choosing.questions import Choice, Question
from starterkit.choosing.reckoning import Change, Points, Reckoning, ranked
from starterkit.template.model import Template

_CLOSE = 0.2  # the share of other answers that lead elsewhere, from which on it is a close call


class Sureness(Enum):
    """How sure an advice is, in words."""

    ONLY = "there is no choice"
    EQUAL = "undecided"
    GUESS = "a guess"
    CLOSE = "a close call"
    FAIR = "fairly sure"
    CLEAR = "sure"


@dataclass(frozen=True)
class Advice:
    """What follows from a person's answers: the choice by the question's name; what is absent was skipped."""

    reckoning: Reckoning
    answers: Mapping[str, str]

    @cached_property
    def totals(self) -> Points:
        """What the answers add up to, for each template of the reckoning."""
        return self.reckoning.totals(self.answers)

    @cached_property
    def ranking(self) -> list[int]:
        """The numbers of the templates in the reckoning, the one to start with first."""
        return ranked(self.totals)

    @property
    def start(self) -> Template:
        """Where to start."""
        return self.reckoning.templates[self.ranking[0]]

    @cached_property
    def equals(self) -> tuple[Template, ...]:
        """The others that fit equally well."""
        most = self.totals[self.ranking[0]]
        return tuple(self.reckoning.templates[one] for one in self.ranking[1:] if self.totals[one] == most)

    @property
    def runner_up(self) -> Template | None:
        """The one that comes next, of equals the first that another wish would have tipped; None without another."""
        if len(self.ranking) == 1:
            return None
        next_best = [one for one in self.ranking[1:] if self.totals[one] == self.totals[self.ranking[1]]]
        templates = [self.reckoning.templates[number] for number in next_best]
        return next((one for one in templates if self.tips(one) and not self.tips(one)[0].rank), templates[0])

    @cached_property
    def chosen(self) -> tuple[tuple[Question, Choice], ...]:
        """The answers, in the order of the questions."""
        return tuple(self.reckoning.chosen(self.answers))

    @cached_property
    def leads_elsewhere(self) -> tuple[int, int]:
        """How many single answers, given otherwise, would lead elsewhere, and of how many.

        To name another framework outright always does, so that is left out.
        """
        first = self.ranking[0]
        outcomes = [totals for change, totals in self._outcomes if not change.names_a_framework]
        return sum(totals[first] < max(totals) for totals in outcomes), len(outcomes)

    @cached_property
    def sureness(self) -> Sureness:
        """How sure the advice is: by how many other answers would change it."""
        if len(self.reckoning.templates) == 1:
            return Sureness.ONLY
        if self.equals:
            return Sureness.EQUAL
        if not self._says_enough:
            return Sureness.GUESS
        elsewhere, of = self.leads_elsewhere
        if elsewhere > _CLOSE * of:
            return Sureness.CLOSE
        return Sureness.FAIR if elsewhere else Sureness.CLEAR

    @property
    def _says_enough(self) -> bool:
        """Whether there is more than one answer, or one that names a language or a framework outright."""
        return len(self.chosen) > 1 or any(choice.decides for _, choice in self.chosen)

    def names_outright(self, question: Question) -> bool:
        """Whether the question was answered with a framework or a language."""
        return any(one is question and choice.decides for one, choice in self.chosen)

    def tips(self, template: Template) -> list[Change]:
        """Return the single answers that, given otherwise, make this template the one to start with, and no other.

        What weighs wishes comes first, the most telling of them in front; to name a framework outright comes last.
        """
        wanted = self.reckoning.templates.index(template)
        leads = [
            (totals[wanted] - max(points for one, points in enumerate(totals) if one != wanted), change)
            for change, totals in self._outcomes
            if totals[wanted] == max(totals)
        ]
        found = sorted((entry for entry in leads if entry[0] > 0), key=lambda entry: (entry[1].rank, -entry[0]))
        return [change for _, change in found]

    @cached_property
    def _outcomes(self) -> list[tuple[Change, Points]]:
        """Every single answer that could have been given otherwise, with what the sum would have been."""
        return [
            (change, tuple(map(add, self.totals, change.difference)))
            for question in self.reckoning.questions
            for change in self.reckoning.changes(question, self.answers.get(question.name))
        ]
