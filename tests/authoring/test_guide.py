"""docs/authoring.md is tried literally, and explains every key of path.yml and step.yml."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from starterkit.cli.app import COMMANDS
from starterkit.template.schemas import SCHEMAS, schema_text
from tests.support.commands import PROGRAM

pytestmark = pytest.mark.slow

GUIDE = (Path(__file__).parents[2] / "docs/authoring.md").read_text("utf-8")
FENCE = re.compile(r"^(`{3,})(\w*)(?: title=\"([^\"]+)\")?\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


def keys(schema: Any, prefix: str = "") -> Iterator[str]:
    """Yield the keys that a schema knows, as the guide writes them."""
    for name, entry in schema.get("properties", {}).items():
        key = f"{prefix}{name}"
        yield key
        inner = entry.get("additionalProperties")
        every = inner if isinstance(inner, dict) else {}
        yield from keys(entry, f"{key}.")
        yield from keys(entry.get("items", {}), f"{key}[].")
        for below in (every, *every.get("anyOf", [])):
            yield from keys(below, f"{key}.{'TEST' if name == 'hints' else 'NAME'}.")


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_key_is_explained_and_no_other(name: str) -> None:
    start = GUIDE.index(f"\n## {name}.yml\n")
    section = GUIDE[start : GUIDE.index("\n## ", start + 1)]

    explained = re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE)

    assert explained == list(keys(json.loads(schema_text(name))))


def test_every_command_is_named() -> None:
    for entry in COMMANDS:
        in_validation_guide = entry.name in ("template validate", "template matrix")
        if entry.name.startswith("template ") and not in_validation_guide:
            assert f"`starterkit {entry.name} " in GUIDE, entry.name


@pytest.mark.slow
@pytest.mark.nightly
def test_the_guide_works_as_it_stands(tmp_path: Path) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    script = programs / "starterkit"
    script.write_text(f'#!/bin/sh\nexec {" ".join(PROGRAM)} "$@"\n')
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    variables = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    place = tmp_path / "empty"
    place.mkdir()
    for _, language, title, text in FENCE.findall(GUIDE):
        if title:
            (place / title).parent.mkdir(parents=True, exist_ok=True)
            (place / title).write_text(text, "utf-8")
        if language != "console":
            continue
        for line in text.splitlines():
            assert line.startswith("$ ")
            done = subprocess.run(
                ["sh", "-e", "-c", f"{line[2:]}\npwd"],
                cwd=place,
                env=variables,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
            place = Path(done.stdout.splitlines()[-1])
            if "template save" in line:
                assert "1 changed" in done.stdout
            if "template validate" in line:
                assert "No problems found" in done.stdout
    assert GUIDE.index("$ starterkit template save") < GUIDE.rindex("$ starterkit template validate")
