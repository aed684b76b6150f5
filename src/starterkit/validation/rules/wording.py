"""The rule wording: lessons, hints, review notes and test titles are in plain English. It only warns."""

from __future__ import annotations

from starterkit.testing.discovery import found_tests
from starterkit.validation.markdown import paragraphs
from starterkit.validation.model import Finding
from starterkit.validation.target import line_of_key
from starterkit.validation.wording import LONGEST_ON_SCREEN, wording_problems
from starterkit.validation.workspace import RuleContext


def wording(work: RuleContext) -> list[Finding]:
    """Note forbidden wording and long sentences as warnings. This rule has no findings."""
    folder = f"steps/{work.step}"
    for line, text in paragraphs(work.template.lesson(work.step)):
        work.notes += [f"{folder}/lesson.md:{line}: {problem}" for problem in wording_problems(text)]
    step_file = work.subject.folder / folder / "step.yml"
    step = work.template.step(work.step)
    written = [(line_of_key(step_file, hint.test), text) for hint in step.hints.values() for text in hint.levels]
    written += [(line_of_key(step_file, "review"), note.text) for note in step.review]
    for line, markdown in written:
        for _, text in paragraphs(markdown):
            problems = wording_problems(text, semicolons=False)
            work.notes += [f"{folder}/step.yml:{line}: {problem}" for problem in problems]
    for path, content in work.own_files(work.given).items():
        if work.template.is_test_file(path):
            for new_test in found_tests(path, content.data):
                for problem in wording_problems(new_test.sentence, limit=LONGEST_ON_SCREEN, semicolons=False):
                    work.notes.append(f"{folder}/given/{path}:{new_test.line}: {problem}")
    return []
