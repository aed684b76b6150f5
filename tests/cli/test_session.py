"""What every command prints about the project before its own answer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from starterkit.git.repository import Head
from starterkit.project.journal import Plan
from tests.support.commands import starterkit
from tests.support.workshops import git

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("branch", "says"),
    [
        ("main", "starterkit has now finished the command."),
        ("idea", "starterkit undid the command, because you are on another branch now."),
    ],
)
def test_an_interrupted_command_is_finished_or_undone_and_named(site: Path, branch: str, says: str) -> None:
    head = Head("refs/heads/main", git("rev-parse", "HEAD", cwd=site).strip())
    plan = Plan("next", {}, head, head, head.commit, index=False)
    if branch != "main":
        git("switch", "-q", "-c", branch, cwd=site)
    (site / ".git/starterkit/journal.json").write_text(json.dumps(vars(plan)))

    ran = starterkit("status", cwd=site)

    assert " ".join(ran.err.split()).endswith(f" next` was interrupted. {says}")
    assert starterkit("status", cwd=site).err == ""
