"""Fetching from and pushing to repositories that lie elsewhere, without a question, a hook or a submodule.

git can be told in an address to run a program (`ext::…`); that is off. What went wrong is said in one line.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from starterkit.errors import StarterkitError
from starterkit.git.bare import BareRepository
from starterkit.git.command import Git
from starterkit.process import TimeLimitReached
from starterkit.sanitize import strip_control, truncate

_SAFE = ("-c", "protocol.ext.allow=never", "-c", "submodule.recurse=false", "-c", "core.askPass=")
# In a folder that another user owns, git serves nothing; who names that folder as a remote has said that it may.
# What that folder's configuration says is its owner's: nothing is to be fetched from elsewhere because of it.
_LOCAL_SERVER = "--upload-pack=GIT_NO_LAZY_FETCH=1 GIT_ALLOW_PROTOCOL=none git -c 'safe.directory=*' upload-pack"
_SSH = "-oBatchMode=yes -oConnectTimeout=15"
_REASONS = (
    ("Could not resolve host", "no such host, or no network"),
    ("Name or service not known", "no such host, or no network"),
    ("Permission denied (publickey", "the server accepts none of your ssh keys"),
    ("Host key verification failed", "the server's key is not known here yet: connect to it once with ssh"),
    ("could not read Username", "the server wants a name and a password"),
    ("could not read Password", "the server wants a password"),
    ("Authentication failed", "the server does not accept your name and password"),
    ("Connection refused", "nothing answers there"),
    ("Connection timed out", "nothing answers there"),
    ("dubious ownership", "the folder belongs to another user"),
    ("does not appear to be a git repository", "there is no repository"),
    ("epository not found", "there is no repository"),
    ("' not found", "there is no repository"),
    ("Permission denied", "you may not read or write there"),
    ("No space left on device", "there is no room left on the disk"),
)
_TELLING = ("fatal:", "error:", "remote: error", "remote: fatal")
_SECRET = re.compile(r"(https?://)[^/@\s]*@")


@dataclass(frozen=True)
class RemoteResult:
    """What came of asking a remote: whether it was reached and did what was asked, and else why not, in one line.

    `refused` tells that it was reached, and does not take what was pushed.
    """

    reached: bool
    why: str = ""
    refused: bool = False


def fetch_heads(repository: BareRepository, remote: str, into: str, *, is_folder: bool, seconds: float) -> RemoteResult:
    """Fetch all branches of a remote below the refs `into`; branches that are gone there go here too."""
    words = ("fetch", "-q", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--prune", "--force")
    server = (_LOCAL_SERVER,) if is_folder else ()
    refs = f"refs/heads/*:{into}*"
    return _asked(repository.git, (*words, "--no-auto-maintenance", *server, "--", remote, refs), seconds)


def push_beginning(
    repository: BareRepository, remote: str, branch: str, refs: Sequence[str], seconds: float
) -> RemoteResult:
    """Push refs, and a branch where the remote has none of that name yet; somebody's work there is never touched."""
    lease = f"--force-with-lease={branch}:"  # nothing may be there
    words = ("push", "--porcelain", "--no-verify", "--recurse-submodules=no", lease, "--", remote, branch)
    return _asked(repository.git, (*words, *(f"+{ref}:{ref}" for ref in refs)), seconds, unless=branch)


def push_refs(repository: BareRepository, remote: str, refs: Sequence[str], seconds: float) -> RemoteResult:
    """Push refs, written as git writes them (`+` before those that may be moved anywhere)."""
    words = ("push", "--porcelain", "--no-verify", "--recurse-submodules=no", "--", remote, *refs)
    return _asked(repository.git, words, seconds)


def _asked(git: Git, words: Sequence[str], seconds: float, unless: str = "") -> RemoteResult:
    """Run git; a refusal that names the ref `unless` and nothing else is none."""
    quiet = Git(git.folder, {**git.extra_environment, **_environment(git)})
    try:
        finished = quiet.try_run(*_SAFE, *words, timeout=seconds)
    except TimeLimitReached:
        return RemoteResult(False, f"no answer within {seconds:g} seconds")
    except StarterkitError as wrong:
        return RemoteResult(False, wrong.message.partition("\n")[0])
    if finished.code == 0:
        return RemoteResult(True)
    refused = [line for line in finished.text_out.splitlines() if line.startswith("!")]
    if unless and refused and all(f":{unless}\t" in line for line in refused):
        return RemoteResult(True, "a branch main is there already; it stays as it is")
    return RemoteResult(False, reason(finished.text_err, refused), refused=bool(refused))


def _environment(git: Git) -> dict[str, str]:
    ssh = os.environ.get("GIT_SSH_COMMAND") or git.try_run("config", "core.sshCommand").text_out.strip() or "ssh"
    return {
        "GIT_SSH_COMMAND": f"{ssh} {_SSH}" if ssh.split()[0].rpartition("/")[2] in ("ssh", "ssh.exe") else ssh,
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
    }


def reason(said: str, refused: Sequence[str] = ()) -> str:
    """Return in one line why git failed, without a password that may stand in an address."""
    for words, ours in _REASONS:
        if words in said:
            return ours
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if line.lower().startswith(_TELLING)]
    first = (telling or list(refused) or lines or ["git says nothing more"])[0]
    return truncate(strip_control(_SECRET.sub(r"\1", first.replace("\t", " "))).partition("\n")[0], 1, 160)
