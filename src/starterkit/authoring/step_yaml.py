"""Edits the key `removes:` in the text of a step.yml. Comments, order and quotes stay unchanged."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from starterkit.authoring.files import KINDS
from starterkit.errors import FileError
from starterkit.yamlfile import parse

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./ +@=-]*(?<! )")
Removes = Mapping[str, Sequence[str]]
_Edit = tuple[int, int, str]  # an edit: start, end, new text


def with_removes(data: bytes, removes: Removes, label: str) -> bytes:
    """Return the step.yml `data` with these paths under `removes:`. `label` is its name in error messages.

    `removes` is `{"given": […], "solution": […]}`. If the file lists these paths already, it is returned unchanged.
    If it can't be edited safely, raises `FileError` with the lines that the author has to write.
    """
    text = data.decode("utf-8-sig")
    if _sorted(_removes(text)) == _sorted(removes):
        return data
    top = parse(data, label)
    block = "removes:\n" + "".join(_block_list(kind, removes[kind], "  ") for kind in KINDS if removes.get(kind))
    if not isinstance(top.node, MappingNode) or top.node.flow_style:
        raise top.wrong("the file must have one key per line", f"Add these lines:\n{block}")
    lines = text if text.endswith("\n") or not text else f"{text}\n"
    edits = sorted(_edits(lines, top.node, removes, block), key=lambda edit: edit[:2], reverse=True)
    changed = lines
    for start, end, new in edits:
        changed = changed[:start] + new + changed[end:]
    if lines != text and edits[0][1] < len(lines):
        changed = changed.removesuffix("\n")
    try:
        is_right = _sorted(_removes(changed)) == _sorted(removes) and _others(changed) == _others(text)
    except yaml.YAMLError:
        is_right = False
    if not is_right:
        raise FileError(
            label,
            None,
            "starterkit can't edit the key `removes` in this file",
            f"Delete this key, and write these lines instead:\n{block}",
        )
    return changed.encode()


def _edits(text: str, top: MappingNode, removes: Removes, block: str) -> list[_Edit]:
    starts = [*accumulate(map(len, text.splitlines(keepends=True)), initial=0)]

    def lines_of(key: Node, value: Node) -> tuple[int, int]:
        return starts[key.start_mark.line], starts[_last_line(value) + 1]

    keys = [key.value for key, _ in top.value]
    if "removes" not in keys:
        return [(len(text), len(text), block)]
    key, value = top.value[keys.index("removes")]
    if not any(removes.values()):
        return [(*lines_of(key, value), "")]
    if isinstance(value, MappingNode) and value.flow_style:
        lists = ", ".join(f"{kind}: {_flow_list(removes[kind])}" for kind in KINDS if removes.get(kind))
        return [(value.start_mark.index, value.end_mark.index, f"{{{lists}}}")]
    if not isinstance(value, MappingNode) or not all(isinstance(paths, SequenceNode) for _, paths in value.value):
        return [(*lines_of(key, value), block)]
    indent = " " * value.value[0][0].start_mark.column
    present = {kind.value for kind, _ in value.value}
    after = lines_of(key, value)[1]
    edits = [
        (after, after, _block_list(kind, removes[kind], indent))
        for kind in KINDS
        if kind not in present and removes.get(kind)
    ]
    for kind, node in value.value:
        paths = removes.get(kind.value, ())
        listed = [item.value for item in node.value]
        if not paths:
            edits.append((*lines_of(kind, node), ""))
        elif node.flow_style:
            if sorted(listed) != sorted(paths):
                edits.append((node.start_mark.index, node.end_mark.index, _flow_list(paths)))
        else:
            end = starts[_last_line(node) + 1]
            added = [f"{' ' * node.start_mark.column}- {scalar(path)}\n" for path in paths if path not in listed]
            edits.append((end, end, "".join(added)))
            edits += [(*lines_of(item, item), "") for item in node.value if item.value not in paths]
    return edits


def _last_line(node: Node) -> int:
    """Return the number of a value's last line, from 0.

    The YAML parser's end mark of a block is already at the next value, so the block's last item decides.
    """
    if isinstance(node, ScalarNode) or getattr(node, "flow_style", False) or not node.value:
        return int(node.end_mark.line)
    last = node.value[-1]
    return _last_line(last[1] if isinstance(node, MappingNode) else last)


def _removes(text: str) -> Removes:
    removes = (yaml.safe_load(text) or {}).get("removes") or {}
    return {kind: [str(path) for path in paths or ()] for kind, paths in removes.items()}


def _others(text: str) -> object:
    return {key: value for key, value in (yaml.safe_load(text) or {}).items() if key != "removes"}


def _sorted(removes: Removes) -> list[list[str]]:
    return [sorted(removes.get(kind, ())) for kind in KINDS]


def _block_list(kind: str, paths: Sequence[str], indent: str) -> str:
    return f"{indent}{kind}:\n" + "".join(f"{indent}  - {scalar(path)}\n" for path in paths)


def _flow_list(paths: Sequence[str]) -> str:
    return "[" + ", ".join(map(scalar, paths)) + "]"


def scalar(text: str) -> str:
    """Return a text as a YAML scalar, in double quotes if necessary."""
    is_plain = _PLAIN.fullmatch(text) and yaml.safe_load(text) == text
    return text if is_plain else json.dumps(text, ensure_ascii=False)
