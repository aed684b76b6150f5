"""The advice to one person: where to start, how sure that is, the runner-up, and what would have tipped it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from operator import add

from starterkit.choosing.questions import Choice, Decides, Question
from starterkit.choosing.scoring import AnswerChange, Points, Scores, ranked, strength
from starterkit.choosing.traits import STRONG
from starterkit.template.model import Template

_CLOSE = 0.2  # the share of other answers that lead elsewhere, from which on it is a close call
_FAR_AHEAD = 5  # points from which on a framework in another language is worth naming, ...
_MANY_ANSWERS = 4  # ... where so many answers were given
_UNSUITED = 2.5  # between leaving a question open and naming a framework


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

    reckoning: Scores
    answers: Mapping[str, str]

    @cached_property
    def totals(self) -> Points:
        """What the answers add up to, for each template of the reckoning."""
        return self.reckoning.totals(self.answers)

    @cached_property
    def ranking(self) -> list[int]:
        """The numbers of the templates in the reckoning, the one to start with first.

        Of those that come next with equal points, the first that another wish would have tipped goes in front, else the
        one that is most for what is to be built.
        """
        first, *others = ranked(self.totals)
        equals = [one for one in others if self.totals[one] == self.totals[others[0]]]
        if len(equals) > 1:
            tips = {one: self.tips(self.reckoning.templates[one])[:1] for one in equals}
            tipped = (one for one in equals if any(not tip.rank for tip in tips[one]))
            built = self.reckoning.totals({name: choice for name, choice in self.answers.items() if name == "build"})
            second = next(tipped, max(equals, key=built.__getitem__))
            others = [second, *(one for one in others if one != second)]
        return [first, *others]

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
        """The one that comes next; None where there is no other."""
        return self.reckoning.templates[self.ranking[1]] if len(self.ranking) > 1 else None

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
        if elsewhere > _CLOSE * of or self.language_goes_first:
            return Sureness.CLOSE
        return Sureness.FAIR if elsewhere else Sureness.CLEAR

    @property
    def _says_enough(self) -> bool:
        """Whether there is more than one answer, or one that names a language or a framework outright."""
        return len(self.chosen) > 1 or any(choice.decides for _, choice in self.chosen)

    def tips(self, template: Template) -> list[AnswerChange]:
        """Return the single answers that, given otherwise, make this template the one to start with, and no other.

        What this template is strong in comes first, the most telling of it in front; to name a framework outright comes
        last, and a wish that only takes another one away, just before it.
        """
        wanted = self.reckoning.templates.index(template)
        leads = [
            (totals[wanted] - max(points for one, points in enumerate(totals) if one != wanted), change)
            for change, totals in self._outcomes
            if totals[wanted] == max(totals)
        ]
        found = sorted(
            (entry for entry in leads if entry[0] > 0),
            key=lambda entry: (entry[1].rank if _suits(entry[1], template) else _UNSUITED, -entry[0]),
        )
        return [change for _, change in found]

    @cached_property
    def known_fits(self) -> Template | None:
        """The framework that the person knows, where their wishes describe just that one; else None."""
        known = {name for _, choice in self.chosen if choice.decides is Decides.KNOWN for name in choice.named}
        others = self._without("know")
        totals = self.reckoning.totals(others)
        fits = [one for one, points in zip(self.reckoning.templates, totals, strict=True) if points == max(totals)]
        return fits[0] if len(fits) == 1 and fits[0].name in known and fits[0] is not self.start and others else None

    @cached_property
    def language_goes_first(self) -> Template | None:
        """The framework that the wishes describe, where only the wanted language leads to another; else None."""
        language = next((choice for _, choice in self.chosen if choice.decides is Decides.LANGUAGE), None)
        wishes = self.reckoning.wishes(self._without("know", "language", "team"))
        if language is None or self.start.name not in language.named or len(self.chosen) < _MANY_ANSWERS:
            return None
        most = self.reckoning.templates[ranked(wishes)[0]]
        lead = max(wishes) - wishes[self.ranking[0]]
        return most if most.name not in language.named and lead >= _FAR_AHEAD else None

    def _without(self, *questions: str) -> dict[str, str]:
        """The answers, but for those to these questions."""
        return {name: choice for name, choice in self.answers.items() if name not in questions}

    @cached_property
    def _outcomes(self) -> list[tuple[AnswerChange, Points]]:
        """Every single answer that could have been given otherwise, with what the sum would have been."""
        return [
            (change, tuple(map(add, self.totals, change.difference)))
            for question in self.reckoning.questions
            for change in self.reckoning.changes(question, self.answers.get(question.name))
        ]


def _suits(change: AnswerChange, template: Template) -> bool:
    """Whether a template grants what an answer wishes for most; true for answers that wish for nothing."""
    if change.choice is None or change.choice.decides:
        return True
    wished = change.choice.foremost
    return not wished or any(strength(template, trait) >= STRONG for trait in wished)
