"""Grades one submission with the learning path's tests, in a sandbox."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from starterkit.errors import EnvironmentProblem
from starterkit.git.bare import BareRepository
from starterkit.git.objects import File, ObjectMissing, digest
from starterkit.process import quoted
from starterkit.workshop.events import moment
from starterkit.workshop.grading.environments import Assignment, EnvironmentCache
from starterkit.workshop.grading.model import LOOK, Grade, Verdict
from starterkit.workshop.grading.reference_tests import Layers, ReferenceTests
from starterkit.workshop.grading.signed_report import SignedReport
from starterkit.workshop.grading.submission_files import Unreadable, archived, submission_files
from starterkit.workshop.grading.test_commands import HARNESS, harness_fingerprint, test_command
from starterkit.workshop.grading.verdict import judge
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.sandbox.model import MIB, Confinement, Sandbox, SandboxJob, SandboxLimits
from starterkit.workshop.submissions import Submission

_SECONDS, _SECONDS_A_TEST = 120.0, 3.0  # `starterkit check` has the same limits
# V8 reserves this much memory for the code of each worker thread. It uses little, but the kernel counts all of it.
_RESERVED_BY_A_WORKER = 512 * MIB


@dataclass(frozen=True)
class GradingUnit:
    """A submission with all data for running its tests on any machine.

    `grade` is the unfinished grade, without a verdict. `is_proven` means that the path's solution passed at this step.
    Then a crash is the submission's fault.
    """

    grade: Grade
    pristine: ReferenceTests
    files: Mapping[str, File]
    limits: SandboxLimits
    is_proven: bool = False


class Runner(Protocol):
    """Runs the tests of submissions, on this machine or on others."""

    def describe(self) -> Confinement:
        """Return a description of the sandbox that runs the submissions."""

    def run(self, unit: GradingUnit) -> Grade:
        """Run the tests of one submission and return its grade. Raises `EnvironmentProblem` if they can't run."""

    def stop(self) -> None:
        """Stop waiting for submissions that run on other machines. The user has interrupted the grading."""


@dataclass(frozen=True)
class LocalRunner:
    """Runs the tests of submissions on this machine."""

    shelf: EnvironmentCache
    sandbox: Sandbox

    def describe(self) -> Confinement:
        return self.sandbox.describe()

    def run(self, unit: GradingUnit) -> Grade:
        return run_unit(unit, self.shelf, self.sandbox)

    def stop(self) -> None:
        """Do nothing, because the caller ends the processes on this machine."""


@dataclass(frozen=True)
class Grader:
    """Grades submissions of a workshop. `layers` has the learning path's tests by step, `shelf` the environments.

    With `prove`, the path's solution has to pass in the sandbox before a step's submissions are graded. Otherwise a
    problem of this machine would look like a learner's mistake.
    """

    workshop: Workshop
    layers: Layers
    shelf: EnvironmentCache
    runner: Runner
    due: datetime | None = None
    prove: bool = True
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _proving: dict[str, threading.Lock] = field(default_factory=dict)
    _unproven: dict[str, EnvironmentProblem] = field(default_factory=dict)

    def limits(self, pristine: ReferenceTests) -> SandboxLimits:
        """Return the sandbox limits for a step's tests. Many tests get more time, and Node gets more memory."""
        seconds = max(_SECONDS, _SECONDS_A_TEST * len(pristine.tests))
        limits = SandboxLimits(seconds=seconds, cpu_seconds=seconds)
        if pristine.template.environment.kind != "node":
            return limits
        return replace(limits, reserved_bytes=limits.processes * _RESERVED_BY_A_WORKER)

    def grade(
        self,
        submission: Submission,
        asked: str,
        before: Grade | None,
        repository: BareRepository | None = None,
        *,
        is_old: bool = False,
    ) -> Grade:
        """Grade a submission at the step `asked`. If that is "", use the submission's own step.

        Returns the earlier grade `before` if nothing that affects the grade has changed. `repository` is the person's
        repository if it is open already. It is closed before the tests run. `is_old` means that the person has later
        work. Raises `EnvironmentProblem` if this machine can't grade.
        """
        stated, notes = submission.step, []
        own_step = stated if stated in self.layers else self.workshop.step
        if not asked and own_step != stated:
            problem = f'has an unknown step "{stated[:40]}"' if stated else "is damaged"
            notes = [f"its .starterkit.yml {problem}: graded at {own_step}, where everybody began"]
        step = asked or own_step
        pristine = self.layers[step]
        grade = Grade(
            submission.person,
            moment(),
            Verdict.UNREADABLE,
            submission.commit,
            moment(submission.committed),
            submission.own,
            moment(submission.worked),
            step,
            late=self.due is not None and submission.worked > self.due,
            aside=is_old or step != own_step,
            sandbox=self.runner.describe().name,
        )
        with repository or BareRepository(self.workshop.repository(submission.person)) as repository:
            pins = repository.reader.about(f"{submission.commit}:{pristine.template.environment.pins}")
            grade = replace(grade, tests=self._fingerprint(pristine, pins[0] if pins else ""))
            if before and all(getattr(before, name) == getattr(grade, name) for name in _DECISIVE):
                return before
            reader, taken = repository.reader, self.shelf.of_the_path(pristine).taken - pristine.top_names
            try:
                files, left_out = submission_files(reader, submission.commit, is_ours=pristine.delivers, taken=taken)
            except (Unreadable, ObjectMissing) as wrong:
                return replace(grade, why=wrong.message)
        self._prove(pristine)
        grade = replace(grade, notes=(*notes, *(f"left out: {reason}" for reason in left_out)))
        return self.runner.run(GradingUnit(grade, pristine, files, self.limits(pristine), self.prove))

    def _prove(self, pristine: ReferenceTests) -> None:
        packages = self.shelf.of_the_path(pristine)
        visible = [str(path) for path in packages.visible]
        key = digest(self._fingerprint(pristine, ""), self.workshop.path, packages.fingerprint, visible)[:16]
        mark = self.shelf.folder / "proven" / key
        if not self.prove or mark.exists():
            return
        with self._lock:
            proving = self._proving.setdefault(key, threading.Lock())
        with proving:
            if mark.exists():
                return
            if key in self._unproven:
                raise self._unproven[key]
            draft = Grade(Person("reference", "the path"), moment(), Verdict.RED, step=pristine.step)
            reference = self.layers.reference(pristine.step)
            grade = self.runner.run(GradingUnit(draft, pristine, reference, self.limits(pristine)))
            if grade.verdict is not Verdict.GREEN:
                first = grade.first_red
                reason = grade.why or (f"{first.test}: {first.message}" if first else "nothing was reported")
                self._unproven[key] = EnvironmentProblem(
                    f"starterkit can't grade {pristine.step}, because even the solution of the learning path fails "
                    f"here: {grade.verdict.value} ({reason.splitlines()[0]}).",
                    _fix(self.workshop, pristine.step),
                )
                raise self._unproven[key]
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()

    def _fingerprint(self, pristine: ReferenceTests, pins: str) -> str:
        environment = digest(pristine.declaration.hex(), pristine.pins.hex(), pins)
        limits, sandbox = vars(self.limits(pristine)), self.runner.describe().name
        return digest(pristine.fingerprint, environment, limits, harness_fingerprint(), sandbox)[:16]


_DECISIVE = ("commit", "tests", "late", "aside")


def _fix(workshop: Workshop, step: str) -> str:
    """Return advice for when the path's own solution fails. If the path was corrected, check this fix first."""
    machine = "grade on a machine that is less busy, or whose Python has its libraries in /usr."
    if not workshop.corrected:
        return f"{machine[0].upper()}{machine[1:]}"
    return (
        f"Check the last fix of the path: `starterkit template validate {quoted(workshop.corrected)} --step {step}`. "
        f"If it passes, {machine}"
    )


def run_unit(unit: GradingUnit, shelf: EnvironmentCache, sandbox: Sandbox) -> Grade:
    """Run a submission's tests in a sandbox and return the grade.

    If the tests can't start with the submission's own packages, the path's packages are used. Raises
    `EnvironmentProblem` if they can't start either.
    """
    pristine = unit.pristine
    lent = shelf.for_submission(pristine, unit.files.get(pristine.template.environment.pins))
    try:
        return _run_with(lent, unit, sandbox)
    except EnvironmentProblem:
        if not lent.is_own:
            raise
        return _run_with(shelf.instead(pristine, "the program ended before the tests began"), unit, sandbox)


def _run_with(lent: Assignment, unit: GradingUnit, sandbox: Sandbox) -> Grade:
    pristine, packages = unit.pristine, lent.packages
    heard = SignedReport(secrets.token_bytes(32))
    programs = next(iter(packages.prepared.programs.values())).rpartition("/")[0]
    search_path = f"{programs}:/usr/local/bin:/usr/bin:/bin"
    job = SandboxJob(
        test_command(pristine, packages),
        archived(unit.files, pristine.files, packages.links),
        visible=(*packages.visible, HARNESS),
        variables={"PATH": search_path, "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
        secret=heard.key,
        on_report=heard.feed,
        limits=unit.limits,
    )
    ended = sandbox.run(job)
    is_submission = (
        "started" in heard.events and unit.is_proven
    )  # a package of the submission may have ended the program
    if not ("begun" in heard.events or ended.stopped or is_submission):  # the tests never reached the submission's code
        raise EnvironmentProblem(
            f"starterkit can't start the tests in the sandbox: {ended.last_line}.",
            "To check this machine, type `starterkit doctor`.",
        )
    files = {**unit.files, **pristine.files}
    verdict, why, results = judge(pristine, files, ended.site or sandbox.site, heard, ended)
    notes = [*(f"{LOOK}{note}" for note in heard.notes), *unit.grade.notes]
    if lent.told:
        notes.append(lent.told)
    if ended.dropped:
        notes.append(f"it printed too much: {ended.dropped:,} bytes were left out")
    # If the submission's own packages may work later, an empty fingerprint makes the next grading run the tests again.
    grade = replace(unit.grade, tests="") if lent.could_differ else unit.grade
    return replace(grade, verdict=verdict, why=why, results=results, seconds=ended.seconds, notes=tuple(notes))
