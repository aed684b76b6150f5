"""Carrying a change of the path's dependency lists into the learner's declaration, by the lists alone.

A text merge of two lists conflicts wherever both sides add a package. Here each package is carried on its own: what
the path adds, changes or removes is applied, what the learner added stays, and everything outside the lists stays
byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starterkit.errors import FileError, UsageError
from starterkit.runtime.pins import package_name
from starterkit.textfile import parse_json, parse_toml

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

_TOKEN = re.compile(
    r'(?P<item>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|\{[^{}\n]*\})'
    r"|#[^\n]*|(?P<comma>,)|(?P<end>\])",
    re.DOTALL,
)

Path = tuple[str, ...]
Entry = str | dict[str, str]


def merge_declaration(kind: str, base: bytes, theirs: bytes, ours: bytes, file: str) -> bytes:
    """Return the learner's declaration `ours` with what changed from `base` to `theirs` in the dependency lists.

    `kind` is the environment's, `file` the name of the declaration for errors. Without a change of the lists the
    answer is `ours` itself. Raises `FileError` with file and line where a text is not valid.
    """
    if kind not in _MERGERS:
        raise UsageError(f'Dependencies of the kind "{kind}" cannot be carried yet.', "Upgrade starterkit.")
    return _MERGERS[kind](base, theirs, ours, file)


def _merge_pyproject(base: bytes, theirs: bytes, ours: bytes, file: str) -> bytes:
    before, wanted = (
        _lists(parse_toml(base, f"{file} of the path"), file),
        _lists(parse_toml(theirs, f"{file} of the path"), file),
    )
    present = _lists(parse_toml(ours, file), file)
    merged = {
        path: _merged(before.get(path, []), wanted.get(path, []), present.get(path, []))
        for path in dict.fromkeys((*before, *wanted))
    }
    changed = {path: entries for path, entries in merged.items() if entries != present.get(path, [])}
    if not changed:
        return ours
    import tomlkit  # takes a while to import

    text = ours.decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    document = tomlkit.parse(text.removeprefix(mark))
    for path, entries in changed.items():
        _put(document, path, present.get(path), entries)
    result = tomlkit.dumps(document)
    if "\r\n" in text and not re.search(r"(?<!\r)\n", text):
        result = re.sub(r"(?<!\r)\n", "\r\n", result)
    return f"{mark}{result}".encode()


def _merge_package_json(base: bytes, theirs: bytes, ours: bytes, file: str) -> bytes:
    from starterkit.runtime.package_json import LISTS, declared_packages

    before, wanted = (declared_packages(data, f"{file} of the path").lists for data in (base, theirs))
    present, top = declared_packages(ours, file).lists, parse_json(ours, file)
    for name in LISTS:
        old, new, own = (lists.get(name, {}) for lists in (before, wanted, present))
        merged = dict(own)
        for package in dict.fromkeys((*new, *old)):
            if old.get(package) == new.get(package):
                continue
            if package in new:
                merged[package] = new[package]
            elif own.get(package) == old.get(package):
                merged.pop(package, None)
        if merged != own:  # npm keeps its lists in the order of the alphabet
            top[name] = dict(sorted(merged.items()))
    if declared_packages(json.dumps(top).encode(), file).lists == present:
        return ours
    text = ours.decode("utf-8-sig")
    indent = re.search(r"\n([ \t]+)\"", text)
    written = json.dumps(top, indent=indent[1] if indent else 2, ensure_ascii=False) + (
        "\n" if text[-1:] == "\n" else ""
    )
    return written.replace("\n", "\r\n" if "\r\n" in text else "\n").encode()


_MERGERS: dict[str, Callable[[bytes, bytes, bytes, str], bytes]] = {
    "python": _merge_pyproject,
    "node": _merge_package_json,
}


def _lists(top: dict[str, object], file: str) -> dict[Path, list[Entry]]:
    """The dependency lists of a declaration, by the path of keys that leads to each."""
    project = _table(top, "project", file)
    lists: dict[Path, object] = {}
    if "dependencies" in project:
        lists["project", "dependencies"] = project["dependencies"]
    for name, entries in _table(project, "optional-dependencies", file).items():
        lists["project", "optional-dependencies", name] = entries
    for name, entries in _table(top, "dependency-groups", file).items():
        lists["dependency-groups", name] = entries
    return {path: _entries(entries, path, file) for path, entries in lists.items()}


def _table(parent: dict[str, object], name: str, file: str) -> dict[str, object]:
    table = parent.get(name, {})
    if not isinstance(table, dict):
        raise FileError(file, None, f"{name} must be a table")
    return table


def _entries(value: object, path: Path, file: str) -> list[Entry]:
    if not isinstance(value, list) or not all(isinstance(entry, str | dict) for entry in value):
        raise FileError(file, None, f"{'.'.join(path)} must be a list of texts", 'For example: ["flask>=3.1"].')
    return value


def _merged(before: list[Entry], wanted: list[Entry], present: list[Entry]) -> list[Entry]:
    """The learner's list with the path's change, each package on its own."""
    result = list(present)
    for name in dict.fromkeys(_name(entry) for entry in (*wanted, *before)):
        old, new, own = (_of(name, entries) for entries in (before, wanted, result))
        if _plain(old) == _plain(new) or _plain(own) == _plain(new):
            continue
        if not new and _plain(own) != _plain(old):
            continue  # the path lets go of a package that the learner has made their own
        at = next((index for index, entry in enumerate(result) if _name(entry) == name), None)
        result = [entry for entry in result if _name(entry) != name]
        at = _place(name, wanted, result) if at is None else at
        result[at:at] = new
    return result


def _place(name: str, wanted: list[Entry], result: list[Entry]) -> int:
    """Where a new package goes: after the nearest package before it in the path's list that is here too."""
    known = [_name(entry) for entry in result]
    names = [_name(entry) for entry in wanted]
    for earlier in reversed(names[: names.index(name)]):
        if earlier in known:
            return len(known) - known[::-1].index(earlier)
    return 0 if any(later in known for later in names) else len(known)


def _name(entry: Entry) -> str:
    return package_name(entry) or entry if isinstance(entry, str) else repr(sorted(entry.items()))


def _of(name: str, entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if _name(entry) == name]


def _plain(entries: list[Entry]) -> list[str]:
    """The entries as they compare: without spaces, each name in its normal form."""

    def plain(entry: Entry) -> str:
        return re.sub(r"^[\w.-]+", lambda _: _name(entry), re.sub(r"\s+", "", str(entry)))

    return sorted(plain(entry) for entry in entries)


def _put(document: TOMLDocument, path: Path, present: list[Entry] | None, entries: list[Entry]) -> None:
    """Put a list into the document; the text of the entries that stay is kept."""
    import tomlkit
    from tomlkit.items import Table

    table: Any = document
    for key in path[:-1]:
        if key not in table:
            table[key] = tomlkit.table()
        table = table[key]
    if present is None:
        text = "[\n" + "".join(f"    {_literal(entry)},\n" for entry in entries) + "]"
        table[path[-1]] = tomlkit.value(text)
        if isinstance(table, Table):
            table[path[-1]].trivia.trail = "\n"
        return
    text = _edited(table[path[-1]].as_string(), present, entries)
    table[path[-1]] = tomlkit.value(text)


def _literal(entry: Entry, quote: str = '"') -> str:
    if isinstance(entry, dict):
        return "{" + ", ".join(f"{key} = {_literal(value)}" for key, value in entry.items()) + "}"
    if quote == "'" and "'" not in entry:
        return f"'{entry}'"
    escaped = entry.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if '"' not in entry or "'" in entry else f"'{entry}'"


@dataclass
class _Item:
    """One entry of an array as its text has it: where it begins and ends, and the end of the comma after it."""

    start: int
    end: int
    comma: int | None = None


def _edited(text: str, present: Sequence[Entry], entries: Sequence[Entry]) -> str:
    """Return an array's text, turned from `present` into `entries` by single edits, from the last to the first."""
    from difflib import SequenceMatcher

    old, new = [repr(entry) for entry in present], [repr(entry) for entry in entries]
    for kind, a, b, c, d in reversed(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if kind in ("insert", "replace"):
            shared = min(b - a, d - c)
            for index in reversed(range(c + shared, d)):
                text = _with_item(text, a + shared, entries[index])
            for index in reversed(range(shared)):
                text = _with_other(text, a + index, entries[c + index])
            a += shared
        if kind in ("delete", "replace"):
            for index in reversed(range(a, b)):
                text = _without(text, index)
    return text


def _scan(text: str) -> tuple[list[_Item], int]:
    """The items of an array's text, and where its bracket closes."""
    items: list[_Item] = []
    for token in _TOKEN.finditer(text, 1):
        if token["item"]:
            items.append(_Item(token.start(), token.end()))
        elif token["comma"]:
            items[-1].comma = token.end()
        elif token["end"]:
            return items, token.start()
    raise ValueError("an array without an end")


def _with_other(text: str, index: int, entry: Entry) -> str:
    item = _scan(text)[0][index]
    return text[: item.start] + _literal(entry, text[item.start]) + text[item.end :]


def _with_item(text: str, index: int, entry: Entry) -> str:
    """Return the text with one more entry at that index, on a line of its own where the array has lines."""
    items, closing = _scan(text)
    literal = _literal(entry, text[items[0].start] if items else '"')
    start = items[index - 1].end if index else 1
    end = (items[index - 1].comma or start) if index else 1
    line_end = text.find("\n", end) + 1
    following = items[index].start if index < len(items) else closing
    if not line_end or line_end > following:  # the next entry, or the bracket, stands on the same line
        if index < len(items):
            return f"{text[:following]}{literal}, {text[following:]}"
        return f"{text[:start]}, {literal}{text[start:]}" if index else f"{text[:start]}{literal}{text[start:]}"
    indent = re.search(r"\n([ \t]*)[^\s\]]", text)
    newline = "\r\n" if "\r\n" in text else "\n"
    comma = "," if index == 0 or items[index - 1].comma else ""
    line = f"{indent[1] if indent else '    '}{literal}{comma}{newline}"
    return f"{text[:start]}{'' if comma else ','}{text[start:line_end]}{line}{text[line_end:]}"


def _without(text: str, index: int) -> str:
    """Return the text without one entry; where it had its line for itself, the line goes, with its comment."""
    items, closing = _scan(text)
    item = items[index]
    end = item.comma or item.end
    line_start, line_end = text.rfind("\n", 0, item.start) + 1, text.find("\n", end) + 1
    alone = line_start and line_end and line_end <= closing and not text[line_start : item.start].strip()
    if alone and re.fullmatch(r"\s*(?:#.*)?\s*", text[end:line_end]):
        return text[:line_start] + text[line_end:]
    if index + 1 < len(items):
        return text[: item.start] + text[items[index + 1].start :]
    if index:
        return text[: items[index - 1].end] + text[end:]
    return text[: item.start] + text[end:]
