"""Fetch from and push to remote repositories, without prompts, hooks or submodules.

URLs such as `ext::…`, which make git run a program, are forbidden. A failure isn't raised: the result has its reason in
one line.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from starterkit.errors import StarterkitError
from starterkit.git.bare import BareRepository
from starterkit.git.clone import without_secret
from starterkit.git.command import Git
from starterkit.process import TimeLimitReached
from starterkit.sanitize import strip_control, truncate

_SAFE = ("-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false", "-c", "core.askPass=")
# By default, git doesn't serve another user's folder. The user has named this folder as a remote, so it is allowed
# here. The folder's own settings must not make git fetch from a third repository.
_LOCAL_SERVER = "--upload-pack=GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL=none git -c 'safe.directory=*' upload-pack"
_PUSH = ("push", "--porcelain", "--no-verify", "--recurse-submodules=no")
_SSH = "-oBatchMode=yes -oConnectTimeout=15"
_REASONS = (
    ("Could not resolve host", "no such host, or no network"),
    ("Name or service not known", "no such host, or no network"),
    ("Permission denied (publickey", "the server accepts none of your ssh keys"),
    ("Host key verification failed", "the server's key is not known yet. Connect to the server once with ssh"),
    ("could not read Username", "the server asks for a user name and a password"),
    ("could not read Password", "the server asks for a password"),
    ("Authentication failed", "the server rejects your user name and password"),
    ("Connection refused", "no server responds there"),
    ("Connection timed out", "no server responds there"),
    ("dubious ownership", "the folder belongs to another user"),
    ("does not appear to be a git repository", "there is no repository"),
    ("epository not found", "there is no repository"),
    ("' not found", "there is no repository"),
    ("Permission denied", "you have no permission to read or write there"),
    ("No space left on device", "the disk is full"),
)
_ERRORS = ("fatal:", "error:", "remote: error", "remote: fatal")


@dataclass(frozen=True)
class RemoteResult:
    """The result of a fetch or push.

    `reached` is True if it succeeded. `why` is the reason for a failure, or a warning, in one line. `refused` is True
    if the remote rejected the push.
    """

    reached: bool
    why: str = ""
    refused: bool = False


def fetch_heads(repository: BareRepository, remote: str, into: str, *, is_folder: bool, seconds: float) -> RemoteResult:
    """Fetch all branches of a remote into refs below `into`. Refs of deleted branches are removed.

    `is_folder` is True for a folder on this machine. `seconds` is the time limit.
    """
    arguments = ("fetch", "-q", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--prune", "--force")
    server = (_LOCAL_SERVER,) if is_folder else ()
    refs = f"refs/heads/*:{into}*"
    return _run(repository.git, (*arguments, "--no-auto-maintenance", *server, "--", remote, refs), seconds)


def push_beginning(
    repository: BareRepository, remote: str, branch: str, refs: Sequence[str], seconds: float
) -> RemoteResult:
    """Push `refs`, and push `branch` if the remote doesn't have it yet. `seconds` is the time limit."""
    lease = f"--force-with-lease={branch}:"  # lease on an absent branch: push only if it doesn't exist yet
    arguments = (*_PUSH, lease, "--", remote, branch, *(f"+{ref}:{ref}" for ref in refs))
    return _run(repository.git, arguments, seconds, unless=branch)


def push_refs(repository: BareRepository, remote: str, refs: Sequence[str], seconds: float) -> RemoteResult:
    """Push refs in git's notation, such as `+SOURCE:TARGET` (`+` forces the push). `seconds` is the time limit."""
    return _run(repository.git, (*_PUSH, "--", remote, *refs), seconds)


def _run(git: Git, arguments: Sequence[str], seconds: float, unless: str = "") -> RemoteResult:
    """Run git and return the result. A push that was rejected only for the ref `unless` counts as a success."""
    ssh = os.environ.get("GIT_SSH_COMMAND") or git.try_run("config", "core.sshCommand").text_out.strip() or "ssh"
    no_prompts = {
        "GIT_SSH_COMMAND": f"{ssh} {_SSH}" if ssh.split()[0].rpartition("/")[2] in ("ssh", "ssh.exe") else ssh,
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
    }
    try:
        finished = Git(git.folder, {**git.extra_environment, **no_prompts}).try_run(*_SAFE, *arguments, timeout=seconds)
    except TimeLimitReached:
        return RemoteResult(False, f"no response within {seconds:g} seconds")
    except StarterkitError as wrong:
        return RemoteResult(False, wrong.message.partition("\n")[0])
    if finished.code == 0:
        return RemoteResult(True)
    refused = [line for line in finished.text_out.splitlines() if line.startswith("!")]
    if unless and refused and all(f":{unless}\t" in line for line in refused):
        return RemoteResult(True, "the branch main exists already and was not changed")
    return RemoteResult(False, reason(finished.text_err, refused), refused=bool(refused))


def reason(error_output: str, refused: Sequence[str] = ()) -> str:
    """Return why git failed, in one line and without passwords. `refused` are the lines of rejected refs."""
    for pattern, explanation in _REASONS:
        if pattern in error_output:
            return explanation
    lines = [line.strip() for line in error_output.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(_ERRORS)]
    first = (errors or list(refused) or lines or ["git says nothing more"])[0]
    return truncate(strip_control(without_secret(first.replace("\t", " "))).partition("\n")[0], 1, 160)
