"""The rule hints: every new test has hints, every hint has a test, and no hint shows the solution."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from starterkit.validation.model import Finding
from starterkit.validation.rules.base_green import unlisted
from starterkit.validation.solution_code import solution_code
from starterkit.validation.target import line_of, line_of_key
from starterkit.validation.workspace import RuleContext


def hints(work: RuleContext) -> list[Finding]:
    """Check that every new test has hints, that every hint has a test, and that no hint shows the solution."""
    name = f"steps/{work.step}/step.yml"
    file = work.subject.folder / name
    findings = [*unlisted(work, work.given, work.template.step(work.step).tests, name), *_giving_away(work, file, name)]
    least, most = work.template.validation.limits.min_hints, work.template.validation.limits.max_hints
    for test, hint in work.template.step(work.step).hints.items():
        count = len(hint.levels)
        if not least <= count <= most:
            found = f"{count} hint{'s' if count != 1 else ''}"
            message = f"{test} has {found}. Write {least} to {most}, or `see:` with another test"
            findings.append(work.finding(message, name, line_of_key(file, test)))
    return findings


def _giving_away(work: RuleContext, file: Path, name: str) -> Iterator[Finding]:
    """Yield a finding if three successive code lines of a hint are also in the solution."""
    for test, hint in work.template.step(work.step).hints.items():
        for level in hint.levels:
            for _, line, path in solution_code(work, level):
                message = f"{test}: a hint shows three lines in a row of the solution ({path}): {line} …"
                yield work.finding(message, name, line_of(file, line) or line_of_key(file, test))
