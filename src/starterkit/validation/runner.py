"""Runs a validation: threads process the units, and a cache keeps the results.

A unit is one rule for one step of one template (`RuleRun`).
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from itertools import chain
from pathlib import Path, PurePath
from typing import Any

from starterkit.errors import ExitCode, FileError, StarterkitError
from starterkit.process import quoted, terminate_all
from starterkit.template.model import BASE
from starterkit.validation.accepted import AcceptedFindings, results_of_skipped_rules
from starterkit.validation.causes import without_consequences
from starterkit.validation.model import Finding, Report, Rule, RuleResult, Severity, Status
from starterkit.validation.plan import RuleRun
from starterkit.validation.rules.base_green import base_green
from starterkit.validation.rules.behavior import behavior
from starterkit.validation.rules.carries import carries
from starterkit.validation.rules.clean import clean
from starterkit.validation.rules.earned import earned
from starterkit.validation.rules.files import files
from starterkit.validation.rules.green import alone, green, no_regression
from starterkit.validation.rules.hints import hints
from starterkit.validation.rules.lesson import lesson
from starterkit.validation.rules.plain_copier import plain_copier
from starterkit.validation.rules.red import red
from starterkit.validation.rules.renders import renders
from starterkit.validation.rules.review import review
from starterkit.validation.rules.safe import safe
from starterkit.validation.rules.two_ways import two_ways
from starterkit.validation.rules.wording import wording
from starterkit.validation.target import NotRenderedError, UnreadableTemplate
from starterkit.validation.workspace import ConcurrencyLimit, RuleContext, Skip, Workspace, location_of

_RULES: dict[Rule, Callable[[RuleContext], list[Finding]]] = {
    Rule.RENDERS: renders,
    Rule.PLAIN_COPIER: plain_copier,
    Rule.BASE_GREEN: base_green,
    Rule.RED: red,
    Rule.GREEN: green,
    Rule.NO_REGRESSION: no_regression,
    Rule.ALONE: alone,
    Rule.TWO_WAYS: two_ways,
    Rule.CARRIES: carries,
    Rule.EARNED: earned,
    Rule.HINTS: hints,
    Rule.LESSON: lesson,
    Rule.REVIEW: review,
    Rule.BEHAVIOR: behavior,
    Rule.WORDING: wording,
    Rule.FILES: files,
    Rule.CLEAN: clean,
    Rule.SAFE: safe,
}
_POLL_SECONDS = 0.2
_FLAKY = "the tests failed earlier with the same files. Add `--repeat 5` to check that they always pass"
_FORMAT = 4  # raise it when the format of cached results changes, so that old results aren't read


class ValidationObserver:
    """Receives the start and the result of each unit, to show progress. The base class ignores both."""

    def began(self, unit: RuleRun) -> None:
        """Called when the validation of a unit starts."""

    def ended(self, result: RuleResult, done: int, of: int) -> None:
        """Called when a unit has a result: `done` of `of` units are finished."""


@dataclass(frozen=True)
class RunSettings:
    """Settings of a validation. `cache` is the folder for results, environments and cloned templates.

    `jobs` is how many programs run at once (0: one per core). Without `use_cache`, results are stored but not read.
    `repeat` is how often the rule `green` runs the tests in random order. If it is above 1, `green` reads no cache.
    """

    cache: Path
    jobs: int = 0
    use_cache: bool = True
    repeat: int = 1

    @property
    def templates(self) -> Path:
        """The folder for templates that are cloned from git."""
        return self.cache / "templates"

    @property
    def slots(self) -> int:
        return self.jobs or os.cpu_count() or 1

    def reads_cache(self, rule: Rule) -> bool:
        """True if a cached result of this rule may be used."""
        return self.use_cache and (rule is not Rule.GREEN or self.repeat == 1)


class ResultCache:
    """A cache of results on disk. Each key of a unit has a small JSON file. A damaged file counts as missing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "validation"

    def get(self, key: str) -> RuleResult | None:
        """Return the cached result of a key, or None if there is no readable result."""
        try:
            data: dict[str, Any] = json.loads((self._folder / key[:2] / f"{key}.json").read_bytes())
            if data.pop("format") != _FORMAT:
                return None
            findings = tuple(_finding(finding) for finding in data["findings"])
            more = {"rule": Rule(data["rule"]), "findings": findings, "notes": tuple(data["notes"])}
            return RuleResult(**{**data, **more, "cached": True})
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, key: str, result: RuleResult) -> None:
        """Store a result. If the folder isn't writable, do nothing."""
        folder = self._folder / key[:2]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"format": _FORMAT, **asdict(result)}, stream)
            Path(draft).replace(folder / f"{key}.json")
        except OSError:
            return


def _finding(data: dict[str, Any]) -> Finding:
    kinds = {"rule": Rule(data["rule"]), "severity": Severity(data["severity"]), "breaks": tuple(data["breaks"])}
    return Finding(**{**data, **kinds, "exit_code": ExitCode(data["exit_code"])})


def validate(
    units: Sequence[RuleRun],
    settings: RunSettings,
    observer: ValidationObserver | None = None,
    unreadable: Sequence[UnreadableTemplate] = (),
) -> Report:
    """Run all units, or take their results from the cache. Return the report.

    The report also has the errors of the `unreadable` templates.
    """
    started = time.monotonic()
    observer = observer or ValidationObserver()
    cache = ResultCache(settings.cache)
    accepted = AcceptedFindings()
    keys = {unit: unit.key for unit in units}
    results = results_of_skipped_rules(units)
    for unit in units:
        if unit not in results and settings.reads_cache(unit.rule) and (result := cache.get(keys[unit])) is not None:
            results[unit] = accepted.removed_from(unit, result)
    for number, result in enumerate(results.values(), 1):
        observer.ended(result, number, len(units))
    missing = [unit for unit in units if unit not in results]
    if missing:
        with tempfile.TemporaryDirectory(prefix="validation-", ignore_cleanup_errors=True) as scratch:
            workspace = Workspace(
                Path(scratch).resolve(),
                settings.cache / "environments",
                ConcurrencyLimit(settings.slots),
                settings.repeat,
            )

            def ended(unit: RuleRun, result: RuleResult, is_lasting: bool) -> None:
                if unit.rule is Rule.GREEN and settings.repeat == 1 and result.status is Status.OK:
                    before = cache.get(keys[unit])
                    if before and before.status is Status.FAILED:  # with the same files, so a test is flaky
                        result, is_lasting = replace(result, notes=(*result.notes, _FLAKY)), False
                results[unit] = accepted.removed_from(unit, result)
                if is_lasting:
                    cache.put(keys[unit], result)
                observer.ended(results[unit], len(results), len(units))

            _run_all(missing, workspace, observer, ended)
    results = without_consequences(accepted.with_unused(results))
    folders = {unit.subject.template.name: str(unit.subject.folder) for unit in units}
    folders.update((template.name, str(template.folder)) for template in unreadable)
    every = [*chain.from_iterable(map(_results_of, unreadable)), *(results[unit] for unit in units)]
    return Report(tuple(_without_repetitions(every)), time.monotonic() - started, settings.slots, folders)


def _results_of(template: UnreadableTemplate) -> Iterator[RuleResult]:
    """Yield a failed result of the rule `files` for the base and for each step with an error."""
    findings: dict[str, list[Finding]] = {}
    by_hand = f"starterkit template validate {quoted(template.name)} --only {Rule.FILES}"
    for error in template.errors:
        file, line, message = "", 0, str(error)
        if isinstance(error, FileError):
            file, line, message = location_of(error, template.folder)
        parts = PurePath(file).parts
        step = parts[1] if parts[:1] == ("steps",) and len(parts) > 2 else BASE
        finding = Finding(template.name, step, Rule.FILES, file, line, message, by_hand, exit_code=error.code)
        findings.setdefault(step, []).append(finding)
    for step, of_step in findings.items():
        yield RuleResult(template.name, step, Rule.FILES, findings=tuple(of_step))


def _without_repetitions(results: Iterable[RuleResult]) -> Iterator[RuleResult]:
    """Yield the results. The first rule that can't run reports the reason, and the others are skipped."""
    reported: set[tuple[str, str]] = set()
    for result in results:
        reasons = {
            (result.template, finding.message) for finding in result.findings if finding.exit_code != ExitCode.RED
        }
        if reasons and len(reasons) == len(result.findings) and reasons <= reported:
            first = result.findings[0].message.partition("\n")[0]
            result = replace(result, findings=(), skipped=f"because of the same problem: {first}")
        reported |= reasons
        yield result


def _run_all(
    units: Sequence[RuleRun],
    workspace: Workspace,
    observer: ValidationObserver,
    ended: Callable[[RuleRun, RuleResult, bool], None],
) -> None:
    """Run the units in threads. Units that share a test run go one after the other, so that the tests run once."""
    waiting = sorted(units, key=lambda unit: -unit.weight)
    running: dict[Future[tuple[RuleResult, bool]], RuleRun] = {}
    with ThreadPoolExecutor(workspace.slots.count, thread_name_prefix="unit") as pool:
        try:
            while waiting or running:
                for unit in list(waiting):
                    if len(running) >= workspace.slots.count:
                        break
                    if unit.group in {other.group for other in running.values()}:
                        continue
                    waiting.remove(unit)
                    observer.began(unit)
                    running[pool.submit(_run, unit, workspace)] = unit
                finished, _ = wait(running, timeout=_POLL_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    ended(running.pop(future), *future.result())
        except BaseException:
            _stop(workspace, running)
            raise


def _stop(workspace: Workspace, running: dict[Future[tuple[RuleResult, bool]], RuleRun]) -> None:
    workspace.slots.stop()
    while True:
        terminate_all()
        _, unfinished = wait(running, timeout=_POLL_SECONDS)
        if not unfinished:
            return


def _run(unit: RuleRun, workspace: Workspace) -> tuple[RuleResult, bool]:
    """Return a unit's result, and False if a problem of this machine may have caused it."""
    work = RuleContext(unit.subject, unit.step, workspace, unit.rule)
    started = time.monotonic()
    findings: list[Finding] = []
    skipped, is_lasting = "", True
    try:
        findings = _RULES[unit.rule](work)
    except (Skip, NotRenderedError) as reason:
        skipped = str(reason)
    except StarterkitError as error:
        findings, is_lasting = [work.of_error(error)], False
    result = RuleResult(
        unit.subject.template.name,
        unit.step,
        unit.rule,
        seconds=time.monotonic() - started,
        test_seconds=work.test_seconds,
        findings=tuple(findings),
        notes=tuple(work.notes),
        score=work.score,
        lines_by_test=work.lines_by_test,
        skipped=skipped,
    )
    return result, is_lasting
