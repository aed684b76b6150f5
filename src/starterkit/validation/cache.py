"""What earlier validations found, kept by content: a result is given again while all that it hangs on is the same."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from starterkit.errors import StarterkitError
from starterkit.git.objects import digest
from starterkit.process import run
from starterkit.validation.model import Finding, Rule, RuleResult

_FORMAT = 1
# Parts of starterkit that have no say in a result; all others count into its key, so that a checkout that is being
# worked on never answers from the cache of older code.
_NO_SAY = ("cli", "__pycache__")
_PROGRAMS = {"node": "node"}


class ResultCache:
    """Results in small files, one for each key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "validation"

    def get(self, key: str) -> RuleResult | None:
        """Return the result that was kept under a key, marked as cached."""
        try:
            kept = json.loads((self._folder / key[:2] / f"{key}.json").read_bytes())
            return _result(kept) if kept["format"] == _FORMAT else None
        except (OSError, ValueError, KeyError, TypeError):
            return None  # not there, or not ours: it is found out again

    def put(self, key: str, result: RuleResult) -> None:
        """Keep a result; a folder that cannot be written to is no reason to fail."""
        folder = self._folder / key[:2]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle, draft = tempfile.mkstemp(dir=folder)
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                json.dump({"format": _FORMAT, **asdict(result)}, stream)
            Path(draft).replace(folder / f"{key}.json")
        except OSError:
            return


def _result(kept: dict[str, Any]) -> RuleResult:
    findings = tuple(Finding(**{**one, "rule": Rule(one["rule"])}) for one in kept["findings"])
    plain = {name: value for name, value in kept.items() if name != "format"}
    more = {"rule": Rule(kept["rule"]), "findings": findings, "notes": tuple(kept["notes"])}
    return replace(RuleResult(**{**plain, **more}), cached=True)


@cache
def tool_versions() -> str:
    """Return a digest of the programs that a result hangs on, our own code among them."""
    from importlib.metadata import PackageNotFoundError, version

    package = Path(__file__).resolve().parents[1]
    code = {
        str(file.relative_to(package)): file.read_bytes()
        for file in sorted(package.rglob("*.py"))
        if not set(_NO_SAY) & set(file.relative_to(package).parts) and "templates" not in file.parts
    }
    versions = {}
    for name in ("copier", "jinja2", "uv", "ruff"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = ""
    return digest(sys.version, sys.platform, versions, *(item for pair in code.items() for item in pair))


@cache
def runtime_version(kind: str) -> str:
    """Return the version of what runs projects of this kind, where that is not the Python that we run on."""
    program = _PROGRAMS.get(kind)
    try:
        return run([program, "--version"], timeout=10).text_out.strip() if program else ""
    except StarterkitError:
        return ""  # where it is missing, another one is made for the project
