"""Read a JUnit report from pytest or Node's test runner.

The learner's program can change the report, so it is read carefully: in pieces, at most 8 MiB, and each text is cut to
64 KiB. Python's expat is safe, because it never loads other files. A document type stops the reading, because only a
document type can declare entities.
"""

from __future__ import annotations

import codecs
import pyexpat as expat  # the same module as xml.parsers.expat, but without importing two packages
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from starterkit.sanitize import strip_control

LIMIT_BYTES = 8 * 1024 * 1024
_LIMIT_LETTERS = 64 * 1024
_PIECE_BYTES = 1024 * 1024  # large pieces, because expat reads an unfinished attribute again with each piece
_KINDS = ("failure", "error", "skipped")


@dataclass
class JUnitCase:
    """One `<testcase>` element: a test or a test file. `kind` is "" (passed), "failure", "error" or "skipped".

    `seconds` is the duration with the set-up, and 0 if the report has none.
    """

    name: str
    classname: str = ""
    file: str = ""
    kind: str = ""
    type: str = ""
    message: str = ""
    text: str = ""
    seconds: float = 0.0


@dataclass
class JUnitReport:
    """The test cases of a report. `problem` is why the report couldn't be read to its end, or ""."""

    cases: list[JUnitCase] = field(default_factory=list)
    problem: str = ""


def read_junit(file: Path) -> JUnitReport | None:
    """Return a JUnit report, or the part that can be read. Return None if the file is missing or empty."""
    try:
        stream = file.open("rb")
    except FileNotFoundError:
        return None
    reader = _Reader()
    decoder = codecs.getincrementaldecoder("utf-8-sig")("replace")
    with stream:
        try:
            while reader.bytes_read < LIMIT_BYTES and (piece := stream.read(_PIECE_BYTES)):
                reader.feed(strip_control(decoder.decode(piece)), len(piece))
            if stream.read(1):
                reader.give_up("the test report is larger than 8 MiB", "Its failure is too long to show.")
            else:
                reader.close()
        except expat.ExpatError:
            reader.give_up("the test report is incomplete", "The report ends here.")
        except _DocumentType:
            reader.give_up("the test report has an unknown format", "")
    return reader.report if reader.bytes_read else None


class _DocumentType(Exception):
    """The report has a document type, so it could declare entities."""


class _Reader:
    def __init__(self) -> None:
        self.report = JUnitReport()
        self.bytes_read = 0
        self._case: JUnitCase | None = None
        self._text = ""
        self._tail = ""
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.buffer_size = _LIMIT_LETTERS
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    def feed(self, text: str, size: int) -> None:
        self.bytes_read += size
        self._parser.Parse(text.encode("utf-8"), False)

    def close(self) -> None:
        self._parser.Parse(b"", True)

    def give_up(self, problem: str, of_case: str) -> None:
        """Record why reading stops. The unfinished test case becomes an error with the message `of_case`."""
        self.report.problem = problem
        if self._case:
            self._case.kind, self._case.message, self._case.text = "error", of_case, self._text
            self.report.cases.append(self._case)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "testcase":
            self._case = JUnitCase(
                attributes.get("name", ""),
                attributes.get("classname", ""),
                attributes.get("file", ""),
                seconds=_seconds(attributes.get("time", "")),
            )
        elif name in _KINDS and self._case and self._case.kind in ("", "skipped"):
            self._case.kind = name
            self._case.type = attributes.get("type", "")
            self._case.message = attributes.get("message", "")[:_LIMIT_LETTERS]
        self._text = self._tail = ""

    def _end(self, name: str) -> None:
        if not self._case:
            return
        if name == self._case.kind:
            self._case.text = self._text + (f"\n…\n{self._tail}" if self._tail else "")
        elif name == "testcase":
            self.report.cases.append(self._case)
            self._case = None

    def _characters(self, text: str) -> None:
        room = _LIMIT_LETTERS // 2 - len(self._text)
        self._text += text[:room] if room > 0 else ""
        if len(text) > max(room, 0):
            self._tail = (self._tail + text[max(room, 0) :])[-_LIMIT_LETTERS // 2 :]

    def _doctype(self, *_: object) -> None:
        raise _DocumentType


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        return 0.0
    return seconds if 0 <= seconds < inf else 0.0
