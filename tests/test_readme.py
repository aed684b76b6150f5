"""The README says what is so: its transcript is run, its links lead somewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
ELISION = "[...]"


def transcript() -> list[tuple[str, str]]:
    """The commands of the README's transcript, each with what it is said to print."""
    block = re.search(r"```console\n(.*?)```", README, re.DOTALL)
    assert block
    parts = re.split(r"^\$ (.*)\n", block[1], flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def run(command: str, cwd: Path) -> str:
    """What a command of the transcript prints; `starterkit` is this checkout's."""
    words = [sys.executable, "-m", *command.split()]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, timeout=240, check=False)
    shown = re.sub(rf"{re.escape(sys.executable)} -m starterkit|\S*/starterkit\b", "starterkit", done.stdout)
    return normal(shown)


def normal(text: str) -> str:
    """A text without what differs from run to run: seconds, and spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in re.sub(r"\([\d.]+ s\)", "(N s)", text).strip().splitlines())


@pytest.mark.slow
def test_the_transcript_is_what_happens(tmp_path: Path) -> None:
    new = [sys.executable, "-m", "starterkit", "new", "site", "--framework", "flask", "--defaults"]
    subprocess.run(new, cwd=tmp_path, check=True, capture_output=True, timeout=240, env={**os.environ, "COLUMNS": "80"})

    for command, said in transcript():
        shown = run(command, tmp_path / "site")
        pattern = ".*".join(re.escape(part) for part in normal(said).split(ELISION))
        assert re.fullmatch(pattern, shown, re.DOTALL), f"{command} printed:\n{shown}"


def test_every_link_inside_the_repository_leads_somewhere() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", README):
        assert (ROOT / target).exists(), target
