"""The advice to one user: where to start, how sure that is, the runner-up, and which answers would change it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from operator import add

from starterkit.choosing.questions import STRONG, Choice, Decides, Question
from starterkit.choosing.scoring import AnswerChange, Points, Scores, ranked, strength
from starterkit.template.model import Template

_CLOSE = 0.2  # a larger share of other answers that lead elsewhere makes it a close call
# A framework in another language is worth naming if it leads by this many points, after this many answers.
_FAR_AHEAD, _MANY_ANSWERS = 5, 4
_UNSUITED = 2.5  # a rank between no answer and naming a framework


class Sureness(Enum):
    """How sure an advice is, in words."""

    ONLY = "no choice"
    EQUAL = "undecided"
    GUESS = "a guess"
    CLOSE = "not very"
    FAIR = "fairly sure"
    CLEAR = "very sure"


@dataclass(frozen=True)
class Advice:
    """The advice that follows from a user's answers: the choice for each question's name. Others were skipped."""

    scores: Scores
    answers: Mapping[str, str]

    @cached_property
    def totals(self) -> Points:
        """The sum of the answers for each template."""
        return self.scores.totals(self.answers)

    @cached_property
    def ranking(self) -> list[int]:
        """The numbers of the templates, the one to start with first.

        If several come next with equal points, the first of them is one that another wish would have made the start,
        or else the one that fits most what the user wants to build.
        """
        first, *others = ranked(self.totals)
        equals = [number for number in others if self.totals[number] == self.totals[others[0]]]
        if len(equals) > 1:
            tipped = [number for number in equals if any(not tip.rank for tip in self.tips(self.templates[number])[:1])]
            built = self.scores.totals({name: choice for name, choice in self.answers.items() if name == "build"})
            second = tipped[0] if tipped else max(equals, key=built.__getitem__)
            others.sort(key=lambda number: number != second)
        return [first, *others]

    @property
    def templates(self) -> tuple[Template, ...]:
        return self.scores.templates

    @property
    def start(self) -> Template:
        """Where to start."""
        return self.templates[self.ranking[0]]

    @cached_property
    def equals(self) -> tuple[Template, ...]:
        """The others that fit equally well."""
        most = self.totals[self.ranking[0]]
        return tuple(self.templates[number] for number in self.ranking[1:] if self.totals[number] == most)

    @property
    def runner_up(self) -> Template | None:
        """The second framework, or None if there is no other."""
        return self.templates[self.ranking[1]] if len(self.ranking) > 1 else None

    @cached_property
    def chosen(self) -> tuple[tuple[Question, Choice], ...]:
        """The answers, in the order of the questions."""
        return tuple(self.scores.chosen(self.answers))

    @cached_property
    def leads_elsewhere(self) -> tuple[int, int]:
        """How many changes of one answer would lead to another framework, and how many changes there are.

        Naming another framework outright always does, so it doesn't count.
        """
        first = self.ranking[0]
        outcomes = [totals for change, totals in self._outcomes if not change.names_a_framework]
        return sum(totals[first] < max(totals) for totals in outcomes), len(outcomes)

    @cached_property
    def sureness(self) -> Sureness:
        """How sure the advice is, by the share of other answers that would change it."""
        if len(self.templates) == 1:
            return Sureness.ONLY
        if self.equals:
            return Sureness.EQUAL
        if len(self.chosen) < 2 and not any(choice.decides for _, choice in self.chosen):
            return Sureness.GUESS
        elsewhere, of = self.leads_elsewhere
        if elsewhere > _CLOSE * of or self.language_goes_first:
            return Sureness.CLOSE
        return Sureness.FAIR if elsewhere else Sureness.CLEAR

    def tips(self, template: Template) -> list[AnswerChange]:
        """Return the changes of one answer that make this template, and no other, the one to start with.

        The template's strengths come first, the most telling in front. Last come wishes that only take another template
        away, and then naming a framework outright.
        """
        wanted = self.templates.index(template)
        leads = [
            (totals[wanted] - max(points for number, points in enumerate(totals) if number != wanted), change)
            for change, totals in self._outcomes
            if totals[wanted] == max(totals)
        ]
        tips = sorted(
            (entry for entry in leads if entry[0] > 0),
            key=lambda entry: (entry[1].rank if _suits(entry[1], template) else _UNSUITED, -entry[0]),
        )
        return [change for _, change in tips]

    @cached_property
    def known_fits(self) -> Template | None:
        """The framework that the user knows, if the wishes describe only that one."""
        known = {name for _, choice in self.chosen if choice.decides is Decides.KNOWN for name in choice.named}
        others = self._without("know")
        totals = self.scores.totals(others)
        fits = [template for template, points in zip(self.templates, totals, strict=True) if points == max(totals)]
        return fits[0] if len(fits) == 1 and fits[0].name in known and fits[0] is not self.start and others else None

    @cached_property
    def language_goes_first(self) -> Template | None:
        """The framework that the wishes describe, if only the language leads to another one."""
        language = next((choice for _, choice in self.chosen if choice.decides is Decides.LANGUAGE), None)
        wishes = self.scores.wishes(self._without("know", "language", "team"))
        if language is None or self.start.name not in language.named or len(self.chosen) < _MANY_ANSWERS:
            return None
        most = self.templates[ranked(wishes)[0]]
        lead = max(wishes) - wishes[self.ranking[0]]
        return most if most.name not in language.named and lead >= _FAR_AHEAD else None

    def _without(self, *questions: str) -> dict[str, str]:
        """The answers to all other questions."""
        return {name: choice for name, choice in self.answers.items() if name not in questions}

    @cached_property
    def _outcomes(self) -> list[tuple[AnswerChange, Points]]:
        """Every change of one answer, with the sums that it leads to."""
        return [
            (change, tuple(map(add, self.totals, change.difference)))
            for question in self.scores.questions
            for change in self.scores.changes(question, self.answers.get(question.name))
        ]


def _suits(change: AnswerChange, template: Template) -> bool:
    """True if a template has what an answer wishes for most, or if the answer wishes for nothing."""
    if change.choice is None or change.choice.decides:
        return True
    wished = change.choice.foremost
    return not wished or any(strength(template, trait) >= STRONG for trait in wished)
