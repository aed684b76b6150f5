"""Merge a change of the path's dependency lists into the learner's declaration.

git would report a conflict if both sides add a package. So each package is merged separately. The path's changes are
applied, and packages that the learner added stay. Everything outside the lists stays exactly as it was.
"""

from __future__ import annotations

import json
import re
from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from starterkit.errors import FileError, UsageError
from starterkit.runtime.package_json import LISTS, declared_packages
from starterkit.runtime.pins import package_name
from starterkit.runtime.pyproject import table
from starterkit.textfile import parse_json, parse_toml

_TOKEN = re.compile(
    r'(?P<item>"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|\{[^{}\n]*\})'
    r"|#[^\n]*|(?P<comma>,)|(?P<end>\])",
    re.DOTALL,
)

Path = tuple[str, ...]
Entry = str | dict[str, str]


def merge_declaration(kind: str, base: bytes, theirs: bytes, ours: bytes, file: str) -> bytes:
    """Return the learner's declaration `ours` with the path's changes to its package lists.

    The path changed its declaration from `base` to `theirs`. `kind` is the kind of environment: `python` or `node`.
    `file` is the declaration's name in errors. If the lists didn't change, this returns `ours` itself. Raises
    `FileError` with file and line for an invalid declaration.
    """
    if kind == "python":
        return _merge_pyproject(base, theirs, ours, file)
    if kind == "node":
        return _merge_package_json(base, theirs, ours, file)
    raise UsageError(
        f'This version of starterkit doesn\'t support the environment "{kind}".',
        "Install a newer version of starterkit.",
    )


def _merge_pyproject(base: bytes, theirs: bytes, ours: bytes, file: str) -> bytes:
    before, after = (_lists(parse_toml(data, f"{file} of the path"), file) for data in (base, theirs))
    present = _lists(parse_toml(ours, file), file)
    merged = {
        path: _merged(before.get(path, []), after.get(path, []), present.get(path, []))
        for path in dict.fromkeys((*before, *after))
    }
    return _rewritten(ours, present, merged)


def _rewritten(toml: bytes, present: Mapping[Path, list[Entry]], wanted: Mapping[Path, list[Entry]]) -> bytes:
    """Return a pyproject.toml whose lists `present` became those in `wanted`. Its line endings stay."""
    changed = {path: entries for path, entries in wanted.items() if entries != present.get(path, [])}
    if not changed:
        return toml
    text = toml.decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    result = _with_lists(text.removeprefix(mark), present, changed)
    if "\r\n" in text and not re.search(r"(?<!\r)\n", text):
        result = re.sub(r"(?<!\r)\n", "\r\n", result)
    return f"{mark}{result}".encode()


def declared_requirements(toml: bytes, file: str, name: str, *, dev: bool) -> list[str]:
    """Return a package's entries in the dependencies of a pyproject.toml, or in its dev group. Raises `FileError`."""
    entries = _lists(parse_toml(toml, file), file).get(_list_for(dev), [])
    return [entry for entry in entries if isinstance(entry, str) and package_name(entry) == name]


def with_requirement(toml: bytes, file: str, requirement: str, *, replaces: str = "", dev: bool) -> bytes:
    """Return a pyproject.toml with one more requirement, or with one instead of the entry `replaces`.

    A sorted list stays sorted. Raises `FileError`.
    """
    present, path = _lists(parse_toml(toml, file), file), _list_for(dev)
    entries = list(present.get(path, []))
    names = [_name(entry) for entry in entries]
    if replaces:
        entries[entries.index(replaces)] = requirement
    elif names == sorted(names):
        entries.insert(bisect(names, package_name(requirement)), requirement)
    else:
        entries.append(requirement)
    return _rewritten(toml, present, {path: entries})


def _list_for(dev: bool) -> Path:
    return ("dependency-groups", "dev") if dev else ("project", "dependencies")


def _merge_package_json(base: bytes, theirs: bytes, ours: bytes, file: str) -> bytes:
    before, after = (declared_packages(data, f"{file} of the path").lists for data in (base, theirs))
    present, top = declared_packages(ours, file).lists, parse_json(ours, file)
    for name in LISTS:
        old, new, own = (lists.get(name, {}) for lists in (before, after, present))
        merged = dict(own)
        for package in dict.fromkeys((*new, *old)):
            if old.get(package) == new.get(package):
                continue
            if package in new:
                merged[package] = new[package]
            elif own.get(package) == old.get(package):
                merged.pop(package, None)
        if merged != own:  # npm sorts these lists by name too
            top[name] = dict(sorted(merged.items()))
    if declared_packages(json.dumps(top).encode(), file).lists == present:
        return ours
    text = ours.decode("utf-8-sig")
    indent = re.search(r"\n([ \t]+)\"", text)
    result = json.dumps(top, indent=indent[1] if indent else 2, ensure_ascii=False)
    result += "\n" if text[-1:] == "\n" else ""
    return result.replace("\n", "\r\n" if "\r\n" in text else "\n").encode()


def _lists(top: dict[str, object], file: str) -> dict[Path, list[Entry]]:
    """Return the dependency lists of a pyproject.toml. The keys are paths such as (project, dependencies)."""
    project = table(top.get("project", {}), "project", file)
    lists: dict[Path, object] = {}
    if "dependencies" in project:
        lists["project", "dependencies"] = project["dependencies"]
    for name, entries in table(project.get("optional-dependencies", {}), "optional-dependencies", file).items():
        lists["project", "optional-dependencies", name] = entries
    for name, entries in table(top.get("dependency-groups", {}), "dependency-groups", file).items():
        lists["dependency-groups", name] = entries
    return {path: _entries(entries, path, file) for path, entries in lists.items()}


def _entries(value: object, path: Path, file: str) -> list[Entry]:
    if not isinstance(value, list) or not all(isinstance(entry, str | dict) for entry in value):
        raise FileError(file, None, f"{'.'.join(path)} must be a list of strings", 'For example: ["flask>=3.1"].')
    return value


def _merged(before: list[Entry], after: list[Entry], present: list[Entry]) -> list[Entry]:
    result = list(present)
    for name in dict.fromkeys(_name(entry) for entry in (*after, *before)):
        old, new, own = ([entry for entry in entries if _name(entry) == name] for entries in (before, after, result))
        if _normalized(old) == _normalized(new) or _normalized(own) == _normalized(new):
            continue
        if not new and _normalized(own) != _normalized(old):
            continue  # the path removes a package, but the learner has changed its entry
        index = next((index for index, entry in enumerate(result) if _name(entry) == name), None)
        result = [entry for entry in result if _name(entry) != name]
        index = _index_for(name, after, result) if index is None else index
        result[index:index] = new
    return result


def _index_for(name: str, after: list[Entry], result: list[Entry]) -> int:
    known = [_name(entry) for entry in result]
    names = [_name(entry) for entry in after]
    for earlier in reversed(names[: names.index(name)]):
        if earlier in known:
            return len(known) - known[::-1].index(earlier)
    return 0 if any(later in known for later in names) else len(known)


def _name(entry: Entry) -> str:
    return package_name(entry) or entry if isinstance(entry, str) else repr(sorted(entry.items()))


def _normalized(entries: list[Entry]) -> list[str]:
    return sorted(map(_normalized_entry, entries))


def _normalized_entry(entry: Entry) -> str:
    return re.sub(r"^[\w.-]+", lambda _: _name(entry), re.sub(r"\s+", "", str(entry)))


def _with_lists(toml: str, present: Mapping[Path, list[Entry]], changed: Mapping[Path, list[Entry]]) -> str:
    import tomlkit.items  # noqa: PLC0415 - slow, and few steps change the lists

    document = tomlkit.parse(toml)
    for path, entries in changed.items():
        parent: Any = document
        for key in path[:-1]:
            if key not in parent:
                parent[key] = tomlkit.table()
            parent = parent[key]
        if path in present:
            parent[path[-1]] = tomlkit.value(_edited(parent[path[-1]].as_string(), present[path], entries))
            continue
        parent[path[-1]] = tomlkit.value("[\n" + "".join(f"    {_literal(entry)},\n" for entry in entries) + "]")
        if isinstance(parent, tomlkit.items.Table):
            parent[path[-1]].trivia.trail = "\n"
    return tomlkit.dumps(document)


def _literal(entry: Entry, quote: str = '"') -> str:
    if isinstance(entry, dict):
        return "{" + ", ".join(f"{key} = {_literal(value)}" for key, value in entry.items()) + "}"
    if quote == "'" and "'" not in entry:
        return f"'{entry}'"
    escaped = entry.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"' if '"' not in entry or "'" in entry else f"'{entry}'"


@dataclass
class _Item:
    """The position of one entry in an array's text. `comma` is the end of the comma after the entry, or None."""

    start: int
    end: int
    comma: int | None = None


def _edited(text: str, present: Sequence[Entry], entries: Sequence[Entry]) -> str:
    """Return the text of a TOML array after a change of its entries from `present` to `entries`.

    tomlkit would lose quotes, line endings, commas and comments.
    """
    old, new = [repr(entry) for entry in present], [repr(entry) for entry in entries]
    for kind, a, b, c, d in reversed(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if kind in ("insert", "replace"):
            shared = min(b - a, d - c)
            for index in reversed(range(c + shared, d)):
                text = _with_new(text, a + shared, entries[index])
            for index in reversed(range(shared)):
                text = _with_replaced(text, a + index, entries[c + index])
            a += shared
        if kind in ("delete", "replace"):
            for index in reversed(range(a, b)):
                text = _without(text, index)
    return text


def _scan(text: str) -> tuple[list[_Item], int]:
    items: list[_Item] = []
    for token in _TOKEN.finditer(text, 1):
        if token["item"]:
            items.append(_Item(token.start(), token.end()))
        elif token["comma"]:
            items[-1].comma = token.end()
        elif token["end"]:
            return items, token.start()
    raise ValueError("an array without an end")


def _with_replaced(text: str, index: int, entry: Entry) -> str:
    item = _scan(text)[0][index]
    return text[: item.start] + _literal(entry, text[item.start]) + text[item.end :]


def _with_new(text: str, index: int, entry: Entry) -> str:
    items, closing = _scan(text)
    literal = _literal(entry, text[items[0].start] if items else '"')
    start = items[index - 1].end if index else 1
    end = (items[index - 1].comma or start) if index else 1
    line_end = text.find("\n", end) + 1
    following = items[index].start if index < len(items) else closing
    if not line_end or line_end > following:  # the next entry or the closing bracket is on the same line
        if index < len(items):
            return f"{text[:following]}{literal}, {text[following:]}"
        return f"{text[:start]}, {literal}{text[start:]}" if index else f"{text[:start]}{literal}{text[start:]}"
    indent = re.search(r"\n([ \t]*)[^\s\]]", text)
    newline = "\r\n" if "\r\n" in text else "\n"
    comma = "," if index == 0 or items[index - 1].comma else ""
    line = f"{indent[1] if indent else '    '}{literal}{comma}{newline}"
    return f"{text[:start]}{'' if comma else ','}{text[start:line_end]}{line}{text[line_end:]}"


def _without(text: str, index: int) -> str:
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
