"""Leaves out findings that only follow from another finding, so that each cause has one finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from starterkit.template.model import BASE
from starterkit.validation.model import EVERY_TEST, Rule, RuleResult
from starterkit.validation.plan import RuleRun
from starterkit.validation.target import TemplateUnderTest

# The innermost rule first. These rules report why a test can't pass.
_CAUSES = (Rule.FILES, Rule.HINTS, Rule.BASE_GREEN, Rule.NO_REGRESSION, Rule.GREEN)
# If a test can't pass, these rules only report the same failure again.
_CONSEQUENCES = (Rule.RED, Rule.ALONE, Rule.TWO_WAYS, Rule.CARRIES, Rule.EARNED, Rule.CLEAN, Rule.SAFE)
_ORDER = [*_CAUSES, *_CONSEQUENCES, *(rule for rule in Rule if rule not in (*_CAUSES, *_CONSEQUENCES))]


def without_consequences(results: Mapping[RuleRun, RuleResult]) -> dict[RuleRun, RuleResult]:
    """Return the results without findings about tests for which an earlier step or an inner rule has a finding.

    A finding that an earlier step has too is also left out. If a rule has no other finding, it is skipped. The reason
    names the rule that failed.
    """
    changed = dict(results)
    causes: dict[tuple[TemplateUnderTest, str], RuleRun] = {}
    earlier: dict[tuple[TemplateUnderTest, Rule, str, int, str], RuleRun] = {}
    for unit in sorted(results, key=_depth):
        kept, cause = [], None
        for finding in results[unit].findings:
            known = [causes.get((unit.subject, test)) for test in finding.breaks]
            everything = causes.get((unit.subject, EVERY_TEST))
            place = (unit.subject, unit.rule, finding.file, finding.line, finding.message)
            if earlier.setdefault(place, unit) is not unit:
                cause = cause or earlier[place]
            elif finding.breaks and (everything or all(known)):
                cause = cause or everything or known[0]
            else:
                kept.append(finding)
        if cause is not None:
            where = f" ({cause.step})" if cause.step != unit.step else ""
            reason = f"because {cause.rule} failed{where}"
            changed[unit] = replace(results[unit], findings=tuple(kept), skipped="" if kept else reason)
        for test in (test for finding in kept for test in finding.breaks if unit.rule in _CAUSES):
            causes.setdefault((unit.subject, test), unit)
    return changed


def _depth(unit: RuleRun) -> tuple[str, int, int]:
    steps = (BASE, *unit.subject.template.step_names)
    return unit.subject.name, steps.index(unit.step), _ORDER.index(unit.rule)
