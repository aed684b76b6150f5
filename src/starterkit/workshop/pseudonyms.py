"""Replaces people's names by labels such as "amber otter".

They are for a screen that everybody in the room sees. The labels are random, so that nobody can work out who has which
label. They are stored in results/.labels.json.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path

from starterkit.errors import cannot_write
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file
from starterkit.workshop.status import WorkshopStatus

_FILE = ".labels.json"
_COLORS = """
    amber azure bronze coral copper crimson cyan golden green indigo ivory jade lilac lime maroon mint navy ochre olive
    orange pearl pink plum purple ruby russet silver teal turquoise violet white yellow
"""
_ANIMALS = """
    badger bear beaver bison crane deer dolphin dove eagle falcon finch fox gecko hare heron horse ibex jay koala lark
    lemur lion lynx magpie marten mole moose newt otter owl panda puffin quail raven robin seal sparrow stork swan swift
    tapir tern tiger toad trout turtle vole walrus whale wolf wren yak zebra
"""


def with_hidden_names(room: WorkshopStatus) -> WorkshopStatus:
    """Return the status with a label instead of each name, sorted by label. New labels are stored.

    Raises `EnvironmentProblem` if they can't be stored.
    """
    file = room.workshop.folder / "results" / _FILE
    labels = _kept(file)
    missing = [status.person.folder for status in room.people if status.person.folder not in labels]
    if missing:
        used = set(labels.values())
        for folder in missing:
            labels[folder] = _random_label(used)
            used.add(labels[folder])
        try:
            write_file(file.parent, _FILE, File(FILE, json.dumps(labels, indent=1).encode()))
        except OSError as error:  # without stored labels, people would get new labels next time
            raise cannot_write("The workshop", error) from error
    # Remove the reason for an unreachable remote, because it may contain the remote's URL.
    people = [replace(row, label=labels[row.person.folder], known=replace(row.known, why="")) for row in room.people]
    return replace(room, people=tuple(sorted(people, key=lambda row: row.label)))


def with_known_labels(room: WorkshopStatus) -> WorkshopStatus:
    """Return the status with real names and with the existing labels.

    The labels are those that people have on the screen of the room. So the instructor can see who has which label. No
    new labels are made.
    """
    labels = _kept(room.workshop.folder / "results" / _FILE)
    people = (replace(status, board_label=labels.get(status.person.folder, "")) for status in room.people)
    return replace(room, people=tuple(people))


def _random_label(used: set[str]) -> str:
    for _ in range(200):
        label = f"{secrets.choice(_COLORS.split())} {secrets.choice(_ANIMALS.split())}"
        if label not in used:
            return label
    number = 2
    while f"{label} {number}" in used:
        number += 1
    return f"{label} {number}"


def _kept(file: Path) -> dict[str, str]:
    try:
        labels = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(folder): str(label) for folder, label in labels.items()} if isinstance(labels, dict) else {}
