"""Fetch one commit of a remote repository as plain files. Its hooks and filters don't run."""

from __future__ import annotations

import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, FileError, UsageError
from starterkit.git.command import Git
from starterkit.git.objects import EXECUTABLE, FILE, FULL_ID, File, ObjectReader
from starterkit.git.worktree import write_file
from starterkit.process import TimeLimitReached, quoted

_SCHEMES = ("https", "http", "ssh", "git", "file")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://\S+")
_SCP = re.compile(r"[\w.-]+@[\w.-]+:[^@#\s]\S*")
_FETCH_SECONDS = 300.0
# A URL such as `ext::…` makes git run a program, so this transport is forbidden.
_SAFE = ("-c", "protocol.ext.allow=never")


@dataclass(frozen=True)
class GitUrl:
    """The URL of a git repository, with a revision and a folder in it.

    An empty revision is the newest commit, and an empty folder is the top folder.
    """

    url: str
    revision: str = ""
    folder: str = ""

    def at(self, commit: str) -> GitUrl:
        """Return the URL of the same folder at a commit, without the password."""
        return GitUrl(without_secret(self.url), commit, self.folder)

    def __str__(self) -> str:
        return self.url + (f"@{self.revision}" if self.revision else "") + (f"#{self.folder}" if self.folder else "")


def parse_git_url(text: str) -> GitUrl | None:
    """Parse `URL[@REVISION][#FOLDER]`. Return None if the text isn't a git URL.

    Raises `UsageError` for an unknown protocol, a revision that starts with `-`, or a folder outside the repository.
    """
    url = _URL.fullmatch(text)
    if url is None and not _SCP.fullmatch(text):
        return None
    if url is not None and url[1].lower() not in _SCHEMES:
        schemes = ", ".join(f"{scheme}://" for scheme in _SCHEMES)
        raise UsageError(
            f'The URL of a template can\'t begin with "{url[1]}://".',
            f"Use a URL that begins with one of these: {schemes}.",
        )
    rest, _, folder = text.partition("#")
    match = re.fullmatch(r"(.+\.git)@(.+)", rest)
    last = max(rest.rfind("/"), rest.rfind(":"))
    if match is None and "@" in rest[last + 1 :]:
        match = re.fullmatch(r"(.+)@([^@]+)", rest)
    address = GitUrl(match[1], match[2], folder) if match else GitUrl(rest, "", folder)
    if address.revision.startswith("-") or ".." in folder.split("/") or folder.startswith("/"):
        raise UsageError(f'Invalid git URL "{without_secret(text)}".', "Use the form URL, URL@TAG or URL@TAG#FOLDER.")
    return address


def without_secret(text: str) -> str:
    """Return the text without user names and passwords in http and https URLs."""
    return re.sub(r"(https?://)[^/@\s]*@", r"\1", text)


def fetch(address: GitUrl, store: Path) -> tuple[Path, str]:
    """Fetch the files of a git URL into a folder in `store`. Return the folder and the commit.

    Raises `EnvironmentProblem` if the URL can't be reached, and `UsageError` if the revision is unknown. Raises
    `FileError` if the repository contains links or submodules.
    """
    # A commit never changes, so its files don't need to be fetched again.
    if FULL_ID.fullmatch(address.revision) and (store / address.revision).is_dir():
        return store / address.revision, address.revision
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=store, ignore_cleanup_errors=True) as scratch:
        bare = Path(scratch) / "repository"
        bare.mkdir()
        git = Git(bare)
        git.run("init", "-q", "--bare", "--template=")
        commit = _fetch_commit(git, address)
        target = store / commit
        if not target.is_dir():
            draft = Path(scratch) / "files"
            _write_tree(git, commit, draft, without_secret(address.url))
            draft.rename(target)
    return target, commit


def _fetch_commit(git: Git, address: GitUrl) -> str:
    revision = address.revision or "HEAD"
    if _try_fetch(git, address, "--depth=1", address.url, revision):
        return git.line("rev-parse", "FETCH_HEAD^{commit}")
    # Some servers don't send a single commit by its id. All branches and tags together usually contain the commit.
    everything = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    if not _try_fetch(git, address, address.url, *everything):
        raise _fetch_error(git, address)
    finished = git.try_run("rev-parse", "-q", "--verify", f"{revision}^{{commit}}")
    if finished.code != 0:
        raise UsageError(
            f'Unknown tag, branch or commit "{revision}" in {without_secret(address.url)}.',
            f"To list the tags and branches, type `git ls-remote {quoted(without_secret(address.url))}`.",
        )
    return finished.text_out.strip()


def _try_fetch(git: Git, address: GitUrl, *arguments: str) -> bool:
    try:
        finished = git.try_run(*_SAFE, "fetch", "-q", "--no-tags", *arguments, timeout=_FETCH_SECONDS)
    except TimeLimitReached as late:
        raise EnvironmentProblem(
            f"{without_secret(address.url)} did not respond within {_FETCH_SECONDS:g} seconds.",
            "Check your network connection, then run the command again.",
        ) from late
    return finished.code == 0


def _fetch_error(git: Git, address: GitUrl) -> EnvironmentProblem:
    finished = git.try_run(*_SAFE, "ls-remote", "-q", address.url, timeout=_FETCH_SECONDS)
    lines = [line for line in finished.text_err.strip().splitlines() if line.startswith(("fatal:", "error:"))]
    reason = (lines or ["git says nothing more"])[-1].partition(": ")[2] or "git says nothing more"
    return EnvironmentProblem(
        f"git could not fetch the template from {without_secret(address.url)}: {without_secret(reason)}.",
        "Check the URL, your network connection and your access to the repository. To test all three, type "
        f"`git ls-remote {quoted(without_secret(address.url))}`.",
    )


def _write_tree(git: Git, commit: str, folder: Path, name: str) -> None:
    folder.mkdir()
    with ObjectReader(git) as reader:
        for path, entry in reader.tree(commit).items():
            file, parts = f"{path} (in {name})", path.lower().split("/")
            if entry.mode not in (FILE, EXECUTABLE) or ".." in parts or ".git" in parts:
                raise FileError(
                    file,
                    None,
                    "this is a link or a submodule, and a template can't contain links",
                    "Replace it with a normal file.",
                )
            if os.name == "nt" and any(character in path for character in '\\:*?"<>|'):
                raise FileError(file, None, "Windows doesn't allow this file name", "Rename the file in the template.")
            write_file(folder, path, File(entry.mode, reader.blob(entry.id)))
