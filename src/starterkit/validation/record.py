"""Keeps a result of the rule earned with the template, in earned.json: the lines that each test depends on.

Learners never get this file. Its line numbers belong to the solution of a step. A digest of the step's files shows
whether the lines are still right.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from starterkit.errors import EnvironmentProblem, FileError
from starterkit.git.objects import digest
from starterkit.textfile import parse_json
from starterkit.validation.model import Rule, RuleResult
from starterkit.validation.target import TemplateUnderTest

FILE_NAME = "earned.json"
FORMAT = 1
_AGAIN = "Delete the file, then type `starterkit template validate TEMPLATE --record`."


def write_record(subject: TemplateUnderTest, results: Iterable[RuleResult]) -> list[str]:
    """Write the results of the rule earned into the template, and keep those of other steps. Return the steps.

    Raises `FileError` if earned.json isn't valid, and `EnvironmentProblem` if it can't be written.
    """
    steps = {name: step for name, step in _read(subject).items() if name in subject.template.step_names}
    recorded = []
    for result in results:
        if result.template == subject.template.name and result.rule is Rule.EARNED and result.lines_by_test:
            tests = {
                test: {file: _ranges(lines) for file, lines in files.items()}
                for test, files in result.lines_by_test.items()
            }
            steps[result.step] = {"digest": _digest_of(subject, result.step), "tests": tests}
            recorded.append(result.step)
    data = {"format": FORMAT, "steps": dict(sorted(steps.items()))}
    try:
        _file(subject).write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", "utf-8", newline="\n")
    except OSError as error:
        raise EnvironmentProblem(
            f"starterkit can't write {_file(subject)}: {error.strerror}.",
            "Use a copy of the template that you can change.",
        ) from error
    return recorded


def is_stale(subject: TemplateUnderTest, step: str) -> bool:
    """True if earned.json has the lines of a step whose tests or solution changed. Raises `FileError`."""
    recorded = _read(subject).get(step)
    return recorded is not None and recorded.get("digest") != _digest_of(subject, step)


def _read(subject: TemplateUnderTest) -> dict[str, dict[str, Any]]:
    file = _file(subject)
    if not file.is_file():
        return {}
    data = parse_json(file.read_bytes(), str(file))
    steps = data.get("steps")
    if data.get("format") != FORMAT or not isinstance(steps, dict):
        raise FileError(
            str(file), None, f"starterkit can't read this record, because its format isn't {FORMAT}", _AGAIN
        )
    return steps


def _file(subject: TemplateUnderTest) -> Path:
    return subject.folder / FILE_NAME


def _digest_of(subject: TemplateUnderTest, step: str) -> str:
    return digest(*(subject.own_files[f"{kind} {step}"] for kind in ("given", "solution")))[:16]


def _ranges(lines: Sequence[int]) -> str:
    """Return sorted line numbers as text: `3, 5-7`."""
    groups = (list(group) for _, group in groupby(enumerate(lines), lambda pair: pair[1] - pair[0]))
    runs = [(group[0][1], group[-1][1]) for group in groups]
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
