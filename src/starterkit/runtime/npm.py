"""Calling npm: from the cache first, then from the network after saying so, and its failures put into words."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from starterkit.errors import MissingError, StarterkitError
from starterkit.process import Finished, ProgramFailed, run, scrubbed_environment
from starterkit.progress import Progress, no_progress
from starterkit.runtime.node import NODE_VARIABLES, KnownNode
from starterkit.runtime.uv import ONLINE_MEND, NoNetworkError, NoSuchPackagesError

if TYPE_CHECKING:
    from starterkit.runtime.bundle import Bundle

_LIMIT_SECONDS = 900.0
_ALWAYS = ("--no-audit", "--no-fund", "--no-progress", "--no-update-notifier", "--loglevel=error", "--color=false")
# One more try and a short wait: without a network the answer comes in a few seconds.
_QUICK = ("--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=1000")
_NOT_CACHED = re.compile(r"ENOTCACHED")
_UNREACHED = re.compile(r"ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|network")
_NO_SUCH = re.compile(r"code (?:E404|ETARGET|ERESOLVE|EINVALIDTAGNAME|EINVALIDPACKAGENAME|EUNSUPPORTEDPROTOCOL)\b")
_OTHER_HASH = re.compile(r"code EINTEGRITY\b")
_NO_ROOM = re.compile(r"code (?:ENOSPC|EDQUOT)\b|no space left", re.IGNORECASE)
_REASON = re.compile(r"\breason: (.*\S)")
_NOISE = re.compile(r"^npm (?:error|warn)\s*(?:code \w+\s*)?|^A complete log of this run.*|^\s*/\S+-debug-\d+\.log$")


def run_npm(
    node: KnownNode, args: Sequence[str], *, cwd: Path, offline: bool = False, keep_open: Sequence[int] = ()
) -> Finished:
    """Run npm to its end, without noise; its exit code is the caller's to judge."""
    variables = scrubbed_environment(NODE_VARIABLES)
    variables["PATH"] = f"{node.program.parent}{os.pathsep}{variables.get('PATH', '')}"
    mode = ["--offline"] if offline else ["--prefer-online"]
    words: list[str | Path] = [
        node.program,
        node.npm,
        *args,
        *_ALWAYS,
        *_QUICK,
        *mode,
        "--omit-lockfile-registry-resolved",
    ]
    return run(words, cwd=cwd, env=variables, timeout=_LIMIT_SECONDS, keep_open=keep_open)


def run_cached_first(
    node: KnownNode,
    args: Sequence[str],
    *,
    what: str,
    cwd: Path,
    offline: bool = False,
    bundle: Bundle | None = None,
    say: Progress = no_progress,
    keep_open: Sequence[int] = (),
) -> Finished:
    """Run npm on its cache alone, and where that does not do, with the network after saying so.

    `what` names what is needed, for people. With a `bundle`, packages come from there and from nowhere else. Raises
    `NoNetworkError`, `NoSuchPackagesError`, `MissingError` or `ProgramFailed`; of a bundle, `BundleLacksError`.
    """
    if bundle is not None:
        return _run_with_bundle(node, args, bundle, what, cwd, keep_open)
    finished = run_npm(node, args, cwd=cwd, offline=True, keep_open=keep_open)
    if finished.code == 0:
        return finished
    # What the cache has heard of a package may be too old to know the release that is asked for.
    if not _NOT_CACHED.search(finished.text_err) and not _NO_SUCH.search(finished.text_err):
        raise failure(finished, what)
    if offline:
        raise NoNetworkError(f"This needs the network once: {what} are not all on this machine yet.", ONLINE_MEND)
    say(f"Fetching {what} (this needs the network, once)")
    finished = run_npm(node, args, cwd=cwd, keep_open=keep_open)
    if finished.code != 0:
        raise failure(finished, what)
    return finished


def _run_with_bundle(
    node: KnownNode, args: Sequence[str], bundle: Bundle, what: str, cwd: Path, keep_open: Sequence[int]
) -> Finished:
    words_with_options = [*args, *map(str, bundle.npm_options)]
    finished = run_npm(node, words_with_options, cwd=cwd, offline=True, keep_open=keep_open)
    if finished.code == 0:
        return finished
    wrong = failure(finished, what)
    if isinstance(wrong, NoNetworkError | NoSuchPackagesError):
        raise bundle.lacks(what, words(finished.text_err))
    raise wrong


def failure(finished: Finished, what: str) -> StarterkitError:
    """Return (not raise) the error that says in words why npm failed."""
    text = finished.text_err
    if _NO_ROOM.search(text):
        return MissingError(f"There is no room left on the disk for {what}.", "Make room, then type the command again.")
    if _OTHER_HASH.search(text):
        return MissingError(
            f"What the registry gave is not what was pinned: a hash differs. Nothing was installed.\n{words(text)}",
            "If you changed the pins, bring them back from git; otherwise ask who runs your package registry.",
        )
    if _NO_SUCH.search(text):
        return NoSuchPackagesError(
            f"{what[:1].upper()}{what[1:]} cannot be installed as they are listed:\n{words(text)}",
            "Correct the list, then type the command again.",
        )
    if _UNREACHED.search(text) or _NOT_CACHED.search(text):
        reason = _REASON.search(text)
        first = reason[1] if reason else "".join(words(text).splitlines()[:1])
        return NoNetworkError(
            f"This needs the network once: {what} are not all on this machine yet.\n(npm: {first})",
            ONLINE_MEND,
        )
    return ProgramFailed(finished)


def words(text: str) -> str:
    """Return npm's explanation without its headings and the name of its log."""
    lines = (_NOISE.sub("", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and "complete log" not in line and not line.endswith(".log"))
