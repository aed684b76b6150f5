"""The lines of workshop.yml as we write them: plain YAML, of which one form is also read without a YAML parser.

A YAML parser takes half a millisecond for a person, so that `status` of a thousand would be half a second late.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

_FIRST, _MEMBERS = '  - folder: "', "    members:"
_LINE = re.compile(r'    (name|login|email|identifier|remote|begins): (".*")')
_MEMBER = re.compile(r'      - (?:name: )?(".*")')
_OF_MEMBER = re.compile(r'        (login|email): (".*")')
Plain = dict[str, str | list[dict[str, str]]]
_PEOPLE = re.compile(rb"^people:$", re.MULTILINE)
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
        lines.append(_MEMBERS)
    for member in members:
        mine = [f"{key}: {quoted(words)}" for key, words in member.items() if words]
        lines += [f"      {'  ' if number else '- '}{line}" for number, line in enumerate(mine)]
    return lines


def split_people(data: bytes) -> tuple[bytes, list[Plain]] | None:
    """Return workshop.yml without its people, and the people; None where their lines are not as we write them."""
    found = list(_PEOPLE.finditer(data))
    if len(found) != 1:
        return None
    try:
        people = _people(data[found[0].end() :].decode().split("\n"))
    except (UnicodeDecodeError, ValueError):
        return None
    return None if people is None else (data[: found[0].start()] + b"people: []\n", people)


def _people(lines: list[str]) -> list[Plain] | None:
    people: list[Plain] = []
    members: list[dict[str, str]] | None = None
    for line in filter(None, lines):
        if line.startswith(_FIRST):
            people.append({"folder": json.loads(line[len(_FIRST) - 1 :])})
            members = None
        elif not people:
            return None
        elif line == _MEMBERS and "members" not in people[-1]:
            people[-1]["members"] = members = []
        elif members is not None and (match := _MEMBER.fullmatch(line)):
            members.append({"name": json.loads(match[1])})
        elif members and (match := _OF_MEMBER.fullmatch(line)) and match[1] not in members[-1]:
            members[-1][match[1]] = json.loads(match[2])
        else:
            match = _LINE.fullmatch(line)
            if match is None or match[1] in people[-1]:
                return None
            people[-1][match[1]] = json.loads(match[2])
            members = None
    is_whole = all(person.get("name") and person.get("members", True) for person in people)
    return people if is_whole and people else None
