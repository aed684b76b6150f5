"""Merge shared files at the marker line: "Your own lines go below this one."

The path adds lines above the marker line, the learner below it. git merges both if all lines above the marker line are
the path's. But if a learner wrote the lines of an earlier step below the marker line, git reports a conflict. So this
module first adds the path's new lines above the marker line in both older files: the path's and the learner's. Then git
merges all other changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest

_MARKER_LINE = re.compile(rb"[ \t]*[^\w\n]*Your own lines go below this one\.[^\w\n]*\n?")

Lines = list[bytes]


def insert_at_marker(before: bytes, after: bytes, mine: bytes) -> tuple[bytes, bytes] | None:
    """Return `before` and `mine`, both with the path's new lines above the marker lines.

    `before` and `after` are the path's old and new file, and `mine` is the learner's file. Returns None if `after` adds
    no lines directly above a marker line, or if the marker lines differ. Also returns None if the learner added lines
    there, because a person must choose the order.
    """
    old, new, own = (list(_parts(text)) for text in (before, after, mine))
    if len({tuple(part[-1] for part in parts[:-1]) for parts in (old, new, own)}) != 1:
        return None
    blocks = [_end_added(was[:-1], now[:-1]) for was, now in zip(old[:-1], new[:-1], strict=True)]
    for block, was, here in zip(blocks, old[:-1], own[:-1], strict=True):
        if block and _end_added(was[:-1], here[:-1]) != []:
            return None
    return (_with_blocks(old, blocks), _with_blocks(own, blocks)) if any(blocks) else None


def _with_blocks(parts: list[Lines], blocks: Sequence[Lines | None]) -> bytes:
    pairs = zip_longest(parts, blocks)
    return b"".join(b"".join([*part[:-1], *block, part[-1]] if block else part) for part, block in pairs)


def _parts(text: bytes) -> Iterator[Lines]:
    part: Lines = []
    for line in text.splitlines(keepends=True):
        part.append(line)
        if _MARKER_LINE.fullmatch(line):
            yield part
            part = []
    yield part


def _end_added(old: Lines, new: Lines) -> Lines | None:
    """Return the lines that `new` adds at the end of `old`, or None if `new` replaces the end."""
    for kind, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "insert":
            block = new[first:last]
            # difflib reports an addition between equal lines too early. Move it down: it may be at the end.
            while start < len(old) and block[0] == old[start]:
                block = [*block[1:], old[start]]
                start += 1
            if start == len(old):
                return block
        elif kind == "replace" and not b"".join(old[end:]).strip():
            return None
    return []
