"""The rule safe: tests use no network, write only inside the project, and packages have hashes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from starterkit.template.model import BASE
from starterkit.validation.model import Finding
from starterkit.validation.pin_checks import inexact_pins, stale_pins
from starterkit.validation.rules.base_green import problems
from starterkit.validation.side_effects import is_watched
from starterkit.validation.workspace import RuleContext

_MOST_SHOWN = 3


def safe(work: RuleContext) -> list[Finding]:
    """Check that tests stay inside the project, and that every package has an exact version and a hash.

    The new tests of the step run, and at the last step of the path all tests.
    """
    label = BASE if work.step == BASE else work.solution
    findings = list(_unpinned(work, label))
    if findings:
        return findings  # a test run would install packages, and never from invalid pins
    kind = work.template.environment.kind
    if is_watched(kind):
        findings += list(_side_effects(work, label)) or list(_unfinished(work, label))
    else:
        work.notes.append(f"test runs of the kind {kind} can't be watched yet")
    work.notes.append("not checked, because the network is needed: yanked or vulnerable packages")
    return findings


def _side_effects(work: RuleContext, label: str) -> Iterator[Finding]:
    effects = work.layer_run(label, work.main_tests)[1]
    if new := [effect.target for effect in effects if effect.kind == "new file"]:
        shown = ", ".join(new[:_MOST_SHOWN]) + (f", … ({len(new)} in all)" if len(new) > _MOST_SHOWN else "")
        message = f"after the tests, `git status` shows new files: {shown}. Delete them in the tests, or ignore them"
        yield work.finding_in(BASE, ".gitignore", message)
    for effect in {effect.target: effect for effect in reversed(effects)}.values():  # the first effect on each target
        if effect.kind == "new file":
            continue  # the finding above
        if effect.kind == "changed file":
            yield work.finding_in(label, effect.target, f"the tests change or delete {effect.target}")
            continue
        path = re.sub(r"^.*?/project-[^/]+/", "", effect.file)
        file = work.subject.where(label, path)
        message = {
            "network": f"the tests connect to {effect.target} over the network",
            "write": f"the tests write outside the project: {effect.target}",
        }.get(effect.kind, f"the watcher failed: {effect.target}")
        by = f" (in {path}, line {effect.line})" if effect.file and not file else ""
        yield work.finding(f"{message}{by}", file, effect.line if file else 0)


def _unfinished(work: RuleContext, label: str) -> Iterator[Finding]:
    """Yield a finding for each failing test, because a failing test may stop before a forbidden action."""
    result, _ = work.layer_run(label, work.main_tests)
    for problem in problems(work, result, label):
        message = f"the tests on {label} could not be watched: {result.problem}"
        yield replace(problem, message=message)
    for test in result.red:
        message = f"fails on {label}, so it could not be watched to its end: {test.message.partition(chr(10))[0]}"
        yield replace(work.of_test(label, test.test, message), breaks=(test.test.id,))


def _unpinned(work: RuleContext, label: str) -> Iterator[Finding]:
    environment, files = work.template.environment, work.files(label)
    own = work.subject.project if work.step == BASE else {**work.own_files(work.given), **work.own_files(label)}
    declaration, pins = files.get(environment.declaration), files.get(environment.pins)
    if pins is None or not {environment.declaration, environment.pins} & own.keys():
        return  # an earlier layer has the same pins, which were checked there
    wrong = list(inexact_pins(pins.data, environment))
    if declaration and not wrong:
        wrong += stale_pins(declaration.data, pins.data, environment)
    for problem in wrong:
        yield work.finding_in(label, problem.file, problem.message, problem.line)
