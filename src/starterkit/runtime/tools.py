"""Which tools a machine has and which a template needs, for `doctor`."""

from __future__ import annotations

import re
import shutil
import sys
from dataclasses import dataclass

from starterkit.errors import StarterkitError
from starterkit.process import run
from starterkit.runtime.uv import uv_binary
from starterkit.template import Template

_ALWAYS = {"git": ">=2.38", "python": ">=3.11", "uv": ">=0.5"}
_MENDS = {
    "git": "Install git from your system's packages or from git-scm.com.",
    "python": "Install a newer Python, then install starterkit again with it.",
    "uv": "Install starterkit again: uv comes with it.",
    "node": "Install Node from your system's packages or from nodejs.org.",
}
_COMPARISON = re.compile(r"\s*(>=|<=|==|>|<)\s*(\d+(?:\.\d+)*)\s*")


@dataclass(frozen=True)
class ToolReport:
    """One tool: where and in which version it is here ("" where it is not), what is wanted, and how to mend it."""

    name: str
    found: str
    version: str
    wanted: str
    ok: bool
    mend: str


def report_tools(template: Template | None) -> list[ToolReport]:
    """Return a report of each tool that starterkit or the template (where one is given) needs."""
    wanted = {**_ALWAYS, **(template.tools if template else {})}
    return [_report(name, wish) for name, wish in wanted.items()]


def _report(name: str, wanted: str) -> ToolReport:
    found, version = _found(name)
    ok = bool(version) and fits(version, wanted)
    return ToolReport(name, found, version, wanted, ok, "" if ok else _MENDS.get(name, f"Install {name} {wanted}."))


def _found(name: str) -> tuple[str, str]:
    if name == "python":
        return sys.executable, ".".join(map(str, sys.version_info[:3]))
    try:
        path = str(uv_binary()) if name == "uv" else shutil.which(name) or ""
        text = run([path, "--version"], timeout=10).text_out if path else ""
    except StarterkitError:
        return "", ""
    version = re.search(r"\d+(?:\.\d+)+", text)
    return path, version[0] if version else ""


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
