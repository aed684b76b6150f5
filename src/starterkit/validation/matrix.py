"""The jobs that a CI provider fans a validation out into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from starterkit.template.model import BASE, Template

FORMAT = 1
# The oldest version that a template asks for, and the newest that it is tried with.
NEWEST = {"python": "3.14", "node": "24"}
DATABASES = ("sqlite",)
_FLOOR = re.compile(r">=\s*(\d+(?:\.\d+)?)")


@dataclass(frozen=True)
class MatrixJob:
    """One job: `steps` is a range as `--step` takes it; `python` or `node` is "" where the template needs none."""

    template: str
    steps: str
    python: str
    node: str
    database: str


def matrix(
    templates: Sequence[tuple[str, Template]],
    *,
    steps_per_job: int = 2,
    versions: Sequence[str] = (),
    databases: Sequence[str] = DATABASES,
) -> list[MatrixJob]:
    """Return template × step range × version × database; without `versions`, the oldest and the newest of each."""
    jobs = []
    for name, template in templates:
        kind = template.environment.kind
        for steps in step_ranges(template, steps_per_job):
            for version in versions or _versions(template):
                for database in databases:
                    python, node = (version, "") if kind == "python" else ("", version)
                    jobs.append(MatrixJob(name, steps, python, node, database))
    return jobs


def step_ranges(template: Template, size: int) -> list[str]:
    """Return ranges of so many steps that together are the whole path, base first."""
    everything = [BASE, *(name.split("-", 1)[0] for name in template.step_names)]
    parts = [everything[start : start + max(1, size)] for start in range(0, len(everything), max(1, size))]
    return [part[0] if len(part) == 1 else f"{part[0]}..{part[-1]}" for part in parts]


def _versions(template: Template) -> list[str]:
    kind = template.environment.kind
    floor = _FLOOR.search(template.tools.get(kind, ""))
    newest = NEWEST.get(kind, "")
    return list(dict.fromkeys([floor[1] if floor else newest, newest]))
