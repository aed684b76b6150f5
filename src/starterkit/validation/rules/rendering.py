"""The rules about the starter project as it is rendered: renders, plain Copier."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from starterkit.errors import FileError, StarterkitError
from starterkit.git.merge import has_markers
from starterkit.git.objects import File, digest
from starterkit.process import PYTHON_VARIABLES, run, scrubbed_environment
from starterkit.project.layers import read_folder
from starterkit.render import SUFFIX
from starterkit.template.model import BASE
from starterkit.validation.model import Finding
from starterkit.validation.target import Files
from starterkit.validation.workspace import RuleContext, write_files
from starterkit.yamlfile import did_you_mean, parse

# Answers that break what is not careful. All of them have to come out as they went in.
HOSTILE = (
    "a \"double\" and a 'single' quote",
    "back\\slash \\n \\\\ \\u0041",
    "{curly} ${dollar} %(percent)s %s",
    "{{ 7*7 }} {% raw %} {# note #}",
    "<b>&amp;</b> # : - [x] | > !",
    "\N{FIRE}\N{ZERO WIDTH JOINER} \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 Łódź",
    "x" * 100,
)
_COPIER_SECONDS = 120.0
_LEFT_OVER = re.compile(r"\{\{|\{%|\{#")
# Copier's own, and what every Jinja template knows.
_KNOWN = ("_copier_conf", "_copier_answers", "_copier_python", "_copier_phase", "_copier_operation", "_external_data")
_KNOWN_TOO = ("_folder_name", "_src_path", "_commit", "sep", "os")
_NEVER_RENDERED = {".py", ".js", ".mjs", ".cjs", ".ts", ".html", ".css", ".sql", ".sh", ".lock"}
_SETTINGS = (".toml", ".json", ".yml", ".yaml")  # what can be read again to see what the answer became


def renders(work: RuleContext) -> list[Finding]:
    """project/ renders with every answer; no step touches what it renders, and no given touches a learner's file."""
    if work.step != BASE:
        return [*_touches(work), *_marked(work, work.given), *_marked(work, work.solution)]
    found = [*_what_is_rendered(work), *_undefined(work), *_marked(work, BASE)]
    try:
        first = work.subject.rendered({})
    except FileError as wrong:
        return [*found, work.finding(wrong.message, _inside(work, wrong.file), wrong.line or 0)]
    except StarterkitError as wrong:
        return [*found, work.finding(f"project/ does not render with the defaults: {wrong.message}", "copier.yml")]
    again = work.subject.rendered({})
    if digest(first) != digest(again):
        changed = sorted(path for path in first if first[path] != again.get(path))
        found.append(work.finding(f"rendering it twice gives two results: {', '.join(changed)}", "project"))
    found += _left_over(work, first)
    found += [finding for number in range(len(HOSTILE)) for finding in _with_hostile(work, number)]
    return found


def plain_copier(work: RuleContext) -> list[Finding]:
    """`copier copy` alone gives the same base project."""
    folder = work.bench.new_folder()
    template, copy = folder / "template", folder / "copy"
    # A copy without caches, and without the git repository that Copier would look for tags in.
    write_files(template, read_folder(work.subject.folder))
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "copier",
        "copy",
        "--defaults",
        "--quiet",
        str(template),
        str(copy),
    ]
    with work.bench.slots.one():
        # In a folder of its own: that of this process is not to be relied on while something renders.
        finished = run(command, cwd=folder, env=scrubbed_environment(PYTHON_VARIABLES), timeout=_COPIER_SECONDS)
    by_hand = f"copier copy --defaults {work.subject.name} /tmp/copy"
    if finished.code != 0:
        lines = finished.text_err.strip().splitlines() or ["it says nothing"]
        return [work.finding(f"plain `copier copy` fails: {lines[-1]}", "copier.yml", by_hand=by_hand)]
    theirs, ours = read_folder(copy), work.files(BASE)
    found = []
    for path in sorted({*theirs, *ours}):
        if theirs.get(path) != ours.get(path):
            how = _difference(ours.get(path), theirs.get(path))
            found.append(work.finding(f"{path} {how}", work.subject.where(BASE, path), by_hand=by_hand))
    return found


def _difference(ours: File | None, theirs: File | None) -> str:
    if theirs is None:
        return "is missing from what plain `copier copy` gives"
    if ours is None:
        return "is made by plain `copier copy` only"
    return (
        "is executable on one side only" if ours.data == theirs.data else "differs from what plain `copier copy` gives"
    )


def _inside(work: RuleContext, file: str) -> str:
    return file.removeprefix(str(work.subject.folder)).lstrip("/\\")


# --- what a step may touch ------------------------------------------------------------------------------------------


def _touches(work: RuleContext) -> Iterator[Finding]:
    template, step = work.subject.template, work.subject.template.step(work.step)
    rendered = {path.removesuffix(SUFFIX) for path in work.subject.project if path.endswith(SUFFIX)}
    below = work.files(work.subject.below(work.given))
    for kind, label, removed in (
        ("given", work.given, step.removed_by_given),
        ("solution", work.solution, step.removed_by_solution),
    ):
        for path in sorted({*work.subject.own_files[label], *removed}):
            place = work.subject.where(label, path)
            if path in rendered:
                yield work.finding(f"{kind} replaces or removes {path}, which project/ renders", place)
            if path.endswith(SUFFIX):
                yield work.finding(f"{path}: nothing under steps/ is rendered", place)
    given = {path: below.get(path) for path in (*work.subject.own_files[work.given], *step.removed_by_given)}
    for path, before in sorted(given.items()):
        is_theirs = before is not None and not template.owns(path) and not template.is_pins(path)
        if is_theirs and before != work.files(work.given).get(path):
            words = f"given changes {path}, which is the learner's code: bring a new file instead"
            yield work.finding(words, work.subject.where(work.given, path))
    yield from _tests_of_solution(work)


def _tests_of_solution(work: RuleContext) -> Iterator[Finding]:
    """A learner who solves the step never touches these files, so a solution can't need a change to them."""
    template = work.subject.template
    fix = "put the change into given"
    for path in sorted(work.subject.own_files[work.solution]):
        if template.owns(path) or template.is_test_file(path):
            words = f"solution adds or changes {path}, which belongs to the path: {fix}"
            yield work.finding(words, work.subject.where(work.solution, path))
    for path in template.step(work.step).removed_by_solution:
        if template.owns(path) or template.is_test_file(path):
            words = f"solution removes {path}, which belongs to the path: {fix}"
            yield work.finding(words, f"steps/{work.step}/step.yml")


def _marked(work: RuleContext, label: str) -> Iterator[Finding]:
    files = work.subject.project if label == BASE else work.subject.own_files[label]
    kind, _, step = label.partition(" ")
    folder = f"steps/{step}/{kind}" if step else "project"
    for path, file in files.items():
        if has_markers(file.data):
            line = file.data[: file.data.index(b"<<<<<<<")].count(b"\n") + 1
            yield work.finding("there are conflict markers of a merge here", f"{folder}/{path}", line)


# --- what is rendered -----------------------------------------------------------------------------------------------


def _what_is_rendered(work: RuleContext) -> Iterator[Finding]:
    template = work.subject.template
    settings = []
    for path in work.subject.project:
        target = path.removesuffix(SUFFIX)
        if _LEFT_OVER.search(path):
            yield work.finding("the name of a file is rendered: give it a fixed name", f"project/{path}")
        if target == path:
            continue
        if template.is_pins(target) or PurePosixPath(target).suffix in _NEVER_RENDERED:
            words = f"{target} is rendered: code, declarations and pins are the same bytes for everyone"
            yield work.finding(words, f"project/{path}")
        elif "answers" in PurePosixPath(target).name:
            yield work.finding("`new` writes the answers file itself: leave it out", f"project/{path}")
        elif not PurePosixPath(target).name.startswith("README"):
            settings.append(path)
    for path in settings[1:]:
        yield work.finding(
            "more than one settings file is rendered: the README and one other at most", f"project/{path}"
        )


def _undefined(work: RuleContext) -> Iterator[Finding]:
    from jinja2 import Environment, TemplateSyntaxError, meta

    known = {*(name for name, _ in _asked(work)), *_KNOWN, *_KNOWN_TOO}
    environment = Environment(autoescape=False)  # noqa: S701  # nothing is rendered with it
    for path, file in work.subject.project.items():
        if not path.endswith(SUFFIX):
            continue
        text = file.data.decode("utf-8", "replace")
        try:
            names = meta.find_undeclared_variables(environment.parse(text))
        except TemplateSyntaxError as wrong:
            yield work.finding(f"not valid Jinja: {wrong.message}", f"project/{path}", wrong.lineno)
            continue
        for name in sorted(names - known):
            match = re.search(rf"\b{re.escape(name)}\b", text)
            line = text[: match.start()].count("\n") + 1 if match else 0
            guess = did_you_mean(name, sorted(known - {*_KNOWN, *_KNOWN_TOO}))
            yield work.finding(f'no question is called "{name}". {guess}', f"project/{path}", line)


def _left_over(work: RuleContext, files: Files) -> Iterator[Finding]:
    for path in work.subject.project:
        target = path.removesuffix(SUFFIX)
        if target == path or target not in files:
            continue
        text = files[target].data.decode("utf-8", "replace")
        if match := _LEFT_OVER.search(text):
            line = text[: match.start()].count("\n") + 1
            yield work.finding(f"`{match[0]}` is left over in {target}, line {line}", f"project/{path}")


# --- hostile answers ------------------------------------------------------------------------------------------------


def _asked(work: RuleContext) -> list[tuple[str, bool]]:
    """The questions of copier.yml, each with whether any text may be answered."""
    file = work.subject.folder / "copier.yml"
    asked = []
    for name, value in parse(file.read_bytes(), str(file)).mapping((), optional=None).items():
        if not name.startswith("_"):
            keys = value.mapping((), optional=None) if value.is_mapping() else {}
            is_text = keys["type"].text() == "str" if "type" in keys else not keys
            asked.append((name, is_text and "choices" not in keys))
    return asked


def _with_hostile(work: RuleContext, number: int) -> list[Finding]:
    """Render with the hostile answer of this number for the first question, the one after it for the next one."""
    names = [name for name, is_text in _asked(work) if is_text]
    answers = {name: HOSTILE[(number + place) % len(HOSTILE)] for place, name in enumerate(names)}
    shown = ", ".join(f"{name}: `{answer[:50]}`" for name, answer in answers.items())
    if not names:
        return []
    try:
        files = work.subject.rendered(answers)
    except StarterkitError as wrong:
        return [work.finding(f"hostile answers do not render ({shown}): {wrong.message}", "copier.yml")]
    found = []
    for path, file in work.subject.project.items():
        target = path.removesuffix(SUFFIX)
        if target == path or target not in files or not target.endswith(_SETTINGS):
            continue
        try:
            texts = list(_texts(_parsed(target, files[target].data)))
        except ValueError as wrong:
            found.append(work.finding(f"hostile answers break {target} ({shown}): {wrong}", f"project/{path}"))
            continue
        source = file.data.decode("utf-8", "replace")
        for name, answer in answers.items():
            if re.search(rf"\b{name}\b", source) and not any(answer in text for text in texts):
                words = f"the answer `{answer[:50]}` to {name} is not what stands in {target}"
                found.append(work.finding(words, f"project/{path}"))
    return found


def _parsed(path: str, data: bytes) -> Any:
    """Read a settings file. Raises `ValueError` where it cannot be read."""
    import tomllib

    import yaml

    text = data.decode("utf-8")
    if path.endswith(".toml"):
        return tomllib.loads(text)
    if path.endswith(".json"):
        return json.loads(text)
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as wrong:
        raise ValueError(str(wrong)) from wrong


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for entry in value.values():
            yield from _texts(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _texts(entry)
