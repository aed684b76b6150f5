"""The fixed line of shared files: "Your own lines go below this one." The path adds above it, the learner below.

git merges both, as long as all that stands above the line is the path's. A learner who wrote an earlier step below it
lacks the path's lines of that step, right beside the place where the next ones go, and git sees a conflict where there
is none. So what a change adds directly above the line can be put there first; git then merges the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from itertools import zip_longest

_FIXED = re.compile(rb"[ \t]*[^\w\n]*Your own lines go below this one\.[^\w\n]*\n?")

Lines = list[bytes]


def insert_at_marker(before: bytes, after: bytes, mine: bytes) -> tuple[bytes, bytes] | None:
    """Return `before` and `mine`, each with what `after` adds directly above the fixed lines of `before`.

    None where nothing is added there, where the fixed lines are not the same in all three, or where the learner has
    lines of their own directly above them: what goes first is then for a person to say.
    """
    old, new, own = (list(_parts(text)) for text in (before, after, mine))
    marks = {tuple(part[-1] for part in parts[:-1]) for parts in (old, new, own)}
    if len(marks) != 1:
        return None
    blocks = [_end_added(was[:-1], now[:-1]) for was, now in zip(old[:-1], new[:-1], strict=True)]
    contested = any(
        block and _end_added(was[:-1], here[:-1]) != []
        for block, was, here in zip(blocks, old[:-1], own[:-1], strict=True)
    )
    if contested or not any(blocks):
        return None
    first, second = (
        b"".join(
            line
            for part, block in zip_longest(parts, blocks)
            for line in ([*part[:-1], *block, part[-1]] if block else part)
        )
        for parts in (old, own)
    )
    return first, second


def _parts(text: bytes) -> Iterator[Lines]:
    """Yield the lines up to and with each fixed line, and those after the last."""
    part: Lines = []
    for line in text.splitlines(keepends=True):
        part.append(line)
        if _FIXED.fullmatch(line):
            yield part
            part = []
    yield part


def _end_added(old: Lines, new: Lines) -> Lines | None:
    """Return the lines that `new` has more than `old` at the end; None where it has others there."""
    for kind, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "insert":
            block = new[first:last]
            # The same change can be told as lines further down: up to the end, if it can be told so.
            while start < len(old) and block[0] == old[start]:
                block = [*block[1:], old[start]]
                start += 1
            if start == len(old):
                return block
        elif kind == "replace" and not b"".join(old[end:]).strip():
            return None
    return []
