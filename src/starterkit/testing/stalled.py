"""Load a watchdog into the test program, and read its note. The watchdog stops a run that gets stuck."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starterkit.sanitize import strip_control
from starterkit.testing.junit import JUnitCase

PRELOAD = Path(__file__).parent / "preload"
LOOP = "Is there an endless loop?"
_WAIT = "Does the code wait for something that never comes, or send no response?"
_PRINTED = "printed"
_LIMIT_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True)
class Stuck:
    """A run that got stuck, as the watchdog noted it.

    `seconds` is the limit that was exceeded. `is_busy` is true for a loop, and false if the run waited. `test` is the
    running test ("" before the first test), and `stack` is its stack trace. `cases` are the tests that had ended.
    """

    seconds: float
    is_busy: bool
    test: str
    stack: str
    cases: tuple[JUnitCase, ...]

    @property
    def cut(self) -> str:
        """The reason why the run was stopped, for example `still running after 5 s`."""
        return f"still running after {self.seconds:g} s" if self.is_busy else f"nothing happened for {self.seconds:g} s"

    @property
    def question(self) -> str:
        """A question that helps the learner find the mistake in the line where the run got stuck."""
        return LOOP if self.is_busy else _WAIT


def is_pytest(command: Sequence[str]) -> bool:
    """True if a template's test command runs pytest."""
    return tuple(command[:3]) == ("{python}", "-m", "pytest")


def is_node_test(command: Sequence[str]) -> bool:
    """True if a template's test command runs Node's own test runner."""
    return tuple(command[:1]) == ("{node}",) and "--test" in command


def watchdog_variables(command: Sequence[str], note: Path, variables: Mapping[str, str]) -> dict[str, str]:
    """Return the environment `variables`, and new ones that make the test `command` load the watchdog.

    If the run gets stuck, the watchdog writes the file `note`. Only pytest and Node's test runner can load a watchdog.
    """
    if is_pytest(command):
        paths = filter(None, (str(PRELOAD), variables.get("PYTHONPATH")))
        loading = {"PYTHONPATH": os.pathsep.join(paths), "PYTEST_PLUGINS": "starterkit_watchdog"}
    elif is_node_test(command):
        script, printed = ((PRELOAD / name).as_uri() for name in ("watchdog.mjs", "printed.mjs"))
        options = f"--import={script} --import={printed} --test-reporter={script} --test-reporter-destination=stderr"
        loading = {"NODE_OPTIONS": f"{variables.get('NODE_OPTIONS', '')} {options}".strip()}
    else:
        return dict(variables)
    return {**variables, **loading, "STARTERKIT_STUCK": str(note)}


def read_stuck(note: Path) -> Stuck | None:
    """Return the note that the watchdog wrote, or None if it is missing or invalid."""
    try:
        if note.stat().st_size > _LIMIT_BYTES:
            return None
        content = json.loads(note.read_bytes())
        cases = tuple(_case(case) for case in content.get("cases", ()))
        stack, test = strip_control(str(content["stack"])), strip_control(str(content["test"]))
        return Stuck(float(content["seconds"]), bool(content["is_busy"]), test, stack, cases)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def read_printed(note: Path) -> dict[str, str]:
    """Return the end of what the code printed in failing tests.

    The keys are the ids of tests, or paths of test files. The file is next to the note. Each line is
    a JSON object with one test. The first output of a test counts.
    """
    printed: dict[str, str] = {}
    try:
        with note.with_name(_PRINTED).open("rb") as stream:
            lines = stream.read(_LIMIT_BYTES).splitlines()
        for line in lines:
            content = json.loads(line)
            printed.setdefault(strip_control(str(content["test"])), strip_control(str(content["text"])).rstrip())
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return printed
    return printed


def _case(content: Mapping[str, Any]) -> JUnitCase:
    name, kind, message, text = (strip_control(str(content[key])) for key in ("name", "kind", "message", "text"))
    return JUnitCase(name, kind=kind, message=message, text=text)
