"""What the harness reports: signed lines, read as they arrive. A line with a wrong signature is a forged outcome."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from starterkit.sanitize import strip_control
from starterkit.testing.junit import JUnitCase


@dataclass
class SignedReport:
    """What has been reported so far."""

    key: bytes
    ended: list[JUnitCase] = field(default_factory=list)
    broken_files: list[JUnitCase] = field(default_factory=list)
    internal: str = ""
    tampered: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    under_way: str = ""
    finished: bool = False
    started: bool = False
    begun: bool = False
    collected: bool = False
    _rest: bytes = b""
    _expected: int = 0

    def feed(self, data: bytes) -> None:
        """Take what came over the pipe."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line)

    def close(self) -> None:
        """Take what is left: a line without an end, of a program that was killed while it wrote."""
        self._rest = b""

    def _line(self, line: bytes) -> None:
        signature, _, body = line.partition(b" ")
        right = hmac.new(self.key, body, "sha256").hexdigest().encode()
        try:
            if not hmac.compare_digest(signature, right):
                raise ValueError("not signed")
            event = json.loads(body)
            if event["n"] != self._expected:
                raise ValueError("said before, or left out")
            self._expected += 1
            getattr(self, f"_on_{event['event']}", self._pass_over)(event)
        except (ValueError, KeyError, TypeError, AttributeError):
            self._add_tampered("the report of the tests has a line with a wrong signature")

    def _add_tampered(self, what: str) -> None:
        if what not in self.tampered:
            self.tampered.append(what)

    def _pass_over(self, event: dict[str, Any]) -> None:
        """A newer harness may say more."""

    def _on_started(self, event: dict[str, Any]) -> None:
        self.started = True

    def _on_begun(self, event: dict[str, Any]) -> None:
        self.begun = True

    def _on_began(self, event: dict[str, Any]) -> None:
        self.under_way = event["test"]

    _on_between = _on_began

    def _on_rested(self, event: dict[str, Any]) -> None:
        self.under_way = ""

    def _on_ended(self, event: dict[str, Any]) -> None:
        self.under_way = ""
        self.ended.append(_case(event))

    def _on_broken(self, event: dict[str, Any]) -> None:
        file = strip_control(event["file"])
        message, text = strip_control(event["message"]) or "collection failure", strip_control(event["text"])
        self.broken_files.append(JUnitCase(file, file=file, kind="error", message=message, text=text))

    def _on_internal(self, event: dict[str, Any]) -> None:
        self.internal = strip_control(event["message"])

    def _on_collected(self, event: dict[str, Any]) -> None:
        self.collected = True

    def _on_tampered(self, event: dict[str, Any]) -> None:
        self._add_tampered(strip_control(event["what"]))

    def _on_note(self, event: dict[str, Any]) -> None:
        self.notes.append(strip_control(event["what"]))

    def _on_finished(self, event: dict[str, Any]) -> None:
        self.finished = True


def _case(event: dict[str, Any]) -> JUnitCase:
    if event["outcome"] == "passed":
        return JUnitCase(event["test"], file=event["file"])
    message, text = strip_control(event.get("message", "")), strip_control(event.get("text", ""))
    if event.get("kind") == "skipped":
        return JUnitCase(event["test"], file=event["file"], kind="skipped", message=message)
    if event.get("phase") in ("setup", "teardown"):
        message = f'failed on {event["phase"]} with "{message}"'
    return JUnitCase(event["test"], file=event["file"], kind="failure", message=message, text=text)
