"""The rule plain-copier: `copier copy` alone gives the same base project as starterkit."""

from __future__ import annotations

import sys

from starterkit.git.objects import File
from starterkit.git.worktree import write_files
from starterkit.process import PYTHON_VARIABLES, run, scrubbed_environment
from starterkit.project.layers import read_folder
from starterkit.template.model import BASE
from starterkit.validation.model import Finding
from starterkit.validation.workspace import RuleContext

_COPIER_SECONDS = 120.0


def plain_copier(work: RuleContext) -> list[Finding]:
    """Check that `copier copy` alone creates the same base project as starterkit."""
    ours = work.files(BASE)
    folder = work.workspace.new_folder()
    template, copy = folder / "template", folder / "copy"
    # Copy without caches, and without the git repository, in which Copier would look for tags.
    write_files(template, read_folder(work.subject.folder))
    copier = [sys.executable, "-W", "ignore", "-m", "copier", "copy", "--defaults", "--quiet"]
    environment = scrubbed_environment(PYTHON_VARIABLES)
    with work.workspace.slots.slot():  # in a subprocess, because rendering changes the current folder of its process
        finished = run([*copier, str(template), str(copy)], cwd=folder, env=environment, timeout=_COPIER_SECONDS)
    by_hand = f"copier copy --defaults {work.subject.name} /tmp/copy"
    if finished.code != 0:
        lines = finished.text_err.strip().splitlines() or ["it printed nothing"]
        return [work.finding(f"plain `copier copy` fails: {lines[-1]}", "copier.yml", by_hand=by_hand)]
    copied = read_folder(copy)
    return [
        work.finding(
            f"{path} {_difference(ours.get(path), copied.get(path))}", work.subject.where(BASE, path), by_hand=by_hand
        )
        for path in sorted({*copied, *ours})
        if copied.get(path) != ours.get(path)
    ]


def _difference(ours: File | None, copied: File | None) -> str:
    if copied is None:
        return "is missing after plain `copier copy`"
    if ours is None:
        return "is created only by plain `copier copy`"
    if ours.data == copied.data:
        return "is executable in only one of the two projects"
    return "differs after plain `copier copy`"
