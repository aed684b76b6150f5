"""Reads the report of the test harness, which runs in the sandbox. Signed lines show if a line was forged.

The harness is the code in `workshop/harness/`. It sends events such as "a test ended" over a pipe.
"""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from starterkit.sanitize import strip_control
from starterkit.testing.junit import JUnitCase


@dataclass
class SignedReport:
    """The report of one test run so far. `key` is the secret with which the harness signs each line.

    `ended` are the finished tests, `under_way` is the running test, and `broken_files` are test files that can't be
    loaded. `internal` is an error of pytest itself. `tampered` has the reasons why the report isn't honest.
    """

    key: bytes
    ended: list[JUnitCase] = field(default_factory=list)
    broken_files: list[JUnitCase] = field(default_factory=list)
    internal: str = ""
    tampered: dict[str, None] = field(default_factory=dict)  # a dictionary, to keep each reason once and in order
    notes: list[str] = field(default_factory=list)
    under_way: str = ""
    events: set[str] = field(default_factory=set)  # names of received events: started, begun, collected, finished
    _rest: bytes = b""
    _expected: int = 0

    def feed(self, data: bytes) -> None:
        """Add bytes from the pipe to the report. An incomplete last line waits for more bytes."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            signature, _, body = line.partition(b" ")
            try:
                if not hmac.compare_digest(signature, hmac.new(self.key, body, "sha256").hexdigest().encode()):
                    raise ValueError("not signed")
                event = json.loads(body)
                if event["n"] != self._expected:
                    raise ValueError("repeated, or one is missing")
                self._expected += 1
                self._add(event)
            except (ValueError, KeyError, TypeError, AttributeError):
                self.tampered["a line of the test report has a wrong signature"] = None

    def _add(self, event: dict[str, Any]) -> None:
        match event["event"]:  # unknown events are ignored
            case "started" | "begun" | "collected" | "finished":
                self.events.add(event["event"])
            case "began" | "between":
                self.under_way = event["test"]
            case "rested":
                self.under_way = ""
            case "ended":
                self.under_way = ""
                self.ended.append(_case(event))
            case "broken":
                file, text = strip_control(event["file"]), strip_control(event["text"])
                message = strip_control(event["message"]) or "collection failure"
                self.broken_files.append(JUnitCase(file, file=file, kind="error", message=message, text=text))
            case "internal":
                self.internal = strip_control(event["message"])
            case "tampered":
                self.tampered[strip_control(event["what"])] = None
            case "note":
                self.notes.append(strip_control(event["what"]))


def _case(event: dict[str, Any]) -> JUnitCase:
    if event["outcome"] == "passed":
        return JUnitCase(event["test"], file=event["file"])
    message, text = strip_control(event.get("message", "")), strip_control(event.get("text", ""))
    if event.get("kind") == "skipped":
        return JUnitCase(event["test"], file=event["file"], kind="skipped", message=message)
    if event.get("phase") in ("setup", "teardown"):
        message = f'failed on {event["phase"]} with "{message}"'
    return JUnitCase(event["test"], file=event["file"], kind="failure", message=message, text=text)
