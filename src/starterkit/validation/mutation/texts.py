"""The words and texts that a lesson promises. Learners may choose all other words, so mutants leave them alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from starterkit.validation.source_change import SourceChange, one_line

OTHER_TEXT = b"other"
_QUOTED = re.compile(r'`([^`\n]+)`|"([^"\n]+)"|“([^”\n]+)”')
_BETWEEN_TAGS = re.compile(rb"(?:<[^<>]*>)?(?P<text>[^<>]+)")
_EDGE = b" \t\r\n.,:;!?\"'"
_ELEMENTS = frozenset((b"div", b"span"))  # names of elements that a visitor can't tell from others
_LEAST = 3  # characters of a text. A shorter text is often in a lesson by chance


@dataclass(frozen=True)
class Promised:
    """What a lesson promises: the texts in backticks or double quotes."""

    lesson: str = ""

    @cached_property
    def words(self) -> frozenset[str]:
        """The words in backticks, such as CSS classes."""
        return frozenset(word.strip(".") for code in re.findall(r"`([^`\n]+)`", self.lesson) for word in code.split())

    @cached_property
    def _texts(self) -> str:
        return "\n".join("".join(groups) for groups in _QUOTED.findall(self.lesson))

    def text_changes(self, data: bytes, start: int, end: int) -> Iterator[SourceChange]:
        """Yield a change of each text between `start` and `end` that the lesson promises. Tags separate texts."""
        for match in _BETWEEN_TAGS.finditer(data, start, end):
            text = match["text"].strip(_EDGE)
            words = text.decode("utf-8", "replace")
            is_promised = len(words) >= _LEAST and re.search(rf"(?<!\w){re.escape(words)}(?!\w)", self._texts)
            if is_promised and text not in _ELEMENTS and not text.startswith(b"/"):  # other mutants change URLs
                position = data.index(text, match.start("text"))
                description = f"`{one_line(text)}` to `{OTHER_TEXT.decode()}`"
                yield SourceChange(position, position + len(text), OTHER_TEXT, "changed the text", description)
