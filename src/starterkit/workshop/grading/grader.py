"""Grading one submission: read it, lay it out in the sandbox with the path's own tests, run them, and judge."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol

from starterkit.errors import EnvironmentProblem
from starterkit.git.bare import BareRepository
from starterkit.git.objects import File, ObjectMissing, digest
from starterkit.process import quoted
from starterkit.sanitize import strip_control
from starterkit.workshop.events import moment
from starterkit.workshop.grading.environments import Assignment, EnvironmentCache, GradingPackages
from starterkit.workshop.grading.model import LOOK, Grade, Verdict
from starterkit.workshop.grading.reference_tests import Layers, ReferenceTests
from starterkit.workshop.grading.signed_report import SignedReport
from starterkit.workshop.grading.submission_files import Unreadable, archived, submission_files
from starterkit.workshop.grading.test_commands import HARNESS, harness_fingerprint, test_command
from starterkit.workshop.grading.verdict import judge
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.sandbox import Confinement, Sandbox, SandboxJob, SandboxLimits
from starterkit.workshop.sandbox.model import MIB
from starterkit.workshop.submissions import Submission

_SECONDS, _SECONDS_A_TEST = 120.0, 3.0  # as for `check`
# V8 reserves this for the code of each worker thread, and uses little of it. The kernel's limit counts it as memory.
_RESERVED_BY_A_WORKER = 512 * MIB


@dataclass(frozen=True)
class GradingUnit:
    """One submission that was read and waits to be run, here or on another machine: all that this needs.

    `is_proven`: the path's own answer was green at this step, so an early end is the submission's doing.
    """

    grade: Grade
    pristine: ReferenceTests
    files: Mapping[str, File]
    limits: SandboxLimits
    is_proven: bool = False


class Runner(Protocol):
    """Where units are run."""

    def describe(self) -> Confinement:
        """Return what confines the submissions there."""

    def run(self, unit: GradingUnit) -> Grade:
        """Run a unit and return its grading. Raises `EnvironmentProblem` where it cannot be run."""

    def stop(self) -> None:
        """Let nobody wait any more for what runs elsewhere."""


@dataclass(frozen=True)
class LocalRunner:
    """Runs units on this machine."""

    shelf: EnvironmentCache
    sandbox: Sandbox

    def describe(self) -> Confinement:
        """Return what confines the submissions."""
        return self.sandbox.describe()

    def run(self, unit: GradingUnit) -> Grade:
        """Run a unit and return its grading."""
        return run_unit(unit, self.shelf, self.sandbox)

    def stop(self) -> None:
        """Nothing more: whoever stops a grading ends what it started on this machine."""


@dataclass(frozen=True)
class Grader:
    """What all submissions of one grading have in common. `layers` are the path's files at each step.

    With `prove`, nobody is graded at a step before the path's own answer to it was green in this very sandbox, once:
    what this machine lacks must not be taken for a mistake of a learner's.
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

    @cached_property
    def sandbox_name(self) -> str:
        return self.runner.describe().name

    def limits(self, pristine: ReferenceTests) -> SandboxLimits:
        """Return the limits for a run at this step."""
        seconds = max(_SECONDS, _SECONDS_A_TEST * len(pristine.tests))
        limits = SandboxLimits(seconds=seconds, cpu_seconds=seconds)
        if pristine.template.environment.kind != "node":
            return limits
        return replace(limits, reserved_bytes=limits.processes * _RESERVED_BY_A_WORKER)

    def step_of(self, submission: Submission, asked: str) -> tuple[str, str]:
        """Return the step to grade at, and what is to be told about it."""
        if asked:
            return asked, ""
        if submission.step in self.layers:
            return submission.step, ""
        said = f'names a step "{submission.step[:40]}" that the path does not have' if submission.step else "is damaged"
        return self.workshop.step, f"its .starterkit.yml {said}: graded at {self.workshop.step}, where all began"

    def nothing(self, person: Person, newest: Submission | None) -> Grade:
        """Return the grading of somebody of whom there is no commit; `newest` is what the workshop put there."""
        none = Grade(person, moment(), Verdict.NOTHING, why="there is no commit of theirs yet")
        return replace(none, commit=newest.commit, own=newest.own, step=newest.step) if newest else none

    def grade(
        self,
        submission: Submission,
        asked: str,
        before: Grade | None,
        repository: BareRepository | None = None,
        *,
        is_old: bool = False,
    ) -> Grade:
        """Return the grading of a submission; the one `before` again where nothing of it would change.

        `repository` is that person's, where it is open already; no process of git's reads it while the tests run.
        `is_old` tells that there is later work of that person.
        """
        step, note = self.step_of(submission, asked)
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
            aside=is_old or step != self.step_of(submission, "")[0],
            sandbox=self.sandbox_name,
        )
        with repository or BareRepository(self.workshop.repository(submission.person)) as repository:
            theirs = repository.reader.about(f"{submission.commit}:{pristine.template.environment.pins}")
            fingerprint = self._fingerprint(pristine, theirs[0] if theirs else "")
            now = (grade.commit, fingerprint, grade.late, grade.aside)
            if before and (before.commit, before.tests, before.late, before.aside) == now:
                return before
            grade = replace(grade, tests=fingerprint)
            taken = self.shelf.of_the_path(pristine).taken
            inside = {path.partition("/")[0].removesuffix(".py") for path in (*pristine.others, *pristine.files)}
            try:
                files = submission_files(
                    repository.reader,
                    submission.commit,
                    is_ours=pristine.delivers,
                    is_taken=lambda name: name in taken and name not in inside,
                )
            except (Unreadable, ObjectMissing) as wrong:
                return replace(grade, why=wrong.message)
        self._prove(pristine)
        notes = tuple(filter(None, (note, *(f"left out: {one}" for one in files.left_out))))
        unit = GradingUnit(replace(grade, notes=notes), pristine, files.files, self.limits(pristine), self.prove)
        return self.runner.run(unit)

    def _prove(self, pristine: ReferenceTests) -> None:
        """Raise `EnvironmentProblem` unless the path's own solution passes here. The result is remembered."""
        packages = self.shelf.of_the_path(pristine)
        places = [str(one) for one in packages.visible]
        known = digest(self._fingerprint(pristine, ""), self.workshop.path, packages.fingerprint, places)[:16]
        mark = self.shelf.folder / "proven" / known
        if not self.prove or mark.exists():
            return
        with self._lock:
            proving = self._proving.setdefault(known, threading.Lock())
        with proving:
            if mark.exists():
                return
            if known in self._unproven:
                raise self._unproven[known]
            draft = Grade(Person("reference", "the path"), moment(), Verdict.RED, step=pristine.step)
            reference = self.layers.reference(pristine.step)
            found = self.runner.run(GradingUnit(draft, pristine, reference, self.limits(pristine)))
            if found.verdict is not Verdict.GREEN:
                first = found.first_red
                said = found.why or (f"{first.test}: {first.message}" if first else "nothing was reported")
                self._unproven[known] = EnvironmentProblem(
                    f"The path's own answer is {found.verdict.value} at {pristine.step} in this machine's sandbox: "
                    f"nobody can be graded there ({said.splitlines()[0]}).",
                    _suspected(self.workshop, pristine.step),
                )
                raise self._unproven[known]
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.touch()

    def _fingerprint(self, pristine: ReferenceTests, pins: str) -> str:
        environment = digest(pristine.declaration.hex(), pristine.pins.hex(), pins)
        limits = vars(self.limits(pristine))
        return digest(pristine.fingerprint, environment, limits, harness_fingerprint(), self.sandbox_name)[:16]


def _suspected(workshop: Workshop, step: str) -> str:
    """What to look at where the path's own answer is not green: what was changed last."""
    machine = "a machine that is less busy, or has the libraries of its Python in /usr, may be what is missing"
    if not workshop.corrected:
        return f"{machine[0].upper()}{machine[1:]}."
    return (
        f"The path was corrected: `starterkit template validate {quoted(workshop.corrected)} --step {step}` tells "
        f"whether the correction broke it. Where that is green, {machine}."
    )


def run_unit(unit: GradingUnit, shelf: EnvironmentCache, sandbox: Sandbox) -> Grade:
    """Run the tests on a submission that was read, in a sandbox, and return its grading.

    Raises `EnvironmentProblem` where they could not even be started.
    """
    pristine = unit.pristine
    lent = shelf.for_submission(pristine, unit.files.get(pristine.template.environment.pins))
    try:
        return _run_with(lent, unit, sandbox)
    except EnvironmentProblem:
        if not lent.is_own:
            raise
        lent = shelf.instead(pristine, "with them, the program ended before the tests began")
        return _run_with(lent, unit, sandbox)


def _run_with(lent: Assignment, unit: GradingUnit, sandbox: Sandbox) -> Grade:
    pristine, files, grade, packages = unit.pristine, unit.files, unit.grade, lent.packages
    heard = SignedReport(secrets.token_bytes(32))
    everything: dict[str, File] = {**files, **pristine.files}
    job = SandboxJob(
        test_command(pristine, packages),
        archived(files, pristine.files, packages.links),
        visible=(*packages.visible, HARNESS),
        variables=_variables(packages),
        secret=heard.key,
        on_report=heard.feed,
        limits=unit.limits,
    )
    ended = sandbox.run(job)
    heard.close()
    is_theirs = heard.started and unit.is_proven  # its packages can end the program, say
    if not (heard.begun or ended.stopped or is_theirs):  # nothing of the submission had been started yet
        said = strip_control(ended.output.decode("utf-8", "replace")).strip().splitlines()[-1:]
        raise EnvironmentProblem(
            f"The tests could not be started in the sandbox: {''.join(said) or f'exit code {ended.code}'}."
        )
    found = judge(pristine, everything, ended.site or sandbox.site, heard, ended)
    notes = (*(f"{LOOK}{one}" for one in heard.notes), *grade.notes, *filter(None, [lent.told]))
    if ended.dropped:
        notes += (f"it printed {ended.dropped:,} bytes more than are kept",)
    grade = replace(grade, tests="") if lent.could_differ else grade  # the next grading does not take it for the same
    return replace(
        grade, verdict=found.verdict, why=found.why, results=found.results, seconds=ended.seconds, notes=notes
    )


def _variables(packages: GradingPackages) -> dict[str, str]:
    first = next(iter(packages.prepared.programs.values())).rpartition("/")[0]
    return {"PATH": f"{first}:/usr/local/bin:/usr/bin:/bin", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
