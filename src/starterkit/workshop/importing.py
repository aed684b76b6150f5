"""`workshop import`: the roster and the autograding tests of a GitHub Classroom become a workshop.

A test whose command names tests of the path, or their files, stands for those. Every other is kept in workshop.yml as
text, with its points, and is never run.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starterkit.errors import FileError, UsageError
from starterkit.project.path import LearningPath
from starterkit.repository.bare import BareRepository
from starterkit.template import BASE
from starterkit.workshop import founding
from starterkit.workshop.folder import Workshop

_KEPT = ("setup", "run", "input", "output", "comparison", "timeout")
_NODE = re.compile(r"::(\w+)")
_WORD = re.compile(r"[\w./-]+")


@dataclass(frozen=True)
class ForeignTest:
    """One autograding test: its name, points and texts; `tests` are the tests of the path that it stands for."""

    name: str
    points: str
    texts: Mapping[str, str]
    tests: tuple[str, ...] = ()


def read_autograding(file: Path) -> tuple[ForeignTest, ...]:
    """Read an autograding.json. Raises `UsageError` where there is none, `FileError` naming what is wrong in it."""
    try:
        data = file.read_bytes()
    except OSError as wrong:
        raise UsageError(
            f"{file} cannot be read: {wrong.strerror or wrong}.",
            "It lies in .github/classroom/autograding.json of an assignment.",
        ) from wrong
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as wrong:
        raise FileError(str(file), wrong.lineno, f"not valid JSON: {wrong.msg}") from wrong
    except (UnicodeDecodeError, RecursionError) as wrong:
        raise FileError(str(file), None, "the file is not JSON in UTF-8") from wrong
    tests = found.get("tests") if isinstance(found, dict) else None
    if not isinstance(tests, list):
        raise FileError(str(file), None, 'there is no list called "tests"', "Is it an autograding.json?")
    return tuple(_test(one, number, file) for number, one in enumerate(tests, 1))


def _test(found: object, number: int, file: Path) -> ForeignTest:
    if not isinstance(found, dict):
        raise FileError(str(file), None, f"tests[{number}]: expected an object with name and run")
    texts = {name: _text(found.get(name)) for name in _KEPT}
    name = _text(found.get("name")).strip() or f"test {number}"
    points = found.get("points") or 0
    if isinstance(points, bool) or not isinstance(points, int | float) or points < 0:
        raise FileError(str(file), None, f"tests[{number}] ({name}): points: expected a number from 0 on")
    return ForeignTest(name, f"{points:g}", {name: words for name, words in texts.items() if words})


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def with_tests(workshop: Workshop, foreign: Sequence[ForeignTest], file: Path) -> list[ForeignTest]:
    """Write the tests into workshop.yml under `imported:`; return them with what each stands for.

    Call this while `working`, with the workshop as it is then.
    """
    known = _known(workshop)
    found = [replace(one, tests=_stands_for(one, known)) for one in foreign]
    imported = {"from": file.name, "tests": [_as_kept(one) for one in found]}
    founding.save(replace(workshop, imported=imported))
    return found


def _as_kept(one: ForeignTest) -> dict[str, Any]:
    more: dict[str, Any] = {"tests": list(one.tests)} if one.tests else dict(one.texts)
    return {"name": one.name, "points": one.points, **more}


def _stands_for(one: ForeignTest, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The tests of the path that a command names: by themselves, else by their files."""
    run = one.texts.get("run", "")
    words = [word.lstrip("./") for word in _WORD.findall(run)]
    named = [word for word in words if known.get(word) == (word,)]
    if any(word not in named for word in _NODE.findall(run)) or ("-k" in run.split() and not named):
        return ()  # it picks out of a file what this path does not have
    return tuple(dict.fromkeys(named or [test for word in words for test in known.get(word, ())]))


def _known(workshop: Workshop) -> dict[str, tuple[str, ...]]:
    """The tests of the path by each word that may stand for them: their own ids, and the names of their files."""
    with BareRepository(workshop.path_repository) as repository:
        path = LearningPath(repository, workshop.path, workshop.texts)
        by_step = {BASE: path.template.tests, **{step.name: step.tests for step in path.template.steps}}
        known: dict[str, tuple[str, ...]] = {}
        for step, tests in by_step.items():
            new = [file for file in path.test_files(step) if file not in known]  # files of steps before come again
            known.update(dict.fromkeys(new, tests))
        known.update({test: (test,) for tests in by_step.values() for test in tests})
        return known
