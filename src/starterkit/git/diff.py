"""What changed in a folder that lies somewhere in a repository."""

from __future__ import annotations

import os
from pathlib import Path

from starterkit.errors import UsageError
from starterkit.git.command import Git, git_failed


def changed_since(folder: Path, revision: str) -> list[str]:
    """Return the files of a folder that differ from a revision, untracked ones too, relative to the folder.

    Raises `UsageError` where the folder is in no repository, or the revision is unknown there.
    """
    git = Git(folder)
    if revision.startswith("-") or git.try_run("rev-parse", "-q", "--verify", f"{revision}^{{commit}}").code != 0:
        if git.try_run("rev-parse", "--git-dir").code != 0:
            raise UsageError(f"{folder} lies in no git repository, so nothing can be said about its changes.")
        raise UsageError(
            f'git knows no revision "{revision}" there.', "A shallow clone may lack it: `git fetch --unshallow`."
        )
    changed = git.try_run("diff", "--name-only", "-z", "--relative", "--no-renames", revision, "--", ".")
    untracked = git.try_run("ls-files", "-z", "--others", "--exclude-standard", "--", ".")
    for finished in (changed, untracked):
        if finished.code != 0:
            raise git_failed(finished)
    names = (os.fsdecode(name) for name in (changed.out + untracked.out).split(b"\0"))
    return sorted({name for name in names if name})
