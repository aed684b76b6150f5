"""Find the next hint for a failing test, for `starterkit hint`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from starterkit.errors import UsageError
from starterkit.progress import Progress
from starterkit.project.project import Project
from starterkit.project.state import RememberedCheck
from starterkit.template.model import Hint, Step
from starterkit.testing.results import ExpectedTest
from starterkit.yamlfile import did_you_mean


@dataclass(frozen=True)
class HintShown:
    """One hint for a test, as Markdown.

    `total` is 0 if the test has no hints (a guard, or a test of base). `text` is then the guard's reason, or empty.
    `step` is None for base. If another problem stops the tests, `is_blocker` is true and `text` describes the problem.
    This doesn't count as a hint. `is_stretch` is true for a stretch test. If the first failing test has no hint,
    `instead_of` is its sentence, and `test` is another failing test. `is_same_cause` is true if both fail with the same
    message.
    """

    test: str
    sentence: str
    text: str
    number: int
    total: int
    step: Step | None
    is_blocker: bool = False
    instead_of: str = ""
    is_same_cause: bool = False
    is_stretch: bool = False

    @property
    def is_last(self) -> bool:
        return self.number >= self.total


def next_hint(project: Project, say: Progress, name: str = "") -> HintShown | None:
    """Return the next hint, and remember it. Return None if all tests pass.

    `name` is the id or the sentence of a test ("": the first failing test, or the first failing stretch test if all
    others pass). If files changed since the last check, the tests run first. Raises `UsageError` if the named test is
    unknown or doesn't fail.
    """
    last = _last_check(project, say)
    tests = {test.id: test for test in project.expected_tests()}
    sentences = {test.id: test.sentence for test in tests.values()}
    named = _named(name, tests, last) if name else ""
    red = last.red or last.stretch_red
    if not red:
        return None
    first = named or (last.causes[0][0] if last.causes else red[0])
    sentence, step = sentences.get(first, first), project.step_with(first)
    if last.blocker:
        return HintShown(first, sentence, last.blocker, 0, 0, step, is_blocker=True)
    alike = next((cause for cause in last.causes if first in cause), (first,))
    candidates = [first] if named else chain([first], reversed(alike), red)  # the newest tests come last
    test, step, hint = next(_hints(project, candidates), (first, step, None))
    is_stretch = test in last.stretch_red
    if step is None or hint is None:
        reason = step.guards.get(first, "") if step else ""
        return HintShown(first, sentence, reason, 0, 0, step, is_stretch=is_stretch)
    shown = project.memory.hints_shown(step.name).get(hint.test, 0)
    number = min(shown + 1, len(hint.levels))
    project.memory.remember_hint(step.name, hint.test, number)
    instead_of = "" if test == first else sentence
    sentence, total = sentences.get(test, test), len(hint.levels)
    return HintShown(
        test,
        sentence,
        hint.levels[number - 1],
        number,
        total,
        step,
        instead_of=instead_of,
        is_same_cause=test in alike,
        is_stretch=is_stretch,
    )


def _last_check(project: Project, say: Progress) -> RememberedCheck:
    last = project.remembered_check()
    if last is None:
        from starterkit.project.check import check  # noqa: PLC0415 - slow, and most hints need no check

        say("Running the tests first, because files changed since the last check …")
        last = RememberedCheck.of("", check(project, say=say))
    return last


def _named(name: str, tests: Mapping[str, ExpectedTest], last: RememberedCheck) -> str:
    test = next((test for test in tests.values() if name in (test.id, test.sentence)), None)
    if test is None:
        raise UsageError(f'The steps so far have no test "{name}".', did_you_mean(name, list(tests)))
    if test.id not in (*last.red, *last.stretch_red):
        why = "passes, so it needs no hint" if test.is_here else "doesn't run on this system"
        raise UsageError(f'The test "{test.sentence}" {why}.', "To see which tests fail, type `starterkit check`.")
    return test.id


def _hints(project: Project, tests: Iterable[str]) -> Iterator[tuple[str, Step, Hint]]:
    for test in tests:
        step = project.step_with(test)
        if step and (hint := step.hint_for(test)):
            yield test, step, hint
