"""`template new` and `template add-step`: a small template that validates, and one more step on a path."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starterkit.authoring.files import STEPS, read_as_template, read_files, write_template
from starterkit.authoring.renumber import Mention, renumber
from starterkit.errors import UsageError, cannot_write
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file
from starterkit.paths import looks_empty
from starterkit.process import quoted
from starterkit.project.layers import Files, with_unix_line_ends
from starterkit.template.atomic_replace import build_in_place
from starterkit.template.bundled import skeleton_folder
from starterkit.template.model import BASE, Template

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_STEPS = 99


@dataclass(frozen=True)
class NewTemplate:
    """A template that was made: its folder, and its name and title."""

    folder: Path
    name: str
    title: str


@dataclass(frozen=True)
class AddedStep:
    """A step that was added: its full name, its files (relative to the template), and what it moved.

    `renumber` are the steps that got other numbers; `mentions` lines that may still say the old ones.
    """

    template: Path
    step: str
    files: tuple[str, ...]
    renumbered: dict[str, str]
    mentions: tuple[Mention, ...]


def name_of(folder: Path) -> str:
    """Return a name for a template made of its folder's name. Raises `UsageError` if that has no letters for one."""
    name = _slug(folder.resolve().name)
    if not name:
        message = f"The name of the folder {folder.resolve()} gives no name for a template."
        raise UsageError(message, f"Name it: `starterkit template new my-path {quoted(str(folder))}`.")
    return name


def new_template(name: str, destination: Path, title: str = "") -> NewTemplate:
    """Make a small template with one step in a new folder.

    Raises `UsageError` for a name that cannot be one and for a destination that is in use.
    """
    _check_name(name, "template")
    is_free = looks_empty(destination) if destination.is_dir() else not destination.exists()
    if destination.is_symlink() or not is_free:
        raise UsageError(f"{destination} is there already.", "Choose a folder that does not exist yet.")
    shown = title.strip() or name.replace("-", " ").capitalize()
    files = read_files(skeleton_folder("python"))
    text = files["path.yml"].data.decode()
    text = re.sub(r"(?m)^name: .*$", f"name: {name}", text)
    text = re.sub(r"(?m)^title: .*$", lambda _: f"title: {_scalar(shown)}", text)
    files["path.yml"] = File(FILE, text.encode())
    read_as_template(files, str(destination))
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        build_in_place(destination, lambda folder: _write_all(folder, files))
    except OSError as wrong:
        raise cannot_write("The template", wrong) from wrong
    return NewTemplate(destination, name, shown)


def _write_all(folder: Path, files: Files) -> None:
    for path, file in files.items():
        write_file(folder, path, file)


def add_step(folder: Path, name: str, *, after: str = "", title: str = "") -> AddedStep:
    """Add a step to a template: at the end, or after another step (or `base`); those behind it get new numbers.

    Raises `UsageError` for a name that cannot be one or is taken, and for an unknown step.
    """
    _check_name(name, "step")
    before = read_files(folder)
    template = read_as_template(before, str(folder))
    for other in template.step_names:
        if other[3:] == name:
            raise UsageError(f'There is a step "{other}" already.', "Give the new one another name.")
    position = _position(template, after)
    if len(template.step_names) == _MOST_STEPS:
        raise UsageError(f"A path has at most {_MOST_STEPS} steps.", "Begin another template.")
    moved = {
        old: f"{int(old[:2]) + (number >= position):02}{old[2:]}" for number, old in enumerate(template.step_names)
    }
    files, mentions = renumber(before, moved)
    step = f"{position + 1:02}-{name}"
    new = _step_files(template, files, step, title.strip() or name.replace("-", " ").capitalize())
    files.update(new)
    read_as_template(files, str(folder))
    write_template(folder, before, dict(sorted(files.items())))
    (folder / STEPS / step / "solution").mkdir(exist_ok=True)
    return AddedStep(folder, step, tuple(new), {old: now for old, now in moved.items() if old != now}, mentions)


def _position(template: Template, after: str) -> int:
    """How many steps stand before the new one."""
    if not after:
        return len(template.step_names)
    if after.strip().lower() == BASE:
        return 0
    return template.step_names.index(template.find_step(after)) + 1


def _step_files(template: Template, files: Files, step: str, title: str) -> Files:
    """The texts of a step, and a test that is red."""
    number, word = step[:2], step[3:].replace("-", "_")
    kind = _TESTS[template.environment.kind]
    test = kind.test_id(word, title)
    taken = {*template.tests, *(name for one in template.steps for name in one.tests)}
    if test in taken:
        raise UsageError(f'There is a test "{test}" already.', "Give the step another name.")
    values = {"title": _scalar(title), "heading": f"{number} · {title}", "test": _scalar(test), "words": title}
    texts = {
        "step.yml": _filled(_STEP_FILE, values),
        "lesson.md": _filled(_LESSON, values),
        f"given/{_test_file(template, step)}": kind.text(test, title, files),
    }
    return {f"{STEPS}{step}/{name}": File(FILE, with_unix_line_ends(text.encode())) for name, text in texts.items()}


def _test_file(template: Template, step: str) -> str:
    """A name for the step's tests that the path knows as that of a test file: in the first pattern with one star."""
    name = step.replace("-", "_") if template.environment.kind == "python" else step
    for pattern in template.test_files:
        if pattern.count("*") == 1:
            return pattern.replace("*", name)
    raise UsageError(
        f"None of the patterns under test_files in path.yml says how a test file is called: "
        f"{', '.join(template.test_files)}.",
        'Write one with one star, for example "tests/test_*.py".',
    )


def _filled(text: str, values: dict[str, str]) -> str:
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


def _check_name(name: str, what: str) -> None:
    if not _NAME.fullmatch(name):
        better = _slug(name)
        raise UsageError(
            f'A {what} cannot be called "{name}": its name has small letters, digits and single hyphens.',
            f'For example "{better}".' if better else 'For example "first-steps".',
        )


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def _scalar(text: str) -> str:
    """A text as a value of YAML, in quotes where it needs them."""
    return text if re.fullmatch(r"[A-Za-z][A-Za-z0-9_ ,.-]*(?<! )", text) else json.dumps(text, ensure_ascii=False)


# --- what a first test looks like in each kind of environment -------------------------------------------------------


@dataclass(frozen=True)
class _Tests:
    """How tests of one kind of environment are named and written."""

    test_id: Callable[[str, str], str]
    text: Callable[[str, str, Files], str]  # of the test's id, the step's title and the template's files


def _python_test(test: str, title: str, _files: Files) -> str:
    return (
        f'"""{title}."""\n\n\n'
        f"def {test}() -> None:\n"
        '    """TODO: say in one sentence what a visitor sees once this step is built."""\n'
        '    seen, expected = "nothing yet", "what the lesson asks for"\n\n'
        "    assert seen == expected, f'the site was expected to show {expected}, and shows {seen}'\n"
    )


def _node_test(test: str, _title: str, files: Files) -> str:
    package = files.get("project/package.json")
    is_module = package is not None and b'"module"' in package.data
    lines = (
        ["import assert from 'node:assert/strict';", "import test from 'node:test';"]
        if is_module
        else ["const assert = require('node:assert/strict');", "const test = require('node:test');"]
    )
    lines += ["", f"test('{test}', () => {{", "  // TODO: what a visitor sees once this step is built"]
    lines += ["  assert.equal('nothing yet', 'what the lesson asks for');", "});", ""]
    return "\n".join(lines)


_TESTS = {
    "python": _Tests(lambda word, _title: f"test_{word}_is_there", _python_test),
    "node": _Tests(lambda _word, title: re.sub(r"['\"<&]", "", title) + " is there", _node_test),
}

_STEP_FILE = """\
title: <title>
summary: "TODO: what the site can do after this step, in one sentence."
minutes: 30
goal: "TODO: the one idea of this step."
taught: ["TODO: each new term"]
out_of_scope: ["TODO: what a learner might expect here, and where it comes"]
# Each new test, in the order in which a learner meets them, with two or three hints: from a nudge to nearly the code.
# A test that is green before the step is built is no test of it; list it under `guards:` with a reason instead.
hints:
  <test>:
    - "TODO: where to look."
    - "TODO: which tool or idea helps."
"""

_LESSON = """\
# <heading>

TODO: what the site can do after this step, in one sentence.

## Why

TODO: why anybody needs this, in two or three sentences.

## The idea

TODO: the idea, shown on another example than the task, or on code that is already there.

## Your task

1. TODO: what to build, not how: the address, the fields, what a visitor sees.

## See it

TODO: what to do in the browser, and what there is to see. What the first red test says, as it says it.

## Next

TODO: what is still missing, and which step brings it.

> **In the other frameworks.** TODO: the same step in two sentences.
"""
