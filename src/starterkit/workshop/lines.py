"""Write the lines of workshop.yml. Texts stand in quotes, which YAML and JSON read alike."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

# What JSON lets stand in quotes, and YAML does not.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")


def quoted(words: str) -> str:
    """Return a text in quotes, as YAML and JSON both read it."""
    return _ESCAPED.sub(lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(words, ensure_ascii=False))


def lines_of(key: str, value: object, indent: str = "") -> list[str]:
    """Return the lines of a key with what belongs to it: a text, or mappings and lists of texts."""
    head = f"{indent}{key}:"
    if isinstance(value, Mapping):
        inside = [line for name, one in value.items() for line in lines_of(quoted(str(name)), one, f"{indent}  ")]
        return [head, *inside] if inside else [f"{head} {{}}"]
    if isinstance(value, list | tuple):
        found = [line for one in value for line in _item(one, f"{indent}  ")]
        return [head, *found] if found else [f"{head} []"]
    return [f"{head} {quoted(str(value))}"]


def _item(value: object, indent: str) -> list[str]:
    if isinstance(value, Mapping) and value:
        lines = [line for name, one in value.items() for line in lines_of(quoted(str(name)), one, f"{indent}  ")]
        return [f"{indent}- {lines[0].lstrip()}", *lines[1:]]
    return [f"{indent}- {quoted(str(value))}"]


def person_lines(folder: str, texts: Mapping[str, str], members: Sequence[Mapping[str, str]]) -> list[str]:
    """Return the lines for one person; empty texts are left out. The first text of a member is the name."""
    lines = [f"  - folder: {quoted(folder)}"]
    lines += [f"    {key}: {quoted(words)}" for key, words in texts.items() if words]
    if members:
        lines.append("    members:")
    for member in members:
        mine = [f"{key}: {quoted(words)}" for key, words in member.items() if words]
        lines += [f"      {'  ' if number else '- '}{line}" for number, line in enumerate(mine)]
    return lines
