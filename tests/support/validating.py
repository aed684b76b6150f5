"""Templates to validate: the sound one, and the broken ones that are made of it by a few edits.

A broken case is a folder `tests/templates/broken/<rule>-<what>/`: files that are laid over the sound template, and a
case.yml: the `intent` in one line, more changes (`removes`, `copies`, `edits`), the `step` to validate, and the finding
that must be the only one (`file`, `line`, and `says`, a part of its message). A defect that no rule finds yet has
`missed` with the reason instead.
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
STATIC = (Rule.RENDERS, Rule.FILES, Rule.HINTS, Rule.LESSON, Rule.REVIEW)
NIGHTLY = (Rule.CARRIES, Rule.EARNED)


@dataclass(frozen=True)
class Case:
    """One thing that is broken on purpose."""

    name: str

    @cached_property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = yaml.safe_load((TEMPLATES / "broken" / self.name / "case.yml").read_text("utf-8"))
        return told

    @property
    def rule(self) -> Rule:
        return next(rule for rule in sorted(Rule, key=len, reverse=True) if self.name.startswith(rule.value))

    def make(self, place: Path) -> Path:
        """Make the broken template in a new folder `sound` there, and return it."""
        folder = place / "sound"
        shutil.copytree(SOUND, folder)
        shutil.copytree(
            TEMPLATES / "broken" / self.name, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("case.yml")
        )
        for removed in self.told.get("removes", ()):
            shutil.rmtree(folder / removed) if (folder / removed).is_dir() else (folder / removed).unlink()
        for source, target in self.told.get("copies", {}).items():
            (folder / target).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(folder / source, folder / target)
        for edit in self.told.get("edits", ()):
            file = folder / edit["file"]
            text = file.read_text("utf-8")
            assert edit["old"] in text, f"{self.name}: {edit['file']} does not hold {edit['old']!r}"
            file.write_text(text.replace(edit["old"], edit["new"], 1), "utf-8")
        return folder


def broken_cases() -> list[Case]:
    """All cases, in order."""
    return [Case(folder.name) for folder in sorted((TEMPLATES / "broken").iterdir()) if folder.is_dir()]


def validated(
    folder: Path, cache: Path, steps: Sequence[str], rules: Sequence[Rule] = tuple(Rule), *, use_cache: bool = True
) -> Report:
    """Validate a template in a folder."""
    subjects, unreadable = templates_under_test([str(folder)], folder, cache, trusted=True)
    units = [unit for subject in subjects for unit in rule_runs(subject, steps, rules)]
    return validate(units, RunSettings(cache, use_cache=use_cache), unreadable=unreadable)
