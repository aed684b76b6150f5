"""Changes the numbers of steps: in their folders, lesson headings and file names.

Sentences with a step's number, such as "step 04", don't change. The result lists them for the author.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starterkit.authoring.files import KINDS, STEPS, FilesSource, removed_by
from starterkit.authoring.step_yaml import with_removes
from starterkit.git.objects import File
from starterkit.project.layers import Files
from starterkit.template.load import read_step


@dataclass(frozen=True)
class Mention:
    """A line that may still have the old number of a step. The author has to check it."""

    file: str
    line: int
    text: str


def renumber(files: Mapping[str, File], names: Mapping[str, str]) -> tuple[Files, tuple[Mention, ...]]:
    """Return a template's files with renamed steps, and lines that the author should check.

    `names` has every step, for example `{"02-tags": "03-tags", …}`. A file whose name contains a step's number and name
    (tests/test_02_tags.py, tests/02-tags.test.js) is renamed in every layer.
    """
    moved = {old: new for old, new in names.items() if old != new}
    paths = _renamed_paths(files, moved)
    renamed: Files = {}
    for name, file in files.items():
        parts = name.split("/")
        if parts[0] == "steps":
            old, new = parts[1], names[parts[1]]
            inner = "/".join(parts[3:])
            if inner and parts[2] in KINDS:
                inner = paths.get(inner, inner)
            elif parts[2:] == ["lesson.md"]:
                heading = rb"\A(\s*#\s+)" + old[:2].encode() + rb"(?=\s)"
                file = File(file.mode, re.sub(heading, rb"\g<1>" + new[:2].encode(), file.data))
            name = "/".join((parts[0], new, parts[2], *([inner] if inner else [])))
        renamed[name] = file
    if paths:
        _rename_in_removes(renamed, paths)
    renamed = dict(sorted(renamed.items()))
    return renamed, _mentions(renamed, moved)


def _renamed_paths(files: Mapping[str, File], moved: Mapping[str, str]) -> dict[str, str]:
    paths = {}
    for name in files:
        parts = name.split("/")
        if parts[0] != "steps" or len(parts) < 4 or parts[2] not in KINDS or parts[1] not in moved:
            continue
        old, new = parts[1], moved[parts[1]]
        step_name = old[3:].replace("-", "[-_]")
        changed = re.sub(rf"(?<!\d){old[:2]}(?=[-_]{step_name}(?![a-z0-9]))", new[:2], parts[-1])
        if changed != parts[-1]:
            paths["/".join(parts[3:])] = "/".join((*parts[3:-1], changed))
    return paths


def _rename_in_removes(files: Files, paths: Mapping[str, str]) -> None:
    source = FilesSource(files, "")
    for step_name in source.step_names():
        step = read_step(source, step_name)
        removes = {kind: [paths.get(path, path) for path in removed_by(step, kind)] for kind in KINDS}
        name = f"{STEPS}{step_name}/step.yml"
        files[name] = File(files[name].mode, with_removes(files[name].data, removes, name))


def _mentions(files: Mapping[str, File], moved: Mapping[str, str]) -> tuple[Mention, ...]:
    numbers = sorted({old[:2] for old in moved})
    if not numbers:
        return ()
    pattern = re.compile(rf"(?<![\w.#-])(?:{'|'.join(numbers)})(?![\w.])(?!-\d)")
    return tuple(
        Mention(path, line, text.strip())
        for path, file in files.items()
        if not path.endswith((".txt", ".toml", ".json", ".css", ".svg", ".lock")) and b"\0" not in file.data[:8000]
        for line, text in enumerate(file.data.decode("utf-8", "replace").splitlines(), 1)
        if pattern.search(text) and not (path.endswith("lesson.md") and line == 1)  # headings are renumbered
    )
