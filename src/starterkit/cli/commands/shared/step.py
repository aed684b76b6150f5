"""A step as JSON."""

from __future__ import annotations

from typing import Any

from starterkit.template.model import Step


def step_as_json(step: Step) -> dict[str, Any]:
    """Return what is known of a step from outside."""
    return {
        "name": step.name,
        "number": step.number,
        "title": step.title,
        "summary": step.summary,
        "minutes": step.minutes,
        "tests": len(step.tests),
        "guards": len(step.guards),
        "resets_data": step.resets_data,
    }
