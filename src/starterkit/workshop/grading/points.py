"""Points of autograding tests that were imported: each counts whole where all tests that it stands for are green."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starterkit.workshop.grading.model import Grade


def points(imported: Mapping[str, Any], grade: Grade) -> dict[str, str]:
    """Return `points`, and `points_of` for all that can be had; empty where no imported test stands for tests here."""
    tests = imported.get("tests")
    counted = [one for one in tests if isinstance(one, dict) and one.get("tests")] if isinstance(tests, list) else []
    if not counted:
        return {}
    green = {one.test for one in grade.results if one.is_green and grade.is_honest}
    had = sum(_points(one) for one in counted if green.issuperset(one["tests"]))
    return {"points": f"{had:g}", "points_of": f"{sum(map(_points, counted)):g}"}


def _points(test: Mapping[str, Any]) -> float:
    try:
        return float(test.get("points", 0))
    except (TypeError, ValueError):  # edited by hand
        return 0.0
