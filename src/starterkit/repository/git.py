"""Calling the git command: one scrubbed environment, one set of flags, failures in words.

Nothing of the user's configuration may change what we write: no hooks, no signing, no external diff, no file system
monitor. What does count is what describes the user's files (autocrlf, attributes, filters, ignore rules), so the
configuration files themselves are read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from starterkit.errors import MissingError, StarterkitError
from starterkit.process import Finished, ProgramFailed, ProgramMissing, run, scrubbed_environment

# merge-tree --write-tree came with 2.38.
OLDEST_GIT = (2, 38)

_FLAGS = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.quotePath", "false"),
    ("core.safecrlf", "false"),
    ("core.splitIndex", "false"),  # the index must be one file, so that it can be swapped in one rename
    ("commit.gpgSign", "false"),
    ("diff.external", ""),
    ("gc.auto", "0"),
    ("merge.conflictStyle", "merge"),
    ("merge.renames", "true"),
    ("merge.renameLimit", "7000"),
    ("merge.renormalize", "false"),
    ("merge.default", "text"),
    ("merge.directoryRenames", "false"),  # a learner's moved folder must not pull the path's new files along
    ("init.templateDir", ""),
)

_NO_ROOM = ("No space left on device", "Out of diskspace", "Disk quota exceeded", "File too large")
_NOT_WRITABLE = ("Permission denied", "Read-only file system", "insufficient permission", "unable to create")

# What points git elsewhere or changes how it reads arguments; identity, SSH and TLS settings stay.
_FOREIGN_VARIABLES = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INDEX_VERSION",
    "GIT_COMMON_DIR",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_EXTERNAL_DIFF",
    "GIT_DIFF_OPTS",
    "GIT_*_PATHSPECS",
    "GIT_DEFAULT_HASH",
    "GIT_AUTHOR_DATE",
    "GIT_COMMITTER_DATE",
    "GIT_TRACE*",
    "GIT_TEMPLATE_DIR",
    "GIT_ATTR_SOURCE",
)


@dataclass(frozen=True)
class Git:
    """Runs git in one folder, optionally with another index or work tree than the repository's own."""

    folder: Path
    extra_environment: dict[str, str] = field(default_factory=dict)

    def with_index(self, index: Path, work_tree: Path | None = None, git_dir: Path | None = None) -> Git:
        """Return a Git that uses this index file (and work tree) instead of the repository's own."""
        extra = {**self.extra_environment, "GIT_INDEX_FILE": str(index)}
        if work_tree is not None:
            extra["GIT_WORK_TREE"] = str(work_tree)
        if git_dir is not None:
            extra["GIT_DIR"] = str(git_dir)
        return Git(work_tree or self.folder, extra)

    def try_run(self, *args: str, input: bytes | None = None, timeout: float = 120.0) -> Finished:
        """Run a git command and return how it ended; the exit code is the caller's to judge."""
        try:
            return run(self.command(*args), cwd=self.folder, env=self.environment(), input=input, timeout=timeout)
        except ProgramMissing as missing:
            if not self.folder.is_dir():
                raise
            raise git_missing() from missing

    def run(self, *args: str, input: bytes | None = None, timeout: float = 120.0) -> bytes:
        """Run a git command and return its output. Raises `ProgramFailed` when it fails."""
        finished = self.try_run(*args, input=input, timeout=timeout)
        if finished.code != 0:
            raise git_failed(finished)
        return finished.out

    def line(self, *args: str) -> str:
        """Return the one line that a git command prints, without its end."""
        return os.fsdecode(self.run(*args)).rstrip("\n")

    def command(self, *args: str) -> list[str]:
        """Return the argument list that runs git with our flags."""
        flags = [word for name, value in _FLAGS for word in ("-c", f"{name}={value}")]
        return ["git", *flags, *args]

    def environment(self) -> dict[str, str]:
        """Return the environment that git runs in."""
        return scrubbed_environment(
            _FOREIGN_VARIABLES,
            GIT_TERMINAL_PROMPT="0",
            GIT_LITERAL_PATHSPECS="1",
            GIT_OPTIONAL_LOCKS="0",
            GIT_MERGE_AUTOEDIT="no",
            LC_ALL="C",
            **self.extra_environment,
        )


def git_missing() -> MissingError:
    """Return the error for a machine without git."""
    return MissingError(
        "git is not on this machine, and starterkit keeps your work in git.",
        "Install it (Debian, Ubuntu: `sudo apt install git`; macOS: `xcode-select --install`; Windows: git-scm.com).",
    )


def git_failed(finished: Finished) -> StarterkitError:
    """Return the error for a git command that failed, in our words where the reason is a known one."""
    text = finished.text_err
    if any(words in text for words in _NO_ROOM):
        return MissingError("There is no room left on the disk.", "Make room, then type the command again.")
    fix = ""
    if "index.lock" in text:
        fix = "Another git command is at work in this project. When none is, delete the file that is named above."
    elif "dubious ownership" in text:
        fix = "The folder belongs to another user. git itself says above how to allow it."
    elif any(words in text for words in _NOT_WRITABLE):
        fix = "Make the folder writable for you."
    words = finished.args
    without_flags = words[:1] + words[1 + 2 * len(_FLAGS) :]
    return ProgramFailed(replace(finished, args=without_flags), fix)


def version_of(text: str) -> tuple[int, ...]:
    """Return the numbers of `git version 2.39.5 (Apple Git-154)` as (2, 39, 5)."""
    words = text.split()
    digits = words[2].split(".") if len(words) > 2 else []
    return tuple(int(part) for part in digits if part.isdigit())
