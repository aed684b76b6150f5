"""`hint`: the next hint for the first red test, from a nudge to nearly the code."""

from __future__ import annotations

from dataclasses import dataclass

from starterkit.progress import Progress
from starterkit.project.project import Project
from starterkit.template.model import Step


@dataclass(frozen=True)
class HintShown:
    """One hint: for which test (with its sentence), its text in Markdown, and which of how many it is.

    `total` is 0 and `text` empty where the test has no hint (a guard, or a test of base). `step` is None for base.
    Where something stands in the way of the tests (`is_obstacle`), `text` says what, and no hint is used up.
    """

    test: str
    sentence: str
    text: str
    number: int
    total: int
    step: Step | None
    is_obstacle: bool = False

    @property
    def is_last(self) -> bool:
        return self.number >= self.total


def next_hint(project: Project, say: Progress) -> HintShown | None:
    """Return the next hint for the first red test, and remember that it was shown; None when nothing is red.

    Which test is red is known from the last check of exactly these files, else from a new one.
    """
    last = project.remembered_check()
    if last is None:
        from starterkit.project import check

        say("Checking first, for the files have changed since the last check …")
        result = check.check(project, say=say)
        red, obstacle = tuple(one.test.id for one in result.red), result.blocker
    else:
        red, obstacle = last.red, last.blocker
    if not red:
        return None
    expected = {one.id: one for one in project.expected_tests()}
    first = next((test for test in expected if test in red), red[0])
    sentence = expected[first].sentence if first in expected else first
    step = _step_of(project, first)
    if obstacle:
        return HintShown(first, sentence, obstacle, 0, 0, step, is_obstacle=True)
    hint = step.hint_for(first) if step else None
    if step is None or hint is None:
        return HintShown(first, sentence, step.guards.get(first, "") if step else "", 0, 0, step)
    shown = project.memory.hints_shown(step.name).get(hint.test, 0)
    number = min(shown + 1, len(hint.levels))
    project.memory.remember_hint(step.name, hint.test, number)
    return HintShown(first, sentence, hint.levels[number - 1], number, len(hint.levels), step)


def _step_of(project: Project, test: str) -> Step | None:
    """Return the step that brought a test, the latest first; None for a test of base."""
    for name in reversed(project.path.steps_so_far(project.state.step)):
        step = project.template.step(name)
        if test in step.tests:
            return step
    return None
