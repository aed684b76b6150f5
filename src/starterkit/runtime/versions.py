"""Comparing versions with what is wanted of them."""

from __future__ import annotations

import re

_COMPARISON = re.compile(r"\s*(>=|<=|==|>|<)\s*(\d+(?:\.\d+)*)\s*")


def fits(version: str, wanted: str) -> bool:
    """Tell whether a version is one of those that `wanted` names, as in ">=20.12,<25"."""
    have = _numbers(version)
    for comparison in _COMPARISON.findall(wanted):
        sign, number = comparison
        want = _numbers(number)
        relation = (have > want) - (have < want)
        if relation not in {">=": (0, 1), "<=": (-1, 0), "==": (0,), ">": (1,), "<": (-1,)}[sign]:
            return False
    return True


def _numbers(version: str) -> tuple[int, int, int, int]:
    numbers = [int(word) for word in version.split(".")[:4]]
    padded = (*numbers, 0, 0, 0, 0)
    return padded[0], padded[1], padded[2], padded[3]
