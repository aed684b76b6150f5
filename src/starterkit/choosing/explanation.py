"""Explains the advice: the reasons for and against a framework. Their sentences come from path.yml."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from starterkit.choosing.advice import Advice
from starterkit.choosing.questions import EVERYBODY, START_WARNINGS, STRONG, WEAK, Choice, Decides
from starterkit.choosing.scoring import Contribution, Scores, strength
from starterkit.template.model import Template


@dataclass(frozen=True)
class Reason:
    """A reason for or against a framework: the user's answers, and a sentence about the framework.

    `answers` are pairs of question and choice, and `because` is their text. `trait` is empty if the answers name a
    framework or a language.
    """

    answers: tuple[tuple[str, str], ...]
    because: str
    trait: str
    sentence: str


@dataclass(frozen=True)
class _Part:
    question: str
    choice: Choice
    share: Contribution
    sentence: str

    @property
    def restated(self) -> str:
        is_new = self.choice.decides is Decides.KNOWN and self.share.trait
        return f"{self.choice.restated}, so you would learn something new" if is_new else self.choice.restated


def reasons(advice: Advice, template: Template) -> list[Reason]:
    """Return the reasons for a framework, strongest first, with at most one reason per answer."""
    scores, number = advice.scores, advice.templates.index(template)
    rivals = [rival for rival in advice.ranking[:2] if rival != number]
    parts = [_speaking(scores, number, question.name, choice) for question, choice in advice.chosen]
    # Experience with small programs says little about frameworks, so it is a reason only if there is no other reason.
    telling = [part for part in parts if part and (part.question, part.choice.name) != ("know", "some")]
    parts = list(telling) or parts
    if not any(parts):
        parts = [_speaking(scores, number, "", EVERYBODY)]
    return _as_reasons(
        (part.share.points[number] - max((part.share.points[rival] for rival in rivals), default=0), part)
        for part in parts
        if part
    )


def unmet(advice: Advice, template: Template) -> list[Reason]:
    """Return reasons against a framework: wishes that another framework fulfills better. At most one per answer."""
    scores, number = advice.scores, advice.templates.index(template)
    speaking = {answer for reason in reasons(advice, template) for answer in reason.answers}
    parts = (
        _lacking(scores, number, question.name, choice)
        for question, choice in advice.chosen
        # An answer that is a reason for this framework isn't also shown as a reason against it.
        if question.name != "time" and (question.name, choice.name) not in speaking
    )
    return _as_reasons((abs(part.share.weight), part) for part in parts if part)


def start_warnings(template: Template) -> list[str]:
    """Return a warning for each trait of an easy start in which a framework is weak."""
    return [
        f"{warning}. {template.traits[trait].reason}"
        for trait, warning in START_WARNINGS.items()
        if trait in template.traits and template.traits[trait].strength <= WEAK
    ]


@cache
def _speaking(scores: Scores, number: int, question: str, choice: Choice) -> _Part | None:
    """Return the part of an answer that is the best argument for a framework, or None."""
    template = scores.templates[number]
    named = _sentence_for(scores, template, choice)
    shares = [  # a strength in a trait that matters little for this answer isn't a convincing reason
        share
        for share in scores.shares(choice)
        if (named if not share.trait else share.trait in choice.foremost and strength(template, share.trait) >= STRONG)
    ]
    if not shares:
        return None
    share = max(shares, key=lambda share: (not share.trait, share.points[number]))
    return _Part(question, choice, share, named or template.traits[share.trait].reason)


@cache
def _lacking(scores: Scores, number: int, question: str, choice: Choice) -> _Part | None:
    """Return the part of an answer that another framework fulfills much better, or None."""
    template, shares = scores.templates[number], scores.shares(choice)
    sentence = _sentence_against(template, choice)
    if sentence:
        return _Part(question, choice, shares[0], sentence)
    lacking = [
        share
        for share in shares
        if choice.decides is None
        and share.trait in choice.foremost
        and share.trait in template.traits
        and share.trait not in START_WARNINGS
        and strength(template, share.trait) <= WEAK < max(strength(each, share.trait) for each in scores.templates)
    ]
    if not lacking:
        return None
    share = max(lacking, key=lambda share: max(share.points))
    return _Part(question, choice, share, template.traits[share.trait].reason)


def _sentence_for(scores: Scores, template: Template, choice: Choice) -> str:
    if template.name in choice.named and choice.decides is Decides.LANGUAGE:
        others = [other.title for other in scores.templates if other.name in choice.named and other != template]
        too = f" {listed(others)} {'use' if others[1:] else 'uses'} {template.language} too." if others else ""
        return f"{template.title} uses {template.language}.{too}"
    if template.name in choice.named and choice.decides is Decides.TEAM:
        return "Your colleagues can answer your questions. You can use what you learn at work."
    return ""


def _sentence_against(template: Template, choice: Choice) -> str:
    if choice.decides is Decides.LANGUAGE and template.name not in choice.named:
        return f"{template.title} uses {template.language}."
    if choice.decides is Decides.KNOWN and template.name in choice.named:
        return f"You would learn less with {template.title}."
    return ""


def _as_reasons(weighted_parts: Iterable[tuple[int, _Part]]) -> list[Reason]:
    groups: dict[tuple[str, str], list[tuple[int, _Part]]] = {}
    for weight, part in weighted_parts:
        groups.setdefault((part.share.trait, part.sentence), []).append((weight, part))
    merged = []
    for key, group in sorted(groups.items(), key=lambda item: -sum(weight for weight, _ in item[1])):
        answers = tuple((part.question, part.choice.name) for _, part in group)
        merged.append(Reason(answers, joined([part.restated for _, part in group]), *key))
    return merged


def joined(sentences: Sequence[str]) -> str:
    """Join sentences (without their full stops) with ", and" into one sentence."""
    first, *others = sentences
    return ", and ".join((first, *(other[0].lower() + other[1:] for other in others)))


def listed(items: list[str]) -> str:
    """Return the items as words in a sentence: `a, b and c`."""
    return ", ".join(items[:-1]) + " and " + items[-1] if len(items) > 1 else "".join(items)
