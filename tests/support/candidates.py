"""The frameworks that `choose` is tried with: those that come with starterkit, and stand-ins that stay as they are."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starterkit.choosing.scoring import Scores
from starterkit.template.bundled import bundled_folder, templates_in
from starterkit.template.model import Template

STAND_INS = Path(__file__).parents[1] / "choosing/frameworks"
FOUR = ("django", "express", "fastapi", "flask")
# As arguments of `choose`: the stand-ins, so that what is shown does not change with a template's words.
TAKE_PART = tuple(word for folder in sorted(STAND_INS.iterdir()) for word in ("--template", str(folder)))


def the_four() -> list[Template]:
    """Return the four frameworks, each as its own template says where that comes with starterkit, else its stand-in."""
    return templates_in(STAND_INS, bundled_folder())


@cache
def reckoning() -> Scores:
    """Return the reckoning with the four."""
    return Scores(the_four())
