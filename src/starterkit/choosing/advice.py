"""Computes the advice for a user: the best framework, and how sure it is.

It also says which other answers would change the result.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from operator import add

from starterkit.choosing.questions import STRONG, Choice, Decides, Question
from starterkit.choosing.scoring import AnswerChange, Points, Scores, ranked, strength
from starterkit.template.model import Template

_CLOSE = 0.2  # if a larger share of all changes of one answer has another result, the advice isn't sure
# The minimum lead (points) and the minimum number of answers for mentioning a better framework in another language.
_FAR_AHEAD, _MANY_ANSWERS = 5, 4
_UNSUITED = 2.5  # a rank between those of `AnswerChange.rank` for "no answer" (2) and "names a framework" (3)


class Sureness(Enum):
    """How sure the advice is. The values are the words on the screen."""

    ONLY = "the only one"
    EQUAL = "a tie"
    GUESS = "a guess"
    CLOSE = "not very certain"
    FAIR = "fairly certain"
    CLEAR = "very certain"


@dataclass(frozen=True)
class Advice:
    """The advice for a user, computed from the answers. `answers` maps a question's name to a choice's name."""

    scores: Scores
    answers: Mapping[str, str]

    @cached_property
    def totals(self) -> Points:
        """The total points of each template."""
        return self.scores.totals(self.answers)

    @cached_property
    def ranking(self) -> list[int]:
        """The indexes of the templates, best first.

        If templates share second place, a template that a single different answer would make the best comes first.
        Without such a template, the best fit for the answer to "What do you want to build?" comes first.
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
        """The template that the advice recommends: the first of the ranking."""
        return self.templates[self.ranking[0]]

    @cached_property
    def equals(self) -> tuple[Template, ...]:
        """The templates that have as many points as the best template, without the best template."""
        most = self.totals[self.ranking[0]]
        return tuple(self.templates[number] for number in self.ranking[1:] if self.totals[number] == most)

    @property
    def runner_up(self) -> Template | None:
        """The second-best template, or None if there is only one template."""
        return self.templates[self.ranking[1]] if len(self.ranking) > 1 else None

    @cached_property
    def chosen(self) -> tuple[tuple[Question, Choice], ...]:
        """The answered questions with the user's choices, in the order of the questions."""
        return tuple(self.scores.chosen(self.answers))

    @cached_property
    def leads_elsewhere(self) -> tuple[int, int]:
        """Two numbers: the changes of one answer with another result, and all changes.

        Changes to an answer that names a framework aren't counted, because they decide the result alone.
        """
        first = self.ranking[0]
        outcomes = [totals for change, totals in self._outcomes if not change.names_a_framework]
        return sum(totals[first] < max(totals) for totals in outcomes), len(outcomes)

    @cached_property
    def sureness(self) -> Sureness:
        """How sure the advice is. It is surer if fewer changes of one answer would change the best template."""
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
        """Return the changes of one answer that would make this template the only best template.

        Answers that ask for the template's strengths come first, the most effective first. Answers that mostly take
        points from other templates follow. Answers that name a framework come last.
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
        """The framework that the user knows already, if it fits all other answers best, or None."""
        known = {name for _, choice in self.chosen if choice.decides is Decides.KNOWN for name in choice.named}
        others = self._without("know")
        totals = self.scores.totals(others)
        fits = [template for template, points in zip(self.templates, totals, strict=True) if points == max(totals)]
        return fits[0] if len(fits) == 1 and fits[0].name in known and fits[0] is not self.start and others else None

    @cached_property
    def language_goes_first(self) -> Template | None:
        """A much better framework that uses another language than the chosen one, or None."""
        language = next((choice for _, choice in self.chosen if choice.decides is Decides.LANGUAGE), None)
        wishes = self.scores.wishes(self._without("know", "language", "team"))
        if language is None or self.start.name not in language.named or len(self.chosen) < _MANY_ANSWERS:
            return None
        most = self.templates[ranked(wishes)[0]]
        lead = max(wishes) - wishes[self.ranking[0]]
        return most if most.name not in language.named and lead >= _FAR_AHEAD else None

    def _without(self, *questions: str) -> dict[str, str]:
        return {name: choice for name, choice in self.answers.items() if name not in questions}

    @cached_property
    def _outcomes(self) -> list[tuple[AnswerChange, Points]]:
        return [
            (change, tuple(map(add, self.totals, change.difference)))
            for question in self.scores.questions
            for change in self.scores.changes(question, self.answers.get(question.name))
        ]


def _suits(change: AnswerChange, template: Template) -> bool:
    """True if a template is strong in a trait that the answer weights most. True if the answer has no trait."""
    if change.choice is None or change.choice.decides:
        return True
    wished = change.choice.foremost
    return not wished or any(strength(template, trait) >= STRONG for trait in wished)
