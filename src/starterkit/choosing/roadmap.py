"""Suggests which frameworks to learn after the first framework, and when."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from starterkit.choosing.advice import Advice
from starterkit.choosing.questions import START_WARNINGS, STRONG, WORDINGS, Decides
from starterkit.choosing.scoring import strength
from starterkit.template.model import Template

_LONGEST = 3


@dataclass(frozen=True)
class Stage:
    """A framework in a roadmap. `trait` is its greatest advantage over earlier frameworks ("" for the first)."""

    template: Template
    trait: str

    @property
    def when(self) -> str:
        """When to learn the framework, as words that begin with "when", or "" for the first framework."""
        return WORDINGS[self.trait].later if self.trait else ""


def path(advice: Advice) -> list[Stage]:
    """Return up to three frameworks to learn, in order. The first is the advice's best framework.

    The second is the next-best framework that is strong in something new. The third adds the most new strengths.
    """
    stages = [Stage(advice.start, "")]
    choices = [choice for _, choice in advice.chosen]
    names = {name for choice in choices if choice.decides is Decides.KNOWN for name in choice.named}
    known = [template for template in advice.templates if template.name in names]
    wishes: Counter[str] = Counter()
    for choice in choices:
        wishes.update(choice.wishes if choice.decides is None else {})
    order = [advice.templates[number] for number in advice.ranking]
    while len(stages) < _LONGEST:
        before = [*known, *(stage.template for stage in stages)]
        further = [_stage(template, before, wishes) for template in advice.templates if template not in before]
        useful = [(gain, stage) for gain, stage in further if stage.trait]
        if not useful:
            break
        if len(stages) == 1:
            stages.append(min((stage for _, stage in useful), key=lambda stage: order.index(stage.template)))
        else:
            stages.append(max(useful, key=lambda entry: entry[0])[1])
    return stages


def _stage(template: Template, before: list[Template], wishes: Counter[str]) -> tuple[int, Stage]:
    """Return how much stronger a template is than earlier templates, and its stage.

    The user's wishes weight the differences.
    """
    gains = {
        trait: (strength(template, trait) - max(strength(other, trait) for other in before)) * (1 + wishes[trait])
        for trait in WORDINGS
        if trait not in START_WARNINGS  # an easy start only matters for the first framework
    }
    strong = [trait for trait, gain in gains.items() if gain > 0 and strength(template, trait) >= STRONG]
    most = max(strong, key=lambda trait: (gains[trait], strength(template, trait)), default="")
    return sum(gain for gain in gains.values() if gain > 0), Stage(template, most)
