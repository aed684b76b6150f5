"""Plans a validation: its units, the cache key of each unit, and how CI jobs share the units.

A unit is one rule for one step of one template (`RuleRun`).
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from starterkit.errors import StarterkitError, UsageError
from starterkit.git.objects import digest
from starterkit.process import run
from starterkit.project.layers import read_folder
from starterkit.template.model import BASE, Template
from starterkit.validation.external_solutions import FOLDER_NAME, LEGACY_FOLDER_NAME
from starterkit.validation.model import Rule, scope
from starterkit.validation.record import FILE_NAME as RECORD_FILE
from starterkit.validation.record import is_stale
from starterkit.validation.target import TemplateUnderTest
from starterkit.yamlfile import did_you_mean

# Rules with the same value use the same test run, so they run one after the other.
_SHARED_RUN = {Rule.GREEN: "solution", Rule.SAFE: "solution"}
_SHARED_RUN_OF_BASE = {Rule.BASE_GREEN: BASE, Rule.SAFE: BASE}
# Matches the step in a changed file's path: `steps/STEP/...` or `external_solutions/PERSON/STEP/...`.
_STEP_POSITIONS = {"steps": 1, FOLDER_NAME: 2, LEGACY_FOLDER_NAME: 2}
# Slow rules start first, so that no core is idle at the end.
_WEIGHTS = {
    Rule.EARNED: 60,
    Rule.ALONE: 15,
    Rule.CARRIES: 8,
    Rule.GREEN: 4,
    Rule.TWO_WAYS: 4,
    Rule.RED: 3,
    Rule.SAFE: 3,
    Rule.BASE_GREEN: 3,
}
# Parts of starterkit that can't affect a result. All other code is part of the cache key, so that results of older code
# are never used.
_NOT_IN_KEYS = {"cli", "__pycache__", "templates"}
# The newest versions to test, in addition to a template's oldest supported version.
_NEWEST = {"python": "3.14", "node": "24"}
_OLDEST = re.compile(r">=\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class RuleRun:
    """A unit of a validation: one rule to check for one step (or `base`) of one template."""

    subject: TemplateUnderTest
    step: str
    rule: Rule

    @property
    def key(self) -> str:
        """The cache key: a digest of everything that the result depends on."""
        return digest(tool_versions(), self.rule.value, *_inputs(self.subject, self.step, self.rule))

    @property
    def group(self) -> tuple[str, str, str]:
        """The key that this unit shares with other units that use the same test run."""
        shared = _SHARED_RUN_OF_BASE if self.step == BASE else _SHARED_RUN
        return self.subject.name, self.step, shared.get(self.rule, self.rule)

    @property
    def weight(self) -> int:
        """A rough estimate of the unit's duration, relative to other units."""
        return _WEIGHTS.get(self.rule, 1)


def rule_runs(subject: TemplateUnderTest, steps: Sequence[str], rules: Iterable[Rule]) -> list[RuleRun]:
    """Return one run for each step and each rule that applies to it, in the order of the report."""
    chosen = [rule for rule in rules if rule is not Rule.TWO_WAYS or subject.has_two_ways]
    return [RuleRun(subject, step, rule) for step in steps for rule in scope(step) if rule in chosen]


def chosen_steps(template: Template, names: Sequence[str]) -> list[str]:
    """Return the chosen steps (also `base`), in path order. Without names, return all steps.

    A name is `base`, any name of a step, or a range such as `02..04`. Raises `UsageError` for an unknown step.
    """
    everything = [BASE, *template.step_names]
    if not names:
        return everything
    chosen: set[str] = set()
    for name in names:
        first, separator, last = name.partition("..")
        start = everything.index(_step(template, first)) if first or not separator else 0
        end = everything.index(_step(template, last)) if last else (len(everything) - 1 if separator else start)
        if end < start:
            raise UsageError(
                f'The range "{name}" ends before it begins.', f"Write the earlier step first: {last}..{first}."
            )
        chosen.update(everything[start : end + 1])
    return [step for step in everything if step in chosen]


def chosen_rules(only: Sequence[str], skip: Sequence[str]) -> list[Rule]:
    """Return the rules in `only` (default: all) without those in `skip`. Raises `UsageError` for an unknown rule."""
    chosen = {_rule(word) for word in only} or set(Rule)
    return [rule for rule in Rule if rule in chosen - {_rule(word) for word in skip}]


def changed_steps(template: Template, changed: Sequence[str]) -> list[str]:
    """Return the first step with a changed file, and all later steps. Paths are relative to the template."""
    everything = [BASE, *template.step_names]
    first = len(everything)
    for path in (path for path in changed if path != RECORD_FILE):
        parts = path.split("/")
        position = _STEP_POSITIONS.get(parts[0], len(parts))
        step = parts[position] if position < len(parts) else BASE
        first = min(first, everything.index(step) if step in everything else 0)
    return everything[first:]


def shard_of(units: Sequence[RuleRun], number: int, count: int) -> list[RuleRun]:
    """Return part `number` (from 1) of `count` parts. Units with the same test run stay together."""
    if count == 1:
        return list(units)
    groups: dict[object, list[RuleRun]] = {}
    for unit in units:
        groups.setdefault(unit.group, []).append(unit)
    loads = [0] * count
    chosen: list[RuleRun] = []
    for group in sorted(groups.values(), key=lambda group: -sum(unit.weight for unit in group)):
        lightest = loads.index(min(loads))
        loads[lightest] += sum(unit.weight for unit in group)
        if lightest == number - 1:
            chosen += group
    return [unit for unit in units if unit in chosen]


def _step(template: Template, word: str) -> str:
    return BASE if word.strip().lower() in (BASE, "00", "0") else template.find_step(word)


def _rule(word: str) -> Rule:
    name = re.sub(r"[\s_]+", "-", word.strip().lower())
    known = [rule.value for rule in Rule]
    if name not in known:
        raise UsageError(f'Unknown rule "{word}".', did_you_mean(name, known))
    return Rule(name)


def _inputs(subject: TemplateUnderTest, step: str, rule: Rule) -> list[object]:
    template = subject.template
    settings = [template.environment, template.commands, template.select, template.test_files, template.owned]
    runtime = _node_version() if template.environment.kind == "node" else ""
    inputs: list[object] = [subject.name, template.name, step, runtime, *map(repr, settings), template.database]
    if rule in (Rule.BASE_GREEN, Rule.GREEN, Rule.HINTS, Rule.LESSON, Rule.WORDING):
        inputs.append(repr(template.validation.limits))
    if rule is Rule.FILES:
        inputs.append(digest(*(item for pair in subject.raw_files(step).items() for item in pair)))
        inputs.append(is_stale(subject, step))
    if rule is Rule.BEHAVIOR:
        inputs.append([template.behavior, *(earlier.behavior for earlier in template.steps)])
    if step == BASE:
        return [*inputs, template.tests, template.own_history, subject.digests[BASE]]
    so_far = template.step_names[: template.step_names.index(step) + 1]
    inputs.append(subject.digests[f"solution {step}"])
    lists = ((each.tests, each.guards, each.platforms, each.stretch) for each in map(template.step, so_far))
    inputs.append([template.tests, *lists])
    if rule in (Rule.HINTS, Rule.EARNED, Rule.LESSON, Rule.REVIEW, Rule.BEHAVIOR, Rule.WORDING):
        inputs.append(template.source.read(f"steps/{step}/step.yml"))
    if rule is Rule.TWO_WAYS:
        inputs.append([step.in_process for step in map(template.step, so_far)])
    if rule is Rule.CARRIES:
        solutions = subject.external_solutions
        inputs.append(digest(solutions.folder.name, read_folder(solutions.folder)) if solutions else "")
    return inputs


@cache
def tool_versions() -> str:
    """Return a digest of starterkit's code, and of the versions of all programs that affect a result."""
    package = Path(__file__).resolve().parents[1]
    code = {
        str(file.relative_to(package)): file.read_bytes()
        for file in sorted(package.rglob("*.py"))
        if _NOT_IN_KEYS.isdisjoint(file.relative_to(package).parts)
    }
    versions = {}
    for name in ("copier", "jinja2", "uv", "ruff"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = ""
    return digest(sys.version, sys.platform, versions, *(item for pair in code.items() for item in pair))


@cache
def _node_version() -> str:
    try:
        return run(["node", "--version"], timeout=10).text_out.strip()
    except StarterkitError:
        return ""  # then starterkit fetches its own Node, whose version is part of starterkit's code


@dataclass(frozen=True)
class MatrixJob:
    """A CI job that validates some steps of a template. `steps` is a value for `--step`, such as `02..03`.

    `python` and `node` are versions ("": the template doesn't use this language).
    """

    template: str
    steps: str
    python: str
    node: str
    database: str = "sqlite"


def matrix(
    templates: Sequence[tuple[str, Template]], *, steps_per_job: int = 2, versions: Sequence[str] = ()
) -> list[MatrixJob]:
    """Return a CI job for each template, step range and version. The default is the oldest and newest version."""
    return [
        MatrixJob(name, steps, **{"python": "", "node": "", template.environment.kind: number})
        for name, template in templates
        for steps in step_ranges(template, steps_per_job)
        for number in versions or _versions(template)
    ]


def step_ranges(template: Template, size: int) -> list[str]:
    """Return ranges of `size` steps that cover the whole path, starting with the base."""
    everything = [BASE, *(name.split("-", 1)[0] for name in template.step_names)]
    parts = [everything[start : start + max(1, size)] for start in range(0, len(everything), max(1, size))]
    return [part[0] if len(part) == 1 else f"{part[0]}..{part[-1]}" for part in parts]


def _versions(template: Template) -> list[str]:
    kind = template.environment.kind
    oldest = _OLDEST.search(template.tools.get(kind, ""))
    newest = _NEWEST.get(kind, "")
    return list(dict.fromkeys([oldest[1] if oldest else newest, newest]))
