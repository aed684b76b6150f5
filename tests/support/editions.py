"""A copy of starterkit in which another edition of a framework's path is installed."""

from __future__ import annotations

import shutil
from pathlib import Path

import starterkit
from tests.support.learners import TEMPLATES


def edition_of_tiny(folder: Path, edition: int, **renamed: str) -> Path:
    """Write the tiny template as another edition, and with other values for some keys of its path.yml."""
    shutil.copytree(TEMPLATES / "tiny", folder)
    file = folder / "path.yml"
    text = file.read_text("utf-8").replace("format: 1\n", f"format: 1\nedition: {edition}\n")
    for key, value in renamed.items():
        old = next(line for line in text.splitlines() if line.startswith(f"{key}: "))
        text = text.replace(old, f"{key}: {value}")
    file.write_text(text, "utf-8")
    return folder


def installed_with_edition(folder: Path, edition: int) -> dict[str, str]:
    """Install starterkit with this edition of the Flask path. Return the environment in which its commands run."""
    package = Path(starterkit.__file__).parent
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(package, folder / package.name, ignore=ignored)
    edition_of_tiny(folder / package.name / "templates" / "flask", edition, name="flask", title="Flask")
    return {"PYTHONPATH": str(folder)}
