"""Read YAML and keep the line of each value, so that errors can name file and line.

`parse` returns a `Value`. Its methods return plain Python values of one type, or raise `FileError`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode

from starterkit.errors import FileError
from starterkit.textfile import decode_text

_FIX_LINE = "Fix this line."
_KINDS = {"str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "null": "nothing"}
_SAFE_BOUND, _DEEPEST = 600, 100
_SHOWN = 12  # how many valid words an error lists
_NEAR = 0.6  # how similar a suggestion must be, from 0 to 1
_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def did_you_mean(word: str, known: list[str], similar: Sequence[str] = ()) -> str:
    """Return `Did you mean "…"?`, or a list of the `known` words.

    Names in `similar` can be suggested too, but the list doesn't have them.
    """
    close = get_close_matches(word, [*known, *similar], n=3, cutoff=_NEAR)
    if close:
        return "Did you mean " + " or ".join(f'"{name}"' for name in close) + "?"
    if not known:
        return ""
    more = f", … ({len(known)} in all)" if len(known) > _SHOWN else ""
    return "Valid values: " + ", ".join(known[:_SHOWN]) + (more or ".")


def parse(data: bytes, file: str) -> Value:
    """Parse a YAML document. Raises `FileError` if it is invalid or empty."""
    text = decode_text(data, file)
    try:
        _check_depth(text, file)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as wrong:
        mark = wrong.problem_mark or wrong.context_mark
        raise FileError(
            file, mark.line + 1 if mark else None, f"the file is not valid YAML: {wrong.problem}", _FIX_LINE
        ) from wrong
    except yaml.YAMLError as wrong:
        raise FileError(file, None, f"the file is not valid YAML: {wrong}", _FIX_LINE) from wrong
    if node is None:
        raise FileError(file, None, "this file is empty", "Restore the file from git, or write it again.")
    return Value(node, file, "")


def _check_depth(text: str, file: str) -> None:
    """Raise `FileError` for deeply nested values, because libyaml could overflow the stack."""
    # A quick upper limit of the depth: each level needs a bracket or more indentation. The factor 2 is for lists below
    # a key, which may have the key's indentation.
    bound = text.count("[") + text.count("{") + 2 * max(map(len, text.splitlines()), default=0)
    if bound <= _SAFE_BOUND:
        return
    try:
        _walk_depth(text, file, _Loader)
    except yaml.YAMLError:
        # libyaml has its own depth limit in newer versions. The pure Python parser has no limit.
        _walk_depth(text, file, yaml.SafeLoader)


def _walk_depth(text: str, file: str, loader: type) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else None
            raise FileError(file, line, f"the values are nested more than {_DEEPEST} levels deep", "Use fewer levels.")


@dataclass(frozen=True)
class Value:
    """A value in a YAML file. Its methods check the type of the value, and return plain Python values.

    `path` has the keys above the value, joined by dots. It names the value in errors.
    """

    node: Node
    file: str
    path: str

    @property
    def line(self) -> int:
        return int(self.node.start_mark.line) + 1

    def wrong(self, message: str, fix: str = "") -> FileError:
        """Return an error with the file, the line and the path of this value. The caller raises the error."""
        return FileError(self.file, self.line, f"{self.path}: {message}" if self.path else message, fix)

    def mapping(self, required: tuple[str, ...] = (), optional: tuple[str, ...] | None = ()) -> dict[str, Value]:
        """Return the values of a mapping by key. With `optional=None`, any key is allowed.

        Raises `FileError` for a missing, unknown or repeated key.
        """
        if not isinstance(self.node, MappingNode):
            raise self.wrong(f"expected a mapping of keys to values, found {self._kind()}")
        values: dict[str, Value] = {}
        for key_node, value_node in self.node.value:
            key_value = Value(key_node, self.file, self.path)
            if not isinstance(key_node, ScalarNode):
                raise key_value.wrong(f"expected a word as the key, found {key_value._kind()}")
            key = str(key_node.value)
            if key in values:
                raise key_value.wrong(f'the key "{key}" is here twice')
            if optional is not None and key not in (*required, *optional):
                raise key_value.wrong(f'unknown key "{key}"', did_you_mean(key, [*required, *optional]))
            values[key] = Value(value_node, self.file, f"{self.path}.{key}" if self.path else key)
        for key in required:
            if key not in values:
                raise self.wrong(f'the key "{key}" is missing', f"Add `{key}:` and its value.")
        return values

    def items(self) -> Iterator[Value]:
        """Yield the values of a list. Raises `FileError` if this isn't a list."""
        if not isinstance(self.node, SequenceNode):
            raise self.wrong(f"expected a list, found {self._kind()}")
        for number, item in enumerate(self.node.value, 1):
            yield Value(item, self.file, f"{self.path}[{number}]")

    def is_mapping(self) -> bool:
        return isinstance(self.node, MappingNode)

    def is_list(self) -> bool:
        return isinstance(self.node, SequenceNode)

    def text(self) -> str:
        """Return a text that isn't empty. A number is returned as text, as it is written in the file."""
        if not isinstance(self.node, ScalarNode) or self._kind() not in ("text", "a whole number", "a number"):
            raise self.wrong(f"expected text, found {self._kind()}", "Put it in quotes if it is meant as text.")
        if not self.node.value.strip():
            raise self.wrong("expected text, found nothing", "Write the text, or remove the entry.")
        return str(self.node.value)

    def scalar(self) -> str:
        """Return any single value as text, as it is written in the file. The text may be empty."""
        if not isinstance(self.node, ScalarNode):
            raise self.wrong(f"expected text, found {self._kind()}")
        return str(self.node.value)

    def integer(self, low: int, high: int) -> int:
        """Return a whole number between `low` and `high`."""
        if not isinstance(self.node, ScalarNode) or not self.node.tag.endswith(":int"):
            raise self.wrong(f"expected a whole number, found {self._kind()}")
        try:
            number = int(self.node.value.replace("_", ""), 0)
        except ValueError:  # YAML 1.1 would also read 1:30 and 010 as numbers
            raise self.wrong(f"expected a whole number in plain digits, found {self.node.value}") from None
        if not low <= number <= high:
            raise self.wrong(f"expected a whole number from {low} to {high}, found {number}")
        return number

    def boolean(self) -> bool:
        if not isinstance(self.node, ScalarNode) or not self.node.tag.endswith(":bool"):
            raise self.wrong(f"expected true or false, found {self._kind()}")
        return str(self.node.value).lower() in ("true", "yes", "on")

    def texts(self) -> tuple[str, ...]:
        """Return the texts of a list. No text may be empty."""
        return tuple(item.text() for item in self.items())

    def choice(self, known: tuple[str, ...]) -> str:
        """Return a word. Raises `FileError` if the word isn't one of the `known` words."""
        word = self.text()
        if word not in known:
            raise self.wrong(f'unknown value "{word}"', did_you_mean(word, list(known)))
        return word

    def _kind(self) -> str:
        if isinstance(self.node, MappingNode):
            return "a mapping"
        if isinstance(self.node, SequenceNode):
            return "a list"
        tag = str(self.node.tag).rsplit(":", 1)[-1]
        return _KINDS.get(tag, tag)
