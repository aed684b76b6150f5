"""`template new` and `template add-step`: create a small template, and add a step."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from starterkit.authoring.files import STEPS, read_as_template, read_files, write_template
from starterkit.authoring.renumber import Mention, renumber
from starterkit.authoring.step_yaml import scalar
from starterkit.errors import UsageError, cannot_write
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_files
from starterkit.paths import looks_empty
from starterkit.process import quoted
from starterkit.project.layers import Files, with_unix_line_ends
from starterkit.template.atomic_replace import build_in_place
from starterkit.template.bundled import skeleton_folder
from starterkit.template.model import BASE, Template

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_STEPS = 99
KINDS = ("python", "node")


@dataclass(frozen=True)
class NewTemplate:
    """The result of `template new`: the new template's folder, name and title."""

    folder: Path
    name: str
    title: str


@dataclass(frozen=True)
class AddedStep:
    """The result of `template add-step`: the new step's full name, and its files in the template.

    `renumbered` has the new name of each later step, by old name. `mentions` are lines that may have old numbers.
    """

    template: Path
    step: str
    files: tuple[str, ...]
    renumbered: dict[str, str]
    mentions: tuple[Mention, ...]


def name_of(folder: Path) -> str:
    """Return a template name made from the folder's name: `My Path` gives `my-path`.

    Raises `UsageError` if the folder's name has no ASCII letter or digit.
    """
    name = _slug(folder.resolve().name)
    if not name:
        message = f"The folder name {folder.resolve().name} has no letter or digit, so the template needs a name."
        raise UsageError(message, f"Add a name: `starterkit template new my-path {quoted(str(folder))}`.")
    return name


def new_template(name: str, destination: Path, title: str = "", kind: str = "python") -> NewTemplate:
    """Create a template with one step, copied from the skeleton of a `kind` (`python` or `node`).

    Raises `UsageError` for an invalid name or kind, and if the destination isn't free. Raises `EnvironmentProblem` if
    it can't be written.
    """
    _check_name(name, "template")
    if kind not in KINDS:
        raise UsageError(f'Unknown kind "{kind}".', f"Use one of: {', '.join(KINDS)}.")
    is_free = looks_empty(destination) if destination.is_dir() else not destination.exists()
    if destination.is_symlink() or not is_free:
        raise UsageError(f"{destination} exists already.", "Choose a folder that doesn't exist yet.")
    title = title.strip() or _title_of(name)
    files = read_files(skeleton_folder(kind))
    text = files["path.yml"].data.decode()
    text = re.sub(r"(?m)^name: .*$", f"name: {name}", text)
    text = re.sub(r"(?m)^title: .*$", lambda _: f"title: {scalar(title)}", text)
    files["path.yml"] = File(FILE, text.encode())
    read_as_template(files, str(destination))
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        build_in_place(destination, lambda folder: write_files(folder, files))
    except OSError as error:
        raise cannot_write("The template", error) from error
    return NewTemplate(destination, name, title)


def add_step(folder: Path, name: str, *, after: str = "", title: str = "") -> AddedStep:
    """Add a step to a template, and renumber the later steps.

    `after` is the number or name of the step before it, or `base` (default: the last step). Raises `UsageError` for an
    invalid or used name, or an unknown step.
    """
    _check_name(name, "step")
    before = read_files(folder)
    template = read_as_template(before, str(folder))
    for other in template.step_names:
        if other[3:] == name:
            raise UsageError(f'The template already has a step "{other}".', "Choose another name for the new step.")
    position = len(template.step_names)
    if after:
        is_first = after.strip().lower() == BASE
        position = 0 if is_first else template.step_names.index(template.find_step(after)) + 1
    if len(template.step_names) == _MOST_STEPS:
        raise UsageError(
            f"This template already has {_MOST_STEPS} steps. A template can't have more.",
            "Create a second template for more steps: `starterkit template new NAME`.",
        )
    names = {
        old: f"{int(old[:2]) + (number >= position):02}{old[2:]}" for number, old in enumerate(template.step_names)
    }
    files, mentions = renumber(before, names)
    step = f"{position + 1:02}-{name}"
    new = _step_files(template, files, step, title.strip() or _title_of(name))
    files.update(new)
    read_as_template(files, str(folder))
    write_template(folder, before, dict(sorted(files.items())))
    (folder / STEPS / step / "solution").mkdir(exist_ok=True)
    return AddedStep(folder, step, tuple(new), {old: now for old, now in names.items() if old != now}, mentions)


def _title_of(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _step_files(template: Template, files: Files, step: str, title: str) -> Files:
    if template.environment.kind == "python":
        test, code = _python_test(step, title)
    else:
        test, code = _node_test(title, files)
    if test in {*template.tests, *(name for other in template.steps for name in other.tests)}:
        raise UsageError(
            f'The new step would have the test "{test}", but this test exists already.',
            "Choose another name for the new step.",
        )
    texts = {
        "step.yml": _STEP_FILE.format(title=scalar(title), test=scalar(test)),
        "lesson.md": _LESSON.format(heading=f"{step[:2]} · {title}"),
        f"given/{_test_file(template, step)}": code,
    }
    return {f"{STEPS}{step}/{name}": File(FILE, with_unix_line_ends(text.encode())) for name, text in texts.items()}


def _test_file(template: Template, step: str) -> str:
    """Return the path of a new step's test file. It fits the first pattern in `test_files` with one star."""
    name = step.replace("-", "_") if template.environment.kind == "python" else step
    for pattern in template.test_files:
        if pattern.count("*") == 1:
            return pattern.replace("*", name)
    raise UsageError(
        f"No pattern of `test_files` in path.yml has exactly one star: {', '.join(template.test_files)}.",
        'Add a pattern with one star for the new test file, for example "tests/test_*.py".',
    )


def _check_name(name: str, kind: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            f'Invalid name "{name}" for a {kind}.',
            f'Use lowercase letters, digits and single hyphens, for example "{_slug(name) or "first-steps"}".',
        )


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.lower()))


def _python_test(step: str, title: str) -> tuple[str, str]:
    test = f"test_{step[3:].replace('-', '_')}_works"
    return test, (
        f'"""{title}."""\n\n\n'
        f"def {test}() -> None:\n"
        '    """TODO: write one sentence about one behavior, for example: The page shows the title."""\n'
        '    found, expected = "nothing yet", "the feature of this step"\n\n'
        "    assert found == expected, f'Expected {expected}. Found {found}.'\n"
    )


def _node_test(title: str, files: Files) -> tuple[str, str]:
    test = re.sub(r"['\"<&]", "", title) + " works"
    package = files.get("project/package.json")
    if package is not None and b'"module"' in package.data:
        imports = "import assert from 'node:assert/strict';\nimport test from 'node:test';\n"
    else:
        imports = "const assert = require('node:assert/strict');\nconst test = require('node:test');\n"
    return test, (
        f"{imports}\ntest('{test}', () => {{\n"
        "  // TODO: test one behavior, and describe it in the title\n"
        "  assert.equal('nothing yet', 'the feature of this step');\n});\n"
    )


_STEP_FILE = """\
title: {title}
summary: "TODO: write one sentence about what the site can do after this step."
minutes: 30
goal: "TODO: name the main idea of this step."
taught: ["TODO: list the new terms"]
out_of_scope: ["TODO: list what this step leaves out, with the later step that adds it"]
# List the new tests in the order of the file, with two or three hints each. The last hint shows nearly the code.
# If a test passes before the step is built, list the test under `guards:` with a reason instead.
hints:
  {test}:
    - "TODO: ask a question that points to a file."
    - "TODO: name the function or the tool that helps."
"""

_LESSON = """\
# {heading}

TODO: write one sentence about what the site can do after this step.

## Why

TODO: write two or three sentences about why a site needs this feature.

## The idea

TODO: explain the idea with an example that differs from the task.

## Your task

1. TODO: specify what to build, for example: Add a page at `/about`. Don't explain how.

## See it

TODO: say what to do in the browser, and what the browser shows. Quote the message of the first failing test.

## Next

TODO: say what is still missing, and which step adds it.

> **In the other frameworks.** TODO: describe the same step in two sentences.
"""
