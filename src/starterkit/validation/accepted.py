"""Applies the key `validation` of path.yml to the results: skipped rules, and accepted findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starterkit.process import quoted
from starterkit.template.model import BASE
from starterkit.template.validation_settings import AcceptedFinding
from starterkit.validation.model import Finding, RuleResult, scope
from starterkit.validation.plan import RuleRun
from starterkit.validation.target import TemplateUnderTest


def results_of_skipped_rules(units: Sequence[RuleRun]) -> dict[RuleRun, RuleResult]:
    """Return a skipped result for each unit whose rule path.yml skips."""
    results = {}
    for unit in units:
        template = unit.subject.template
        for skip in template.validation.skip:
            if skip.rule == unit.rule:
                skipped = f"path.yml skips this rule: {skip.reason}"
                results[unit] = RuleResult(template.name, unit.step, unit.rule, skipped=skipped)
    return results


class AcceptedFindings:
    """Removes accepted findings from results, and reports entries that no finding needs."""

    def __init__(self) -> None:
        self._used: set[tuple[TemplateUnderTest, AcceptedFinding]] = set()

    def removed_from(self, unit: RuleRun, result: RuleResult) -> RuleResult:
        """Return the result without its accepted findings. A note has their number."""
        kept = []
        for finding in result.findings:
            entries = {
                (unit.subject, entry)
                for entry in unit.subject.template.validation.accepted
                if (entry.rule, entry.file) == (finding.rule, finding.file) and entry.message in finding.message
            }
            self._used |= entries
            if not entries:
                kept.append(finding)
        count = len(result.findings) - len(kept)
        notes = (*result.notes, f"accepted in path.yml: {count} finding{'s' if count != 1 else ''}")
        return replace(result, findings=tuple(kept), notes=notes) if count else result

    def with_unused(self, results: Mapping[RuleRun, RuleResult]) -> dict[RuleRun, RuleResult]:
        """Return the results with a finding for each unused entry whose rule has checked all steps."""
        added = dict(results)
        for subject in {unit.subject: None for unit in results}:
            steps = (BASE, *subject.template.step_names)
            for entry in subject.template.validation.accepted:
                units = [unit for unit in results if unit.subject is subject and unit.rule == entry.rule]
                is_whole = len(units) == sum(entry.rule in scope(step) for step in steps)
                if (subject, entry) in self._used or not is_whole or any(results[unit].skipped for unit in units):
                    continue
                last = added[units[-1]]
                message = f'accepted: no finding in {entry.file} contains "{entry.message}". Remove the entry'
                by_hand = f"starterkit template validate {quoted(subject.name)} --only {entry.rule}"
                finding = Finding(last.template, last.step, last.rule, "path.yml", entry.line, message, by_hand)
                added[units[-1]] = replace(last, findings=(*last.findings, finding))
        return added
