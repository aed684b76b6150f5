"""Run git commands with a cleaned environment and fixed settings.

The user's settings must not change the objects that starterkit writes. So hooks, signatures, external diff programs and
file system monitors are switched off. Settings for the user's files still apply (autocrlf, attributes, filters, ignore
rules), because git still reads the user's configuration files.
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

OLDEST_GIT = (2, 38)  # the first version with `merge-tree --write-tree`
OLDEST_GIT_WORDS = ".".join(map(str, OLDEST_GIT))

_FLAGS = (
    ("core.hooksPath", os.devnull),
    ("core.fsmonitor", "false"),
    ("core.quotePath", "false"),
    ("core.safecrlf", "false"),
    ("core.splitIndex", "false"),  # the index must be a single file, so that one rename can replace it
    ("commit.gpgSign", "false"),
    ("diff.external", ""),
    ("gc.auto", "0"),
    ("merge.conflictStyle", "merge"),
    ("merge.renames", "true"),
    ("merge.renameLimit", "7000"),
    ("merge.renormalize", "false"),
    ("merge.default", "text"),
    ("merge.directoryRenames", "false"),  # if the learner moves a folder, the path's new files must stay where they are
    ("init.templateDir", ""),
)

_NO_ROOM = ("No space left on device", "Out of diskspace", "Disk quota exceeded", "File too large")
_NOT_WRITABLE = ("Permission denied", "Read-only file system", "insufficient permission", "unable to create")
_LOST_OBJECT = r"bad object|unable to read|object file|loose object|appears to be broken|inflate|Can't load tree"

# git never gets these variables, because they redirect it to other files or change its configuration. Variables for
# identity, SSH and TLS are kept. `_permitted_settings` adds the harmless settings of GIT_CONFIG_* again.
_FOREIGN_VARIABLES = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_*",
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

# Settings in environment variables that git still gets: identity, network and trusted folders. They don't change the
# files that git writes.
_PERMITTED = re.compile(r"safe\.directory|user\.(name|email)|http\..*|credential\..*|url\..*\.insteadof")

# macOS prints this instead of running git if the command line tools are missing.
_XCODE_ERROR = re.compile(r"^(xcrun|xcode-select): ", re.MULTILINE)
INSTALL_GIT = (
    "Install git (Debian, Ubuntu: `sudo apt install git`. macOS: `xcode-select --install`. Windows: git-scm.com)."
)
INSTALL_NEWER_GIT = (
    "Install a newer git (Ubuntu: `sudo add-apt-repository ppa:git-core/ppa`, then `sudo apt install git`. "
    "macOS: `brew install git`. Elsewhere: git-scm.com)."
)


@dataclass(frozen=True)
class Git:
    """Runs git commands in one folder, with starterkit's settings.

    `extra_environment` has more variables, for example GIT_INDEX_FILE for another index.
    """

    folder: Path
    extra_environment: dict[str, str] = field(default_factory=dict)

    def with_index(self, index: Path, work_tree: Path | None = None, git_dir: Path | None = None) -> Git:
        """Return a `Git` with another index file, and optionally another work tree and git directory."""
        paths = {"GIT_INDEX_FILE": index, "GIT_WORK_TREE": work_tree, "GIT_DIR": git_dir}
        extra = {name: str(path) for name, path in paths.items() if path is not None}
        return Git(work_tree or self.folder, {**self.extra_environment, **extra})

    def try_run(self, *args: str, input: bytes | None = None, timeout: float = 120.0) -> Completed:
        """Run a git command and return its result, even if git failed. `timeout` is in seconds.

        Raises `TimeLimitReached`, and `EnvironmentProblem` if git is missing or too old.
        """
        return run(self.command(*args), cwd=self.folder, env=self.environment(), input=input, timeout=timeout)

    def run(self, *args: str, input: bytes | None = None, timeout: float = 120.0) -> bytes:
        """Run a git command and return its output. Raises `ProgramFailed` or `EnvironmentProblem` if it fails."""
        finished = self.try_run(*args, input=input, timeout=timeout)
        if finished.code != 0:
            raise git_failed(finished)
        return finished.out

    def line(self, *args: str) -> str:
        """Return the only line that a git command prints, without the line break."""
        return os.fsdecode(self.run(*args)).rstrip("\n")

    def refs(self, *names: str) -> dict[str, str]:
        """Return the object ids of refs, by full name. Refs that don't exist are left out.

        An item of `names` is a ref or a folder of refs, such as `refs/heads`.
        """
        lines = self.run("for-each-ref", "--format=%(refname) %(objectname)", *names).decode().splitlines()
        return dict(line.split(" ", 1) for line in lines)

    def command(self, *args: str) -> list[str]:
        """Return the whole command line of a git command, with starterkit's settings. Raises `EnvironmentProblem`."""
        require_git()
        flags = [part for name, value in _FLAGS for part in ("-c", f"{name}={value}")]
        return ["git", *flags, *args]

    def environment(self) -> dict[str, str]:
        """Return the environment variables for git.

        They are the process's variables without harmful ones. Prompts are switched off.
        """
        return scrubbed_environment(
            _FOREIGN_VARIABLES,
            GIT_TERMINAL_PROMPT="0",
            GIT_LITERAL_PATHSPECS="1",
            GIT_OPTIONAL_LOCKS="0",
            GIT_MERGE_AUTOEDIT="no",
            LC_ALL="C",
            **_permitted_settings(),
            **self.extra_environment,
        )


def require_git() -> None:
    """Raise `EnvironmentProblem` if git is missing, cannot run, or is too old."""
    _require_git_on(os.environ.get("PATH", ""))


@lru_cache  # starting git takes time, so its version is checked only once for each PATH
def _require_git_on(_path: str) -> None:
    version = git_version()
    if tuple(map(int, version.split(".")[:2])) < OLDEST_GIT:
        raise EnvironmentProblem(
            f"git {version} is too old: starterkit needs git {OLDEST_GIT_WORDS} or newer.",
            INSTALL_NEWER_GIT,
        )


def git_version() -> str:
    """Return the version of git, such as 2.39.5. Raises `EnvironmentProblem` if git is missing or cannot run."""
    try:
        finished = run(["git", "--version"], env=scrubbed_environment(_FOREIGN_VARIABLES, LC_ALL="C"), timeout=30)
    except ProgramMissing as missing:
        cause = missing.__cause__
        if isinstance(cause, FileNotFoundError) and shutil.which("git") is None:
            raise EnvironmentProblem(
                "git is not installed. starterkit needs git to save your work.", INSTALL_GIT
            ) from cause
        reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else missing.message
        raise _broken_git(f"It cannot be started: {reason}.") from missing
    except TimeLimitReached as hanging:
        raise _broken_git(hanging.message) from hanging
    version = re.search(r"^git version (\d+\.\d+(?:\.\d+)*)", finished.text_out, re.MULTILINE)
    if finished.code != 0 or version is None:
        output = (finished.text_err.strip() or finished.text_out.strip())[:2000]
        message = f"It says:\n{output}" if output else "It says nothing."
        raise _broken_git(f"`git --version` ended with exit code {finished.code}. {message}")
    return version[1]


def _broken_git(reason: str) -> EnvironmentProblem:
    if _XCODE_ERROR.search(reason):
        fix = "Install Apple's command line tools, which include git: `xcode-select --install`."
    else:
        fix = f"Repair git until `git --version` works in this terminal, or install git again. {INSTALL_GIT}"
    program = shutil.which("git")
    return EnvironmentProblem(f"git doesn't work here{f' ({program})' if program else ''}. {reason}", fix)


def git_failed(finished: Completed) -> StarterkitError:
    """Return the error for a failed git command. For known causes, the error says how to fix them."""
    text = finished.text_err
    if any(pattern in text for pattern in _NO_ROOM):
        return EnvironmentProblem("The disk is full.", "Free some space, then run the command again.")
    if _XCODE_ERROR.search(text):
        return _broken_git(f"It says:\n{text.strip()}")
    fix = "This message is from git. `starterkit doctor` checks git and the project."
    if "index.lock" in text:
        fix = "Another git command is running in this project. If none is running, delete the lock file."
    elif "dubious ownership" in text:
        fix = "The folder belongs to another user. git's message shows how to allow it."
    elif any(pattern in text for pattern in _NOT_WRITABLE):
        fix = "Make the folder writable."
    elif "index file" in text:
        fix = "git's index is damaged. Delete the file .git/index, then run `git reset`. Your files don't change."
    elif "fsck" in finished.args or re.search(_LOST_OBJECT, text):
        fix = (
            "Some files in .git are missing or damaged. To list them, type `git fsck`. Get a clone or a backup of the "
            "repository, and copy your files into it."
        )
    without_flags = finished.args[:1] + finished.args[1 + 2 * len(_FLAGS) :]
    return ProgramFailed(replace(finished, args=without_flags), fix)


def _permitted_settings() -> dict[str, str]:
    passed = [(key, value) for key, value in _environment_settings() if _PERMITTED.fullmatch(key.lower())]
    variables = {"GIT_CONFIG_COUNT": str(len(passed))}
    for number, (key, value) in enumerate(passed):
        variables |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return variables if passed else {}


def _environment_settings() -> Iterator[tuple[str, str]]:
    """Yield the keys and values of git settings in environment variables, in git's order."""
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    for number in range(int(count)) if count.isdecimal() else ():
        key = os.environ.get(f"GIT_CONFIG_KEY_{number}")
        if key is None:
            break
        yield key, os.environ.get(f"GIT_CONFIG_VALUE_{number}", "")
    try:
        settings = shlex.split(os.environ.get("GIT_CONFIG_PARAMETERS", ""))
    except ValueError:  # git rejects this value too
        return
    for setting in settings:
        key, _, value = setting.partition("=")
        yield key, value
