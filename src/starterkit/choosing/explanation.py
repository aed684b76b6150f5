"""Why a framework, and what it costs: sentences made of a person's answers and of what path.yml says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from starterkit.choosing.advice import Advice
from starterkit.choosing.questions import EVERYBODY, Choice, Decides
from starterkit.choosing.scoring import Contribution, Scores, strength
from starterkit.choosing.traits import START_WARNINGS, STRONG, WEAK
from starterkit.template.model import Template


@dataclass(frozen=True)
class Reason:
    """Something that speaks for a framework, or a wish that it does not grant.

    `answers` are those that it rests on, as pairs of question and choice; `trait` is empty where they name a framework
    or a language outright.
    """

    answers: tuple[tuple[str, str], ...]
    because: str
    trait: str
    sentence: str


@dataclass(frozen=True)
class _Part:
    """What one answer says for or against a framework."""

    question: str
    choice: Choice
    share: Contribution
    sentence: str

    @cached_property
    def said(self) -> str:
        """The answer, said back; to know a framework is to look for what it lacks."""
        is_new = self.choice.decides is Decides.KNOWN and self.share.trait
        return f"{self.choice.said}, and this would be new to you" if is_new else self.choice.said


def reasons(advice: Advice, template: Template) -> list[Reason]:
    """Return what speaks for a framework, the most telling first: one reason for each answer."""
    reckoning, number = advice.reckoning, advice.reckoning.templates.index(template)
    rivals = [one for one in advice.ranking[:2] if one != number]
    found = [_speaking(reckoning, number, question.name, choice) for question, choice in advice.chosen]
    telling = [part for part in found if part and (part.question, part.choice.name) != ("know", "some")]
    found = list(telling) or found  # to have written small programs is a reason only where there is no other
    if not any(found):
        found = [_speaking(reckoning, number, "", EVERYBODY)]
    return _as_reasons(
        (part.share.points[number] - max((part.share.points[one] for one in rivals), default=0), part)
        for part in found
        if part
    )


def unmet(advice: Advice, template: Template) -> list[Reason]:
    """Return what was wished for and a framework does not grant, though another would: one for each answer."""
    reckoning, number = advice.reckoning, advice.reckoning.templates.index(template)
    speaking = {answer for reason in reasons(advice, template) for answer in reason.answers}
    found = [
        _lacking(reckoning, number, question.name, choice)
        for question, choice in advice.chosen
        if question.name != "time"
        and (question.name, choice.name) not in speaking  # an answer speaks on one side alone
    ]
    return _as_reasons((abs(part.share.weight), part) for part in found if part)


def start_warnings(template: Template) -> list[str]:
    """Return the warnings about the start: that it is the more advanced or the heavier one."""
    return [
        f"{words}: {template.traits[trait].reason}"
        for trait, words in START_WARNINGS.items()
        if trait in template.traits and template.traits[trait].strength <= WEAK
    ]


@cache
def _speaking(reckoning: Scores, number: int, question: str, choice: Choice) -> _Part | None:
    """The part of an answer that speaks most for a framework; None where none does."""
    template = reckoning.templates[number]
    named = _named_for(reckoning, template, choice)
    shares = [  # strength in a lesser wish of an answer is no reason
        share
        for share in reckoning.shares(choice)
        if (named if not share.trait else share.trait in choice.foremost and strength(template, share.trait) >= STRONG)
    ]
    if not shares:
        return None
    share = max(shares, key=lambda one: (not one.trait, one.points[number]))
    return _Part(question, choice, share, named or template.traits[share.trait].reason)


@cache
def _lacking(reckoning: Scores, number: int, question: str, choice: Choice) -> _Part | None:
    """The part of an answer that a framework grants least, though another one does; None where there is none."""
    template, shares = reckoning.templates[number], reckoning.shares(choice)
    sentence = _named_against(template, choice)
    if sentence:
        return _Part(question, choice, shares[0], sentence)
    lacking = [
        share
        for share in shares
        if choice.decides is None
        and share.trait in choice.foremost
        and share.trait in template.traits
        and share.trait not in START_WARNINGS
        and strength(template, share.trait) <= WEAK < max(strength(one, share.trait) for one in reckoning.templates)
    ]
    if not lacking:
        return None
    share = max(lacking, key=lambda one: max(one.points))
    return _Part(question, choice, share, template.traits[share.trait].reason)


def _named_for(reckoning: Scores, template: Template, choice: Choice) -> str:
    """What an answer says for the framework that it names outright; empty where it names another one."""
    if template.name not in choice.named:
        return ""
    if choice.decides is Decides.LANGUAGE:
        others = [one.title for one in reckoning.templates if one.name in choice.named and one != template]
        too = f", as with {listed(others)}" if others else ""
        return f"with {template.title} you write {template.language}{too}."
    if choice.decides is Decides.TEAM:
        return "there are people to ask and code to read, and what you learn is of use the next day."
    return ""


def _named_against(template: Template, choice: Choice) -> str:
    if choice.decides is Decides.LANGUAGE and template.name not in choice.named:
        return f"with {template.title} you write {template.language}."
    if choice.decides is Decides.KNOWN and template.name in choice.named:
        return "it has less that is new to show you."
    return ""


def _as_reasons(parts: Iterable[tuple[int, _Part]]) -> list[Reason]:
    """One reason for the answers that say the same, in the order of what they weigh together."""
    together: dict[tuple[str, str], list[_Part]] = {}
    weights: dict[tuple[str, str], int] = {}
    for weight, part in parts:
        key = (part.share.trait, part.sentence)
        together.setdefault(key, []).append(part)
        weights[key] = weights.get(key, 0) + weight
    return [
        Reason(
            tuple((part.question, part.choice.name) for part in together[key]),
            _joined([part.said for part in together[key]]),
            *key,
        )
        for key in sorted(together, key=lambda key: -weights[key])
    ]


def _joined(said: list[str]) -> str:
    first, *others = said
    return ", and ".join((first, *(other[0].lower() + other[1:] for other in others)))


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence."""
    return ", ".join(words[:-1]) + " and " + words[-1] if len(words) > 1 else "".join(words)
