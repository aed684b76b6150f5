"""The rule wording: lessons, hints, review notes and test titles are in plain English. It only warns."""

from __future__ import annotations

from collections.abc import Iterator

from starterkit.testing.discovery import tests_in
from starterkit.validation.markdown import paragraphs
from starterkit.validation.model import Finding, Severity
from starterkit.validation.target import line_of_key
from starterkit.validation.wording import wording_problems
from starterkit.validation.workspace import RuleContext


def wording(work: RuleContext) -> list[Finding]:
    """Warn about forbidden wording and long sentences."""
    folder = f"steps/{work.step}"
    return [
        work.finding(problem, f"{folder}/{file}", line, severity=Severity.WARNING)
        for file, line, problem in _problems(work, folder)
    ]


def _problems(work: RuleContext, folder: str) -> Iterator[tuple[str, int, str]]:
    limits = work.template.validation.limits
    for line, text in paragraphs(work.template.lesson(work.step)):
        for problem in wording_problems(text, limit=limits.sentence_words):
            yield "lesson.md", line, problem
    step_file = work.subject.folder / folder / "step.yml"
    step = work.template.step(work.step)
    written = [(line_of_key(step_file, hint.test), text) for hint in step.hints.values() for text in hint.levels]
    written += [(line_of_key(step_file, "review"), note.text) for note in step.review]
    for line, markdown in written:
        for _, text in paragraphs(markdown):
            for problem in wording_problems(text, limit=limits.sentence_words, semicolons=False):
                yield "step.yml", line, problem
    files = {path: file.data for path, file in work.own_files(work.given).items()}
    for path, new_test in tests_in(work.template, files):
        for problem in wording_problems(new_test.sentence, limit=limits.title_words, semicolons=False):
            yield f"given/{path}", new_test.line, problem
