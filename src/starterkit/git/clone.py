"""Fetching one state of a repository that lies elsewhere, as plain files: no hook, filter or submodule of it is run."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, FileError, UsageError
from starterkit.git.command import Git
from starterkit.git.objects import EXECUTABLE, FILE, Entry, File, ObjectReader
from starterkit.git.worktree import write_file
from starterkit.process import TimeLimitReached, quoted

_SCHEMES = ("https", "http", "ssh", "git", "file")
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://\S+")
_SCP = re.compile(r"[\w.-]+@[\w.-]+:[^@#\s]\S*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FETCH_SECONDS = 300.0
# git can be told in an address to run a program (`ext::…`); only real transports are let through.
_SAFE = ("-c", "protocol.ext.allow=never")


@dataclass(frozen=True)
class GitUrl:
    """Where a repository is, which state of it is meant (empty: the newest), and which folder in it."""

    url: str
    revision: str = ""
    folder: str = ""

    @property
    def is_exact(self) -> bool:
        """Whether the revision is a whole commit id, which always means the same."""
        return _COMMIT.fullmatch(self.revision) is not None

    def at(self, commit: str) -> GitUrl:
        """Return the address of the same folder at a commit, without a password in it."""
        return GitUrl(without_secret(self.url), commit, self.folder)

    def __str__(self) -> str:
        return self.url + (f"@{self.revision}" if self.revision else "") + (f"#{self.folder}" if self.folder else "")


@dataclass(frozen=True)
class Clone:
    """A state that was fetched: the folder with its files, and the commit."""

    folder: Path
    commit: str


def parse_git_url(words: str) -> GitUrl | None:
    """Read `URL[@REVISION][#FOLDER]`; None where the words are no git address.

    Raises `UsageError` for an address with which git would do something else than fetch.
    """
    url = _URL.fullmatch(words)
    if url is None and not _SCP.fullmatch(words):
        return None
    if url is not None and url[1].lower() not in _SCHEMES:
        raise UsageError(
            f'"{url[1]}://" is no way to fetch a template.', f"Ways are: {', '.join(f'{way}://' for way in _SCHEMES)}."
        )
    rest, _, folder = words.partition("#")
    marked = re.fullmatch(r"(.+\.git)@(.+)", rest)
    last = max(rest.rfind("/"), rest.rfind(":"))
    if marked is None and "@" in rest[last + 1 :]:
        marked = re.fullmatch(r"(.+)@([^@]+)", rest)
    address = GitUrl(marked[1], marked[2], folder) if marked else GitUrl(rest, "", folder)
    if address.revision.startswith("-") or ".." in folder.split("/") or folder.startswith("/"):
        raise UsageError(
            f"The address {without_secret(words)} cannot be right.", "Write URL, URL@TAG or URL@TAG#FOLDER."
        )
    return address


def without_secret(url: str) -> str:
    """Return an http address without the name and password in it; others as they are."""
    return re.sub(r"^(https?://)[^/@]*@", r"\1", url)


def fetch(address: GitUrl, store: Path) -> Clone:
    """Fetch the files of an address into a folder of its own below `store` (one for each commit, made once).

    Raises `EnvironmentProblem` if it can't be reached, `UsageError` if the revision is unknown, and `FileError` for a
    repository with links or submodules.
    """
    if address.is_exact and (store / address.revision).is_dir():
        return Clone(store / address.revision, address.revision)
    store.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetch-", dir=store, ignore_cleanup_errors=True) as place:
        bare = Path(place) / "repository"
        bare.mkdir()
        git = Git(bare)
        git.run("init", "-q", "--bare", "--template=")
        commit = _commit(git, address)
        target = store / commit
        if not target.is_dir():
            draft = Path(place) / "files"
            with ObjectReader(git) as reader:
                _write(reader, reader.tree(commit), draft, without_secret(address.url))
            draft.rename(target)
    return Clone(target, commit)


def _commit(git: Git, address: GitUrl) -> str:
    wanted = address.revision or "HEAD"
    if _run(git, address, "--depth=1", address.url, wanted):
        return git.line("rev-parse", "FETCH_HEAD^{commit}")
    # A commit that is no branch and no tag: some servers give it only with all the rest.
    everything = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
    if not _run(git, address, address.url, *everything):
        raise _unreachable(git, address)
    found = git.try_run("rev-parse", "-q", "--verify", f"{wanted}^{{commit}}")
    if found.code != 0:
        raise UsageError(
            f'There is no tag, branch or commit "{wanted}" in {without_secret(address.url)}.',
            f"See what there is: `git ls-remote {quoted(without_secret(address.url))}`.",
        )
    return found.text_out.strip()


def _run(git: Git, address: GitUrl, *words: str) -> bool:
    try:
        finished = git.try_run(*_SAFE, "fetch", "-q", "--no-tags", *words, timeout=_FETCH_SECONDS)
    except TimeLimitReached as late:
        raise EnvironmentProblem(
            f"{without_secret(address.url)} did not answer in {_FETCH_SECONDS:g} seconds.", "Try again later."
        ) from late
    return finished.code == 0


def _unreachable(git: Git, address: GitUrl) -> EnvironmentProblem:
    finished = git.try_run(*_SAFE, "ls-remote", "-q", address.url, timeout=_FETCH_SECONDS)
    lines = [line for line in finished.text_err.strip().splitlines() if line.startswith(("fatal:", "error:"))]
    reason = (lines or ["git says nothing more"])[-1].partition(": ")[2] or "git says nothing more"
    return EnvironmentProblem(
        f"The template cannot be fetched from {without_secret(address.url)}: {without_secret(reason)}",
        "Is the address right, is there a network, and may you read it?",
    )


def _write(reader: ObjectReader, tree: Mapping[str, Entry], folder: Path, name: str) -> None:
    for path, entry in tree.items():
        parts = path.split("/")
        if entry.mode not in (FILE, EXECUTABLE) or ".." in parts or ".git" in (part.lower() for part in parts):
            raise FileError(
                f"{path} (in {name})", None, "a template holds plain files only, no links and no submodules", ""
            )
        if os.name == "nt" and any(sign in path for sign in '\\:*?"<>|'):
            raise FileError(f"{path} (in {name})", None, "Windows cannot have a file of this name")
        write_file(folder, path, File(entry.mode, reader.blob(entry.id)))
    folder.mkdir(parents=True, exist_ok=True)
