"""The rule review: each review note is about a file that the solution changes."""

from __future__ import annotations

from starterkit.validation.model import Finding
from starterkit.validation.target import line_of
from starterkit.validation.workspace import RuleContext
from starterkit.yamlfile import did_you_mean


def review(work: RuleContext) -> list[Finding]:
    """Check that `starterkit compare` shows the file of each review note."""
    name = f"steps/{work.step}/step.yml"
    before, after = work.files(work.given), work.files(work.solution)
    changed = sorted(path for path in {*before, *after} if before.get(path) != after.get(path))
    findings = []
    for note in work.template.step(work.step).review:
        if note.file and note.file not in changed:
            line = line_of(work.subject.folder / name, f"file: {note.file}")
            guess = did_you_mean(note.file, changed)
            message = f'review: the solution doesn\'t change the file "{note.file}". {guess}'
            findings.append(work.finding(message, name, line))
    return findings
