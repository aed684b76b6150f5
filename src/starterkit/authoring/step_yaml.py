"""Changing `removes:` in the text of a step.yml, and nothing else: comments, order and quotes stay as they are."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from starterkit.errors import FileError
from starterkit.yamlfile import parse

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./ +@=-]*(?<! )")
Removes = Mapping[str, Sequence[str]]


def with_removes(data: bytes, wanted: Removes, label: str) -> bytes:
    """Return a step.yml whose `removes:` names exactly the wanted paths (`{"given": […], "solution": […]}`).

    A text that says so already is returned as it is. Raises `FileError` where the text cannot be changed safely; it
    then says what to write there.
    """
    text = data.decode("utf-8-sig")
    if _same(_removes(text), wanted):
        return data
    top = parse(data, label)
    block = _block(wanted)
    if not isinstance(top.node, MappingNode) or top.node.flow_style:
        raise top.wrong("the file must be written with one key a line", f"Write into it:\n{block}")
    changed = _changed(text, top.node, wanted, block)
    try:
        is_right = _same(_removes(changed), wanted) and _others(changed) == _others(text)
    except yaml.YAMLError:
        is_right = False
    if not is_right:
        raise FileError(label, None, "`removes:` cannot be changed here without a risk", f"Write it so:\n{block}")
    return changed.encode()


def _changed(text: str, top: MappingNode, wanted: Removes, block: str) -> str:
    keys = [key.value for key, _ in top.value]
    if "removes" not in keys:
        return (text if text.endswith("\n") or not text else text + "\n") + block
    key, value = top.value[keys.index("removes")]
    if not any(wanted.values()):
        return _without_lines(text, key, value)
    if isinstance(value, MappingNode) and not value.flow_style and _is_in_blocks(value):
        return _with_lists(text, value, wanted)
    if isinstance(value, MappingNode) and value.flow_style:
        return text[: value.start_mark.index] + _flow(wanted) + text[value.end_mark.index :]
    lines = text.splitlines(keepends=True)
    return "".join(lines[: key.start_mark.line]) + block + "".join(lines[_last_line(value) + 1 :])


def _with_lists(text: str, removes: MappingNode, wanted: Removes) -> str:
    """Change the lists under a `removes:` in block style, the last one first so that places stay right."""
    present = {key.value: (key, value) for key, value in removes.value}
    indent = " " * removes.value[0][0].start_mark.column
    for kind in [kind for kind in ("given", "solution") if kind not in present and wanted.get(kind)]:
        lines = text.splitlines(keepends=True)
        after = _last_line(removes) + 1
        new = f"{indent}{kind}:\n" + "".join(f"{indent}  - {_scalar(path)}\n" for path in wanted[kind])
        if after == len(lines) and lines and not lines[-1].endswith("\n"):
            lines[-1] += "\n"
        text = "".join(lines[:after]) + new + "".join(lines[after:])
    for kind in sorted(present, key=lambda name: -present[name][0].start_mark.index):
        key, value = present[kind]
        paths = wanted.get(kind, ())
        if not paths:
            text = _without_lines(text, key, value)
        elif isinstance(value, SequenceNode) and value.flow_style:
            if not _same_paths([item.value for item in value.value], paths):
                text = text[: value.start_mark.index] + _flow_list(paths) + text[value.end_mark.index :]
        elif isinstance(value, SequenceNode):
            text = _with_items(text, value, paths)
    return text


def _with_items(text: str, items: SequenceNode, wanted: Sequence[str]) -> str:
    lines = text.splitlines(keepends=True)
    have = [item.value for item in items.value]
    indent = " " * items.start_mark.column
    last = _last_line(items)
    added = [f"{indent}- {_scalar(path)}\n" for path in wanted if path not in have]
    gone = {item.start_mark.line for item in items.value if item.value not in wanted}
    if added and not lines[last].endswith("\n"):
        lines[last] += "\n"
    kept = [line for number, line in enumerate(lines[: last + 1]) if number not in gone]
    return "".join(kept) + "".join(added) + "".join(lines[last + 1 :])


def _without_lines(text: str, key: Node, value: Node) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[: key.start_mark.line]) + "".join(lines[_last_line(value) + 1 :])


def _is_in_blocks(removes: MappingNode) -> bool:
    return bool(removes.value) and all(isinstance(value, SequenceNode) for _, value in removes.value)


def _last_line(node: Node) -> int:
    """The last line that a value stands on; the end mark of a block lies at the next thing after it."""
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        return int(node.end_mark.line)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(node, MappingNode) else last)


def _removes(text: str) -> dict[str, list[str]]:
    found = (yaml.safe_load(text) or {}).get("removes") or {}
    return {kind: [str(path) for path in paths or ()] for kind, paths in found.items()}


def _others(text: str) -> object:
    return {key: value for key, value in (yaml.safe_load(text) or {}).items() if key != "removes"}


def _same(one: Removes, other: Removes) -> bool:
    return all(_same_paths(one.get(kind, ()), other.get(kind, ())) for kind in ("given", "solution"))


def _same_paths(one: Sequence[str], other: Sequence[str]) -> bool:
    return sorted(one) == sorted(other)


def _block(wanted: Removes) -> str:
    kinds = [kind for kind in ("given", "solution") if wanted.get(kind)]
    lists = (f"  {kind}:\n" + "".join(f"    - {_scalar(path)}\n" for path in wanted[kind]) for kind in kinds)
    return "removes:\n" + "".join(lists)


def _flow(wanted: Removes) -> str:
    kinds = (kind for kind in ("given", "solution") if wanted.get(kind))
    return "{" + ", ".join(f"{kind}: {_flow_list(wanted[kind])}" for kind in kinds) + "}"


def _flow_list(paths: Sequence[str]) -> str:
    return "[" + ", ".join(map(_scalar, paths)) + "]"


def _scalar(path: str) -> str:
    """A path as YAML, in quotes where it needs them."""
    is_plain = _PLAIN.fullmatch(path) and yaml.safe_load(path) == path
    return path if is_plain else json.dumps(path, ensure_ascii=False)
