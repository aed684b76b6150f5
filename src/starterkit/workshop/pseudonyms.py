"""Neutral names for a screen that others see: each person keeps theirs, and nobody can work out whose is whose.

They are drawn by lot and kept in results/.labels.json; who joins later gets a new one.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from pathlib import Path

from starterkit.errors import cannot_write
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file
from starterkit.workshop.status import PersonStatus, WorkshopStatus

_FILE = ".labels.json"
_COLOURS = """
    amber azure bronze coral copper crimson cyan golden green indigo ivory jade lilac lime maroon mint navy ochre olive
    orange pearl pink plum purple ruby russet silver teal turquoise violet white yellow
"""
_ANIMALS = """
    badger bear beaver bison crane deer dolphin dove eagle falcon finch fox gecko hare heron horse ibex jay koala lark
    lemur lion lynx magpie marten mole moose newt otter owl panda puffin quail raven robin seal sparrow stork swan swift
    tapir tern tiger toad trout turtle vole walrus whale wolf wren yak zebra
"""


def with_hidden_names(room: WorkshopStatus) -> WorkshopStatus:
    """Return the room with a label for everybody, in the order of the labels."""
    file = room.workshop.folder / "results" / _FILE
    labels = _kept(file)
    missing = [one.person.folder for one in room.people if one.person.folder not in labels]
    if missing:
        used = set(labels.values())
        for folder in missing:
            labels[folder] = _drawn(used)
            used.add(labels[folder])
        try:
            write_file(file.parent, _FILE, File(FILE, json.dumps(labels, indent=1).encode()))
        except OSError as wrong:  # names that are others each time would hide nobody
            raise cannot_write("The workshop", wrong) from wrong
    people = [_hidden(one, labels[one.person.folder]) for one in room.people]
    return replace(room, people=tuple(sorted(people, key=lambda one: one.label)))


def with_known_labels(room: WorkshopStatus) -> WorkshopStatus:
    """Return the room with names, and beside them the labels that some were given."""
    labels = _kept(room.workshop.folder / "results" / _FILE)
    return replace(
        room, people=tuple(replace(one, board_label=labels.get(one.person.folder, "")) for one in room.people)
    )


def _hidden(one: PersonStatus, label: str) -> PersonStatus:
    """Somebody under a label. Why they could not be reached is left out: that may name their repository."""
    return replace(one, label=label, known=replace(one.known, why=""))


def _drawn(used: set[str]) -> str:
    for _ in range(200):
        label = f"{secrets.choice(_COLOURS.split())} {secrets.choice(_ANIMALS.split())}"
        if label not in used:
            return label
    number = 2
    while f"{label} {number}" in used:
        number += 1
    return f"{label} {number}"


def _kept(file: Path) -> dict[str, str]:
    try:
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(folder): str(label) for folder, label in found.items()} if isinstance(found, dict) else {}
