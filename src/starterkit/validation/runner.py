"""Doing it: a pool of threads takes the units one after the other; the work is in the programs that they start."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import FileError, StarterkitError
from starterkit.process import terminate_all
from starterkit.template.model import BASE
from starterkit.validation.cache import ResultCache
from starterkit.validation.concurrency import ConcurrencyLimit, Stopped
from starterkit.validation.model import Finding, Report, Rule, RuleResult
from starterkit.validation.plan import RuleRun
from starterkit.validation.target import NotRenderedError
from starterkit.validation.workspace import RuleContext, Skip, Workspace

_LOOK_EVERY_SECONDS = 0.2


class ValidationObserver:
    """Hears what happens during a validation. The base class ignores it."""

    def began(self, unit: RuleRun) -> None:
        """The validation of a unit begins."""

    def ended(self, result: RuleResult, done: int, of: int) -> None:
        """A unit has its result: `done` of `of` units are finished."""


@dataclass(frozen=True)
class RunSettings:
    """Where a validation runs: how many programs at once, and the folder for what can be made again.

    Without `use_cache` nothing is taken from earlier validations; what is found is kept all the same.
    """

    cache: Path
    jobs: int = 0
    use_cache: bool = True

    @property
    def templates(self) -> Path:
        """Where templates from git addresses are kept."""
        return self.cache / "templates"

    @property
    def slots(self) -> int:
        """How many programs run at once; without a wish, as many as there are cores."""
        return self.jobs or os.cpu_count() or 1


def validate(units: Sequence[RuleRun], place: RunSettings, observer: ValidationObserver | None = None) -> Report:
    """Return the report of all units; those that were done before on the same content are taken from the cache.

    Raises `FileError` where a template's files cannot be laid out. An interruption ends all that was started.
    """
    begun = time.monotonic()
    watcher = observer or ValidationObserver()
    kept = ResultCache(place.cache)
    keys = {unit: unit.key for unit in units}
    results = {unit: found for unit in units if place.use_cache and (found := kept.get(keys[unit])) is not None}
    for number, result in enumerate(results.values(), 1):
        watcher.ended(result, number, len(units))
    missing = [unit for unit in units if unit not in results]
    if missing:
        _lay_out(missing)
        slots = ConcurrencyLimit(place.slots)
        with tempfile.TemporaryDirectory(prefix="validation-", ignore_cleanup_errors=True) as scratch:
            bench = Workspace(Path(scratch).resolve(), place.cache / "environments", slots)

            def ended(unit: RuleRun, done: _Done) -> None:
                results[unit] = done.result
                if done.is_lasting:
                    kept.put(keys[unit], done.result)
                watcher.ended(done.result, len(results), len(units))

            _drain(missing, bench, watcher, ended)
    folders = {unit.subject.template.name: str(unit.subject.folder) for unit in units}
    return Report(tuple(results[unit] for unit in units), time.monotonic() - begun, place.slots, folders)


@dataclass(frozen=True)
class _Done:
    """A result; not lasting where the machine, and not the template, may have been the reason."""

    result: RuleResult
    is_lasting: bool


def _lay_out(units: Sequence[RuleRun]) -> None:
    """Render and lay out each template before anything runs, so that malformed files are told at once."""
    for subject in {unit.subject.name: unit.subject for unit in units}.values():
        try:
            subject.layer(BASE)
        except NotRenderedError:
            continue  # the rule `renders` says why


def _drain(
    units: Sequence[RuleRun], bench: Workspace, watcher: ValidationObserver, ended: Callable[[RuleRun, _Done], None]
) -> None:
    """Work through the units; a unit that shares a test run with another waits for it and then costs nothing."""
    waiting = sorted(units, key=lambda unit: -unit.weight)
    under_way: dict[Future[_Done], RuleRun] = {}
    busy: set[object] = set()
    with ThreadPoolExecutor(bench.slots.count, thread_name_prefix="unit") as pool:
        try:
            while waiting or under_way:
                for unit in [one for one in waiting if _run_of(one) not in busy]:
                    if len(under_way) >= bench.slots.count:
                        break
                    if _run_of(unit) in busy:
                        continue
                    waiting.remove(unit)
                    busy.add(_run_of(unit))
                    watcher.began(unit)
                    under_way[pool.submit(_do, unit, bench)] = unit
                finished, _ = wait(under_way, timeout=_LOOK_EVERY_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    unit = under_way.pop(future)
                    busy.discard(_run_of(unit))
                    ended(unit, future.result())
        except BaseException:
            _stop(bench, under_way)
            raise


def _run_of(unit: RuleRun) -> object:
    return (unit.subject.name, unit.step, unit.shared_run or unit.rule)


def _stop(bench: Workspace, under_way: dict[Future[_Done], RuleRun]) -> None:
    """Let nothing more start and end what runs, until every thread has noticed."""
    bench.slots.stop()
    while True:
        terminate_all()
        _, still = wait(under_way, timeout=_LOOK_EVERY_SECONDS)
        if not still:
            return


def _do(unit: RuleRun, bench: Workspace) -> _Done:
    work = RuleContext(unit.subject, unit.step, bench, unit.rule)
    begun = time.monotonic()
    findings: list[Finding] = []
    skipped, is_lasting = "", True
    try:
        findings = list(_rule(unit.rule)(work))
    except Skip as reason:
        skipped = str(reason)
    except NotRenderedError as reason:
        skipped = reason.message
    except FileError as wrong:
        file = wrong.file.removeprefix(str(unit.subject.folder)).lstrip("/\\")
        findings = [work.finding(wrong.message, file, wrong.line or 0)]
    except Stopped:
        raise
    except StarterkitError as wrong:  # the machine lacks something, or was too slow: this time it could not be proven
        findings, is_lasting = [work.finding(f"could not be proven: {wrong}")], False
    result = RuleResult(
        unit.subject.template.name,
        unit.step,
        unit.rule,
        seconds=time.monotonic() - begun,
        test_seconds=work.test_seconds,
        findings=tuple(findings),
        notes=tuple(work.notes),
        score=work.score,
        skipped=skipped,
    )
    return _Done(result, is_lasting)


def _rule(rule: Rule) -> Callable[[RuleContext], list[Finding]]:
    from starterkit.validation.rules import carrying, cleanliness, earned, rendering, tests, texts

    return {
        Rule.RENDERS: rendering.renders,
        Rule.PLAIN_COPIER: rendering.plain_copier,
        Rule.BASE_GREEN: tests.base_green,
        Rule.RED: tests.red,
        Rule.GREEN: tests.green,
        Rule.NO_REGRESSION: tests.no_regression,
        Rule.ALONE: tests.alone,
        Rule.CARRIES: carrying.carries,
        Rule.EARNED: earned.earned,
        Rule.HINTS: texts.hints,
        Rule.LESSON: texts.lesson,
        Rule.CLEAN: cleanliness.clean,
        Rule.SAFE: cleanliness.safe,
    }[rule]
