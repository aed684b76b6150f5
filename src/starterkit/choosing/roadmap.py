"""What to learn after the first framework, and when: start with one, expand as needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from starterkit.choosing.advice import Advice
from starterkit.choosing.questions import Decides
from starterkit.choosing.scoring import strength
from starterkit.choosing.traits import START_WARNINGS, STRONG, WORDINGS
from starterkit.template.model import Template

_LONGEST = 3


@dataclass(frozen=True)
class Stage:
    """One framework of a path; `trait` is what it adds most to those before it, empty for the start."""

    template: Template
    trait: str

    @property
    def when(self) -> str:
        """When to take it, as the end of a sentence that begins with "when"."""
        return WORDINGS[self.trait].later if self.trait else ""


def path(advice: Advice) -> list[Stage]:
    """Return two or three frameworks: the start, what fits next and adds to it, and what adds most to both."""
    stages = [Stage(advice.start, "")]
    known = [one for one in advice.reckoning.templates if one.name in _known(advice)]
    wished = _wishes(advice)
    while len(stages) < _LONGEST:
        before = [*known, *(stage.template for stage in stages)]
        further = [_stage(one, before, wished) for one in advice.reckoning.templates if one not in before]
        useful = [(gain, stage) for gain, stage in further if stage.trait]
        if not useful:
            break
        stages.append(_second(advice, useful) if len(stages) == 1 else max(useful, key=lambda entry: entry[0])[1])
    return stages


def _second(advice: Advice, useful: list[tuple[int, Stage]]) -> Stage:
    """The stage after the start: of those that add something, the one that fits the person most."""
    order = [advice.reckoning.templates[number] for number in advice.ranking]
    return min((stage for _, stage in useful), key=lambda stage: order.index(stage.template))


def _stage(template: Template, before: list[Template], wished: Mapping[str, int]) -> tuple[int, Stage]:
    """How much a template adds to those before it, what was wished for counting more, and what it adds most."""
    gains = {
        trait: (strength(template, trait) - max(strength(one, trait) for one in before)) * (1 + wished.get(trait, 0))
        for trait in WORDINGS
        if trait not in START_WARNINGS  # whoever has one framework behind them needs no easier beginning
    }
    strong = [trait for trait, gain in gains.items() if gain > 0 and strength(template, trait) >= STRONG]
    most = max(strong, key=lambda trait: (gains[trait], strength(template, trait)), default="")
    return sum(gain for gain in gains.values() if gain > 0), Stage(template, most)


def _known(advice: Advice) -> frozenset[str]:
    return frozenset().union(*(choice.named for _, choice in advice.chosen if choice.decides is Decides.KNOWN))


def _wishes(advice: Advice) -> dict[str, int]:
    """How much each trait was wished for, all answers taken together."""
    wishes: dict[str, int] = {}
    for _, choice in advice.chosen:
        for trait, weight in choice.wishes.items() if choice.decides is None else ():
            wishes[trait] = wishes.get(trait, 0) + weight
    return wishes
