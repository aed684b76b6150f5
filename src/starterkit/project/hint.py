"""Find the next hint for the first failing test, for `starterkit hint`."""

from __future__ import annotations

from dataclasses import dataclass

from starterkit.progress import Progress
from starterkit.project.project import Project
from starterkit.template.model import Step


@dataclass(frozen=True)
class HintShown:
    """One hint for a test, as Markdown.

    `total` is 0 if the test has no hints (a guard, or a test of base). `text` is then the guard's reason, or empty.
    `step` is None for base. If another problem stops the tests, `is_blocker` is true and `text` describes the problem.
    This doesn't count as a hint.
    """

    test: str
    sentence: str
    text: str
    number: int
    total: int
    step: Step | None
    is_blocker: bool = False

    @property
    def is_last(self) -> bool:
        return self.number >= self.total


def next_hint(project: Project, say: Progress) -> HintShown | None:
    """Return the next hint for the first failing test, and remember it. Return None if all tests pass.

    If files changed since the last check, the tests run first.
    """
    last = project.remembered_check()
    if last is None:
        from starterkit.project.check import check  # noqa: PLC0415 - slow, and most hints need no check

        say("Running the tests first, because files changed since the last check …")
        result = check(project, say=say)
        red, blocker = tuple(failed.test.id for failed in result.red), result.blocker
    else:
        red, blocker = last.red, last.blocker
    if not red:
        return None
    sentences = {test.id: test.sentence for test in project.expected_tests()}
    first = next((test for test in sentences if test in red), red[0])
    sentence = sentences.get(first, first)
    steps = map(project.template.step, reversed(project.path.steps_so_far(project.state.step)))
    step = next((step for step in steps if first in step.tests), None)
    if blocker:
        return HintShown(first, sentence, blocker, 0, 0, step, is_blocker=True)
    hint = step.hint_for(first) if step else None
    if step is None or hint is None:
        return HintShown(first, sentence, step.guards.get(first, "") if step else "", 0, 0, step)
    shown = project.memory.hints_shown(step.name).get(hint.test, 0)
    number = min(shown + 1, len(hint.levels))
    project.memory.remember_hint(step.name, hint.test, number)
    return HintShown(first, sentence, hint.levels[number - 1], number, len(hint.levels), step)
