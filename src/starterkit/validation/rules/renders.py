"""The rule renders: project/ renders with all answers, and a step only changes permitted files."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import yaml
from jinja2 import Environment, TemplateSyntaxError, meta

from starterkit.errors import FileError, StarterkitError
from starterkit.git.merge import has_markers
from starterkit.git.objects import digest
from starterkit.template.model import BASE
from starterkit.template.questions import SUFFIX
from starterkit.validation.model import Finding
from starterkit.validation.target import Files, line_of_key
from starterkit.validation.workspace import RuleContext
from starterkit.yamlfile import Value, did_you_mean, parse

# Answers that break careless templates. Rendered settings files must contain them unchanged.
HOSTILE = (
    "a \"double\" and a 'single' quote",
    "back\\slash \\n \\\\ \\u0041",
    "{curly} ${dollar} %(percent)s %s",
    "{{ 7*7 }} {% raw %} {# note #}",
    "<b>&amp;</b> # : - [x] | > !",
    "\N{FIRE}\N{ZERO WIDTH JOINER} \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 Łódź",
    "x" * 100,
)
_JINJA = re.compile(r"\{\{|\{%|\{#")
# Copier sets these variables, and every Jinja template knows these names.
_KNOWN = {
    *("_copier_conf", "_copier_answers", "_copier_python", "_copier_phase", "_copier_operation", "_external_data"),
    *("_folder_name", "_src_path", "_commit", "sep", "os"),
}
_NEVER_RENDERED = {".py", ".js", ".mjs", ".cjs", ".ts", ".html", ".css", ".sql", ".sh", ".lock"}
_SETTINGS = (".toml", ".json", ".yml", ".yaml")  # suffixes of formats that can be parsed to check an answer


def renders(work: RuleContext) -> list[Finding]:
    """Check that project/ renders with all answers, and that each step only changes permitted files."""
    if work.step != BASE:
        of_step = [*_touches_rendered(work), *_changes_learner_files(work), *_changes_tests(work)]
        return [*of_step, *_conflict_markers(work, work.given), *_conflict_markers(work, work.solution)]
    findings = [*_what_is_rendered(work), *_undefined(work), *_conflict_markers(work, BASE)]
    try:
        first = work.subject.rendered({})
    except FileError as error:
        invalid = work.of_error(error)
        return [*findings, *([] if invalid.file in {finding.file for finding in findings} else [invalid])]
    except StarterkitError as error:
        message = f"project/ doesn't render with the defaults: {error.message}"
        return [*findings, work.finding(message, "copier.yml")]
    again = work.subject.rendered({})
    if digest(first) != digest(again):
        changed = sorted(path for path in first if first[path] != again.get(path))
        findings.append(
            work.finding(f"rendering project/ twice gives different results: {', '.join(changed)}", "project")
        )
    findings += _left_over(work, first)
    findings += [*_unused(work), *_with_choices(work)]
    first_of_file: dict[str, Finding] = {}
    for number in range(len(HOSTILE)):
        for finding in _with_hostile(work, number):
            first_of_file.setdefault(finding.file, finding)
    return [*findings, *first_of_file.values()]


def _rendered(work: RuleContext) -> Iterator[tuple[str, str]]:
    for path in work.subject.project:
        if path.endswith(SUFFIX):
            yield path, path.removesuffix(SUFFIX)


def _touches_rendered(work: RuleContext) -> Iterator[Finding]:
    step = work.template.step(work.step)
    rendered = {target for _, target in _rendered(work)}
    for label, removed in ((work.given, step.removed_by_given), (work.solution, step.removed_by_solution)):
        for path in sorted({*work.own_files(label), *removed}):
            if path in rendered:
                message = f"{label.split()[0]} replaces or removes {path}, which project/ renders"
                yield work.finding_in(label, path, message)
            if path.endswith(SUFFIX):
                yield work.finding_in(label, path, f"{path}: files under steps/ are never rendered")


def changed_learner_files(work: RuleContext) -> Iterator[str]:
    """Yield the path of each learner's file that the step changes or removes when it begins."""
    template, below, given = work.template, work.files(work.subject.below(work.given)), work.files(work.given)
    for path in sorted({*work.own_files(work.given), *template.step(work.step).removed_by_given}):
        is_learners = path in below and not template.owns(path) and not template.is_pins(path)
        if is_learners and below[path] != given.get(path):
            yield path


def _changes_learner_files(work: RuleContext) -> Iterator[Finding]:
    for path in changed_learner_files(work):
        is_removed = path in work.template.step(work.step).removed_by_given
        file = f"steps/{work.step}/{'step.yml' if is_removed else f'given/{path}'}"
        verb, fix = ("removes", "keep the file") if is_removed else ("changes", "add a new file instead")
        yield work.finding(f"given {verb} {path}, which is the learner's code: {fix}", file)


def _changes_tests(work: RuleContext) -> Iterator[Finding]:
    """Yield a finding for each path-owned file in a solution, because learners don't change these files."""
    template = work.template
    fix = "put the change into given"
    for path in sorted(work.own_files(work.solution)):
        if template.owns(path) or template.is_test_file(path):
            message = f"solution adds or changes {path}, which belongs to the path: {fix}"
            yield work.finding_in(work.solution, path, message)
    for path in template.step(work.step).removed_by_solution:
        if template.owns(path) or template.is_test_file(path):
            message = f"solution removes {path}, which belongs to the path: {fix}"
            yield work.finding(message, f"steps/{work.step}/step.yml")


def _conflict_markers(work: RuleContext, label: str) -> Iterator[Finding]:
    kind, _, step = label.partition(" ")
    folder = f"steps/{step}/{kind}" if step else "project"
    for path, file in (work.own_files(label) if step else work.subject.project).items():
        if has_markers(file.data):
            line = file.data[: file.data.index(b"<<<<<<<")].count(b"\n") + 1
            yield work.finding("this file has conflict markers of a merge", f"{folder}/{path}", line)


def _what_is_rendered(work: RuleContext) -> Iterator[Finding]:
    settings = []
    for path in sorted(work.subject.project):
        target = path.removesuffix(SUFFIX)
        if _JINJA.search(path):
            yield work.finding("a file name must not be rendered: use a fixed name", f"project/{path}")
        if target == path:
            continue
        if work.template.is_pins(target) or PurePosixPath(target).suffix in _NEVER_RENDERED:
            message = f"{target} must not be rendered: code, declarations and pins are the same for everyone"
            yield work.finding(message, f"project/{path}")
        elif "answers" in PurePosixPath(target).name:
            yield work.finding("`new` writes the answers file itself: remove this file", f"project/{path}")
        elif not PurePosixPath(target).name.startswith("README"):
            settings.append(path)
    for path in settings[1:]:
        message = "only the README and one settings file may be rendered"
        yield work.finding(message, f"project/{path}")


def _undefined(work: RuleContext) -> Iterator[Finding]:
    questions = set(_questions(work))
    environment = Environment(autoescape=False)  # noqa: S701  # nothing is rendered with it
    for path, _ in _rendered(work):
        text = work.subject.project[path].data.decode("utf-8", "replace")
        try:
            names = meta.find_undeclared_variables(environment.parse(text))
        except TemplateSyntaxError as error:
            yield work.finding(f"invalid Jinja: {error.message}", f"project/{path}", error.lineno)
            continue
        for name in sorted(names - questions - _KNOWN):
            match = re.search(rf"\b{re.escape(name)}\b", text)
            line = text[: match.start()].count("\n") + 1 if match else 0
            guess = did_you_mean(name, sorted(questions - _KNOWN))
            yield work.finding(f'unknown question "{name}". {guess}', f"project/{path}", line)


def _left_over(work: RuleContext, files: Files) -> Iterator[Finding]:
    for path, target in _rendered(work):
        text = files[target].data.decode("utf-8", "replace") if target in files else ""
        if match := _JINJA.search(text):
            line = text[: match.start()].count("\n") + 1
            yield work.finding(f"`{match[0]}` remains in {target}, line {line}, after rendering", f"project/{path}")


def _questions(work: RuleContext) -> dict[str, Value]:
    """Return the questions of copier.yml by name."""
    file = work.subject.folder / "copier.yml"
    keys = parse(file.read_bytes(), str(file)).mapping((), optional=None)
    return {name: value for name, value in keys.items() if not name.startswith("_")}


def _settings_of(question: Value) -> dict[str, Value]:
    """Return the keys of a question, such as `type`. A question that is only a default value has none."""
    return question.mapping((), optional=None) if question.is_mapping() else {}


def _accepts_any_text(question: Value) -> bool:
    keys = _settings_of(question)
    return "choices" not in keys and (keys["type"].text() == "str" if "type" in keys else not keys)


def _unused(work: RuleContext) -> Iterator[Finding]:
    """Yield a finding for each question that no rendered file and no other line of copier.yml uses."""
    lines = (work.subject.folder / "copier.yml").read_text("utf-8").splitlines()
    rendered = [work.subject.project[path].data.decode("utf-8", "replace") for path, _ in _rendered(work)]
    for name, question in _questions(work).items():
        line = line_of_key(work.subject.folder / "copier.yml", name)
        others = [*lines[: line - 1], *lines[max(line, question.node.end_mark.line) :]]
        if not re.search(rf"\b{re.escape(name)}\b", "\n".join([*others, *rendered])):
            yield work.finding(f'no file uses the answer to the question "{name}": remove it', "copier.yml", line)


def _with_choices(work: RuleContext) -> Iterator[Finding]:
    """Yield a finding for each value of `choices` with which project/ doesn't render."""
    for name, question in _questions(work).items():
        keys = _settings_of(question)
        for choice in _values(keys["choices"]) if "choices" in keys else ():
            message = f"project/ doesn't render with {name}: {choice.scalar()}"
            try:
                files = work.subject.rendered({name: choice.scalar()})
            except StarterkitError as error:
                yield work.finding(f"{message}: {error.message}", "copier.yml", choice.line)
                continue
            for path, problem in _invalid_settings(work, files):
                yield work.finding(
                    f"{name}: {choice.scalar()} breaks {PurePosixPath(path).name.removesuffix(SUFFIX)}: {problem}", path
                )


def _values(choices: Value) -> Iterator[Value]:
    """Yield the values of `choices`: a list of values or of pairs `[label, value]`, or a mapping of labels."""
    if choices.is_list():
        for item in choices.items():
            yield list(item.items())[-1] if item.is_list() else item
    elif choices.is_mapping():
        for value in choices.mapping((), optional=None).values():
            yield value.mapping((), optional=None)["value"] if value.is_mapping() else value


def _invalid_settings(work: RuleContext, files: Files) -> Iterator[tuple[str, str]]:
    """Yield the path in the template and the problem of each rendered settings file that can't be parsed."""
    for path, target in _rendered(work):
        if target in files and target.endswith(_SETTINGS):
            try:
                _parsed(target, files[target].data)
            except ValueError as error:
                yield f"project/{path}", str(error)


def _with_hostile(work: RuleContext, number: int) -> Iterator[Finding]:
    """Yield a finding for each rendered file that hostile answers damage.

    `number` selects the hostile text for the first question. Each later question gets the next text.
    """
    names = [name for name, question in _questions(work).items() if _accepts_any_text(question)]
    if not names:
        return
    answers = {name: HOSTILE[(number + position) % len(HOSTILE)] for position, name in enumerate(names)}
    shown = ", ".join(f"{name}: `{answer[:50]}`" for name, answer in answers.items())
    try:
        files = work.subject.rendered(answers)
    except StarterkitError as error:
        yield work.finding(f"hostile answers don't render ({shown}): {error.message}", "copier.yml")
        return
    invalid = dict(_invalid_settings(work, files))
    for path, target in _rendered(work):
        if target not in files or not target.endswith(_SETTINGS):
            continue
        if problem := invalid.get(f"project/{path}"):
            yield work.finding(f"hostile answers break {target} ({shown}): {problem}", f"project/{path}")
            continue
        values = list(_texts(_parsed(target, files[target].data)))
        source = work.subject.project[path].data.decode("utf-8", "replace")
        for name, answer in answers.items():
            if re.search(rf"\b{name}\b", source) and not any(answer in value for value in values):
                message = f"{target} doesn't keep the answer `{answer[:50]}` to {name} unchanged"
                yield work.finding(message, f"project/{path}")


def _parsed(path: str, data: bytes) -> Any:
    text = data.decode("utf-8")
    if path.endswith(".toml"):
        return tomllib.loads(text)
    if path.endswith(".json"):
        return json.loads(text)
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from error


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for entry in value.values() if isinstance(value, dict) else value:
            yield from _texts(entry)
