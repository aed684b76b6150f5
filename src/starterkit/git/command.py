"""Calling the git command: one scrubbed environment, one set of flags, failures in words.

Nothing of the user's configuration may change what we write: no hooks, no signing, no external diff, no file system
monitor. What does count is what describes the user's files (autocrlf, attributes, filters, ignore rules), so the
configuration files themselves are read.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from starterkit.errors import EnvironmentProblem, StarterkitError
from starterkit.process import Completed, ProgramFailed, ProgramMissing, TimeLimitReached, run, scrubbed_environment

# merge-tree --write-tree came with 2.38.
OLDEST_GIT = (2, 38)
OLDEST_GIT_WORDS = ".".join(map(str, OLDEST_GIT))

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
_LOST = r"bad object|unable to read|object file|loose object|appears to be broken|inflate|Can't load tree"

# What points git elsewhere or changes how it reads arguments; identity, SSH and TLS settings stay.
# Of the configuration in variables, `_passed_configuration` keeps what `_PASSED` names.
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
    "GIT_CONFIG_KEY_*",
    "GIT_CONFIG_VALUE_*",
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


# Configuration that describes the user, the network, or whose folders to trust. Nothing of it changes what is written.
_PASSED = re.compile(r"safe\.directory|user\.(name|email)|http\..*|credential\..*|url\..*\.insteadof")

# What macOS says in the place of git, if its command line tools are missing.
_APPLES = re.compile(r"^(xcrun|xcode-select): ", re.MULTILINE)
INSTALL_GIT = (
    "Install git (Debian, Ubuntu: `sudo apt install git`. macOS: `xcode-select --install`. Windows: git-scm.com)."
)
INSTALL_NEWER_GIT = (
    "Install a newer git (Ubuntu: `sudo add-apt-repository ppa:git-core/ppa`, then `sudo apt install git`. "
    "macOS: `brew install git`. Elsewhere: git-scm.com)."
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

    def try_run(self, *args: str, input: bytes | None = None, timeout: float = 120.0) -> Completed:
        """Run a git command and return how it ended; the exit code is the caller's to judge."""
        return run(self.command(*args), cwd=self.folder, env=self.environment(), input=input, timeout=timeout)

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
        require_git()
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
            **_passed_configuration(),
            **self.extra_environment,
        )


def require_git() -> None:
    """Raise `EnvironmentProblem` when git is missing, cannot run, or is too old."""
    _require_git_on(os.environ.get("PATH", ""))


@lru_cache  # git is asked once for each PATH
def _require_git_on(_path: str) -> None:
    version = git_version()
    if tuple(map(int, version.split(".")[:2])) < OLDEST_GIT:
        raise EnvironmentProblem(
            f"git {version} is too old: starterkit needs git {OLDEST_GIT_WORDS} or newer.",
            INSTALL_NEWER_GIT,
        )


def git_version() -> str:
    """Return the version of git, such as 2.39.5. Raises `EnvironmentProblem` when git is missing or cannot run."""
    try:
        finished = run(["git", "--version"], env=scrubbed_environment(_FOREIGN_VARIABLES, LC_ALL="C"), timeout=30)
    except ProgramMissing as missing:
        cause = missing.__cause__
        if isinstance(cause, FileNotFoundError) and shutil.which("git") is None:
            raise EnvironmentProblem(
                "git isn't on this machine. starterkit keeps your work in git.", INSTALL_GIT
            ) from cause
        words = cause.strerror if isinstance(cause, OSError) and cause.strerror else missing.message
        raise _broken(f"It cannot be started: {words}.") from missing
    except TimeLimitReached as hanging:
        raise _broken(hanging.message) from hanging
    version = re.search(r"^git version (\d+\.\d+(?:\.\d+)*)", finished.text_out, re.MULTILINE)
    if finished.code != 0 or version is None:
        words = (finished.text_err.strip() or finished.text_out.strip())[:2000]
        said = f"It says:\n{words}" if words else "It says nothing."
        raise _broken(f"`git --version` ended with exit code {finished.code}. {said}")
    return version[1]


def _broken(words: str) -> EnvironmentProblem:
    """Return the error for a git that is here and doesn't work, with its own words."""
    if _APPLES.search(words):
        fix = "Install Apple's command line tools, which bring git: `xcode-select --install`."
    else:
        fix = f"Repair git, so that `git --version` works in this terminal, or install it again. {INSTALL_GIT}"
    found = shutil.which("git")
    return EnvironmentProblem(f"git doesn't work here{f' ({found})' if found else ''}. {words}", fix)


def git_failed(finished: Completed) -> StarterkitError:
    """Return the error for a git command that failed, in our words if the reason is known."""
    text = finished.text_err
    if any(words in text for words in _NO_ROOM):
        return EnvironmentProblem("There is no room left on the disk.", "Make room, then type the command again.")
    if _APPLES.search(text):
        return _broken(f"It says:\n{text.strip()}")
    fix = "These are git's own words. `starterkit doctor` checks git and the project."
    if "index.lock" in text:
        fix = "Another git command is at work in this project. When none is, delete the file that is named above."
    elif "dubious ownership" in text:
        fix = "The folder belongs to another user. git itself says above how to allow it."
    elif any(words in text for words in _NOT_WRITABLE):
        fix = "Make the folder writable for you."
    elif "index file" in text:
        fix = "git's index is damaged. Delete the file .git/index, then type `git reset`. Your files stay as they are."
    elif "fsck" in finished.args or re.search(_LOST, text):
        fix = (
            "A part of .git is lost or damaged, and `git fsck` lists it. Get a clone or a backup of the repository, "
            "and copy your files into it."
        )
    words = finished.args
    without_flags = words[:1] + words[1 + 2 * len(_FLAGS) :]
    return ProgramFailed(replace(finished, args=without_flags), fix)


def _passed_configuration() -> dict[str, str]:
    """Return the variables for configuration from the environment that must count here as it does in git."""
    passed = [(key, value) for key, value in _given_configuration() if _PASSED.fullmatch(key.lower())]
    variables = {"GIT_CONFIG_COUNT": str(len(passed))}
    for number, (key, value) in enumerate(passed):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables if passed else {}


def _given_configuration() -> Iterator[tuple[str, str]]:
    """Yield the configuration that this process was given by variables, in the order in which git reads it."""
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    for number in range(int(count)) if count.isdecimal() else ():
        key = os.environ.get(f"GIT_CONFIG_KEY_{number}")
        if key is None:
            break
        yield key, os.environ.get(f"GIT_CONFIG_VALUE_{number}", "")
    try:
        words = shlex.split(os.environ.get("GIT_CONFIG_PARAMETERS", ""))
    except ValueError:  # git, too, rejects it
        return
    for word in words:
        key, _, value = word.partition("=")
        yield key, value
