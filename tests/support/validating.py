"""Templates to validate: the sound one, and the broken ones that are made of it by a few edits.

A broken case is a folder `tests/templates/broken/<rule>-<what>/`: files that are laid over the sound template, and a
case.yml. It has the `intent` in one line, more changes (`removes`, `copies`, `moves`, `edits`), the `step` to validate,
and the finding that must be the only one (`file`, `line`, and `says`, a part of its message). A defect that no rule
finds yet has `missed` with the reason instead.

A case in `tests/templates/correct/` is changed in the same way, and has no finding. Its key `from` can name another
template than the sound one.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from starterkit.validation.model import Report, Rule
from starterkit.validation.plan import rule_runs
from starterkit.validation.runner import RunSettings, validate
from starterkit.validation.target import templates_under_test

TEMPLATES = Path(__file__).parents[1] / "templates"
SOUND = TEMPLATES / "sound"
STATIC = (Rule.RENDERS, Rule.FILES, Rule.HINTS, Rule.LESSON, Rule.REVIEW, Rule.BEHAVIOR)
NIGHTLY = (Rule.CARRIES, Rule.EARNED)


@dataclass(frozen=True)
class Case:
    """One change of a template: something that is broken on purpose, or in `correct` another way to be right."""

    name: str
    kind: str = "broken"

    @cached_property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = yaml.safe_load((TEMPLATES / self.kind / self.name / "case.yml").read_text("utf-8"))
        return told

    @property
    def rule(self) -> Rule:
        return next(rule for rule in sorted(Rule, key=len, reverse=True) if self.name.startswith(rule.value))

    def make(self, place: Path) -> Path:
        """Make the changed template in a new folder `sound` there, and return it."""
        folder = place / "sound"
        shutil.copytree(TEMPLATES.parents[1] / self.told.get("from", "tests/templates/sound"), folder)
        shutil.copytree(
            TEMPLATES / self.kind / self.name, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("case.yml")
        )
        for removed in self.told.get("removes", ()):
            shutil.rmtree(folder / removed) if (folder / removed).is_dir() else (folder / removed).unlink()
        for key, move in (("copies", shutil.copyfile), ("moves", shutil.move)):
            for source, target in self.told.get(key, {}).items():
                (folder / target).parent.mkdir(parents=True, exist_ok=True)
                move(folder / source, folder / target)
        for edit in self.told.get("edits", ()):
            file = folder / edit["file"]
            text = file.read_text("utf-8")
            assert edit["old"] in text, f"{self.name}: {edit['file']} does not hold {edit['old']!r}"
            file.write_text(text.replace(edit["old"], edit["new"], 1), "utf-8")
        return folder


def cases(kind: str) -> list[Case]:
    """All cases of a kind, in order."""
    return [Case(folder.name, kind) for folder in sorted((TEMPLATES / kind).iterdir()) if folder.is_dir()]


def broken_cases() -> list[Case]:
    """All broken cases, in order."""
    return cases("broken")


def validated(
    folder: Path, cache: Path, steps: Sequence[str], rules: Sequence[Rule] = tuple(Rule), *, use_cache: bool = True
) -> Report:
    """Validate a template in a folder."""
    subjects, unreadable = templates_under_test([str(folder)], folder, cache, trusted=True)
    units = [unit for subject in subjects for unit in rule_runs(subject, steps, rules)]
    return validate(units, RunSettings(cache, use_cache=use_cache), unreadable=unreadable)
