"""Load the JSON Schemas of path.yml and step.yml, which editors use."""

from __future__ import annotations

from importlib.resources import files

SCHEMAS = ("path", "step")


def schema_text(name: str) -> str:
    """Return the JSON Schema of path.yml (`path`) or of a step.yml (`step`)."""
    return files(__name__).joinpath(f"{name}.json").read_text("utf-8")
