"""What is to be done: units of template, step and rule; which of them; and the key under which each is remembered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starterkit.errors import UsageError
from starterkit.git.objects import digest
from starterkit.template.model import BASE, Template
from starterkit.validation.cache import runtime_version, tool_versions
from starterkit.validation.model import Rule, scope
from starterkit.validation.target import TemplateUnderTest
from starterkit.yamlfile import did_you_mean

# The test run that a rule shares with another one: those that begin with the same layer go one after the other.
_SHARED_RUN = {Rule.RED: "given", Rule.NO_REGRESSION: "given", Rule.GREEN: "solution", Rule.SAFE: "solution"}
# What takes long is begun first, so that no core is idle at the end.
_WEIGHTS = {
    Rule.EARNED: 60,
    Rule.ALONE: 15,
    Rule.CARRIES: 8,
    Rule.GREEN: 4,
    Rule.RED: 3,
    Rule.SAFE: 3,
    Rule.BASE_GREEN: 3,
}


@dataclass(frozen=True)
class RuleRun:
    """One rule for one step (or `base`) of one template. `key` names all that its result hangs on."""

    subject: TemplateUnderTest
    step: str
    rule: Rule

    @property
    def key(self) -> str:
        return digest(tool_versions(), self.rule.value, *_inputs(self.subject, self.step, self.rule))

    @property
    def shared_run(self) -> str:
        """The name of the test run that this unit shares with others ("" for none)."""
        if self.step == BASE:
            return BASE if self.rule in (Rule.BASE_GREEN, Rule.SAFE) else ""
        return _SHARED_RUN.get(self.rule, "")

    @property
    def weight(self) -> int:
        """About how long it takes, compared with others."""
        return _WEIGHTS.get(self.rule, 1)


def rule_runs(subject: TemplateUnderTest, steps: Sequence[str], rules: Iterable[Rule]) -> list[RuleRun]:
    """Return the units of a template in the order in which they are reported."""
    wanted = tuple(rules)
    return [RuleRun(subject, step, rule) for step in steps for rule in scope(step) if rule in wanted]


def chosen_steps(template: Template, words: Sequence[str]) -> list[str]:
    """Return the steps that are meant, `base` among them, in the path's order; all where nothing is said.

    A word is `base`, a step as it is named anywhere, or a range of two of them: `02..04`.
    Raises `UsageError` for a step that there is not.
    """
    everything = [BASE, *template.step_names]
    if not words:
        return everything
    chosen: set[str] = set()
    for word in words:
        first, separator, last = word.partition("..")
        start = everything.index(_step(template, first)) if first or not separator else 0
        end = everything.index(_step(template, last)) if last else (len(everything) - 1 if separator else start)
        if end < start:
            raise UsageError(f'"{word}" ends before it begins.', f"Turn it round: {last}..{first}.")
        chosen.update(everything[start : end + 1])
    return [step for step in everything if step in chosen]


def chosen_rules(only: Sequence[str], skip: Sequence[str]) -> list[Rule]:
    """Return the rules that are meant. Raises `UsageError` for one that there is not, with the nearest name."""
    wanted = {_rule(word) for word in only} or set(Rule)
    return [rule for rule in Rule if rule in wanted - {_rule(word) for word in skip}]


def changed_steps(template: Template, changed: Sequence[str]) -> list[str]:
    """Return the steps whose files are among the changed ones of a template's folder, and those after them."""
    everything = [BASE, *template.step_names]
    first = len(everything)
    for path in changed:
        parts = path.split("/")
        named = parts[1] if parts[0] in ("steps", "foreign") and len(parts) > 1 else BASE
        first = min(first, everything.index(named) if named in everything else 0)
    return everything[first:]


def shard_of(units: Sequence[RuleRun], number: int, count: int) -> list[RuleRun]:
    """Return one of `count` parts of the units, counted from 1. Units that share a test run stay together.

    Every machine cuts the same list in the same way.
    """
    if count == 1:
        return list(units)
    groups: dict[object, list[RuleRun]] = {}
    for unit in units:
        own = unit.shared_run or unit.rule
        groups.setdefault((unit.subject.name, unit.step, own), []).append(unit)
    loads = [0] * count
    mine: list[RuleRun] = []
    for group in sorted(groups.values(), key=lambda group: -sum(unit.weight for unit in group)):
        lightest = loads.index(min(loads))
        loads[lightest] += sum(unit.weight for unit in group)
        if lightest == number - 1:
            mine += group
    return [unit for unit in units if unit in mine]


def _step(template: Template, word: str) -> str:
    return BASE if word.strip().lower() in (BASE, "00", "0") else template.find_step(word)


def _rule(word: str) -> Rule:
    name = re.sub(r"[\s_]+", "-", word.strip().lower())
    known = [rule.value for rule in Rule]
    if name not in known:
        raise UsageError(f'There is no rule "{word}".', did_you_mean(name, known))
    return Rule(name)


def _inputs(subject: TemplateUnderTest, step: str, rule: Rule) -> list[object]:
    """All that the result of a unit hangs on, beside the programs."""
    template = subject.template
    settings = [template.environment, template.commands, template.select, template.test_files, template.owned]
    runtime = runtime_version(template.environment.kind)
    inputs: list[object] = [subject.name, template.name, step, runtime, *map(repr, settings), template.database]
    if step == BASE:
        return [*inputs, template.tests, template.own_history, subject.digests[BASE]]
    so_far = template.step_names[: template.step_names.index(step) + 1]
    inputs.append(subject.digests[f"solution {step}"])
    inputs.append([template.tests, *((one.tests, one.guards) for one in map(template.step, so_far))])
    if rule in (Rule.HINTS, Rule.EARNED, Rule.LESSON):
        inputs.append(subject.template.source.read(f"steps/{step}/step.yml"))
    if rule is Rule.CARRIES:
        inputs.append(_foreign(subject))
    return inputs


def _foreign(subject: TemplateUnderTest) -> str:
    from starterkit.project.layers import read_folder

    return digest(read_folder(subject.foreign)) if subject.foreign is not None and subject.foreign.is_dir() else ""
