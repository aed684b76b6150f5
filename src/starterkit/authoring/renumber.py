"""Giving steps other numbers: their folders, the headings of their lessons, and the files that carry the number.

What is written in sentences ("step 04") is not touched; it is listed for the author to read.
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
    """A line that may still speak of a step by its old number."""

    file: str
    line: int
    text: str


def renumber(files: Mapping[str, File], names: Mapping[str, str]) -> tuple[Files, tuple[Mention, ...]]:
    """Return a template's files with its steps renamed (`{"02-tags": "03-tags", …}`, all steps named).

    A file that a step brings and that carries its number and name (tests/test_02_tags.py, tests/02-tags.test.js) gets
    the new one in every layer.
    """
    moved = {old: new for old, new in names.items() if old != new}
    carried = _carried(files, moved)
    found: Files = {}
    for path, file in files.items():
        parts = path.split("/")
        if parts[0] != "steps":
            found[path] = file
            continue
        old, new = parts[1], names[parts[1]]
        if len(parts) > 3 and parts[2] in KINDS:
            inner = "/".join(parts[3:])
            found[f"{STEPS}{new}/{parts[2]}/{carried.get(inner, inner)}"] = file
        elif parts[2:] == ["lesson.md"]:
            found[f"{STEPS}{new}/lesson.md"] = File(file.mode, _with_heading(file.data, old, new))
        else:
            found["/".join((parts[0], new, *parts[2:]))] = file
    if carried:
        _rename_in_removes(found, carried)
    found = dict(sorted(found.items()))
    return found, _mentions(found, moved)


def _carried(files: Mapping[str, File], moved: Mapping[str, str]) -> dict[str, str]:
    """The paths inside the project that carry a moved step's number and name, with what they become."""
    found = {}
    for path in files:
        parts = path.split("/")
        if parts[0] != "steps" or len(parts) < 4 or parts[2] not in KINDS or parts[1] not in moved:
            continue
        old, new = parts[1], moved[parts[1]]
        word = old[3:].replace("-", "[-_]")
        inner, name = "/".join(parts[3:-1]), parts[-1]
        changed = re.sub(rf"(?<!\d){old[:2]}(?=[-_]{word}(?![a-z0-9]))", new[:2], name)
        if changed != name:
            before = f"{inner}/{name}" if inner else name
            found[before] = f"{inner}/{changed}" if inner else changed
    return found


def _with_heading(data: bytes, old: str, new: str) -> bytes:
    return re.sub(rb"\A(\s*#\s+)" + old[:2].encode() + rb"(?=\s)", rb"\g<1>" + new[:2].encode(), data)


def _rename_in_removes(files: Files, carried: Mapping[str, str]) -> None:
    source = FilesSource(files, "")
    for step_name in source.step_names():
        step = read_step(source, step_name)
        removes = {kind: [carried.get(path, path) for path in removed_by(step, kind)] for kind in KINDS}
        name = f"{STEPS}{step_name}/step.yml"
        files[name] = File(files[name].mode, with_removes(files[name].data, removes, name))


def _mentions(files: Mapping[str, File], moved: Mapping[str, str]) -> tuple[Mention, ...]:
    """Lines of texts and code that name one of the old numbers as a number of its own."""
    numbers = sorted({old[:2] for old in moved})
    if not numbers:
        return ()
    pattern = re.compile(rf"(?<![\w.#-])(?:{'|'.join(numbers)})(?![\w.])(?!-\d)")
    found = []
    for path, file in files.items():
        if path.endswith((".txt", ".toml", ".json", ".css", ".svg", ".lock")) or b"\0" in file.data[:8000]:
            continue
        for line, text in enumerate(file.data.decode("utf-8", "replace").splitlines(), 1):
            is_heading = path.endswith("lesson.md") and line == 1
            if pattern.search(text) and not is_heading:
                found.append(Mention(path, line, text.strip()))
    return tuple(found)
