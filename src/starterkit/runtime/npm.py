"""Calling npm, with its own cache first and the network only if that isn't enough."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from starterkit.process import Completed, TimeLimitReached, run, scrubbed_environment
from starterkit.progress import Progress, no_progress
from starterkit.runtime.causes import NoNetworkError, NoSuchPackagesError, failure
from starterkit.runtime.node import NODE_VARIABLES, KnownNode
from starterkit.runtime.offline_first import offline_first

if TYPE_CHECKING:
    from starterkit.runtime.bundle import Bundle

_LIMIT_SECONDS = 900.0
_ALWAYS = ("--no-audit", "--no-fund", "--no-progress", "--no-update-notifier", "--loglevel=error", "--color=false")
# One more try and a short wait: without a network the answer comes in a few seconds.
_QUICK = (
    *("--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=1000", "--fetch-timeout=20000"),
)
_MEMORY = "--max-old-space-size=1024"  # in MB
# These decide what is installed, so they aren't the user's to set; registry, proxy, certificates and cache are.
_OURS = (
    *("--include=dev", "--include=optional", "--include=peer", "--bin-links=true", "--dry-run=false", "--global=false"),
    *("--install-strategy=hoisted", "--package-lock=true", "--json=false"),
)
_ASK_SECONDS = 60.0
_HIDES_NEW = ("before", "min-release-age")


def run_npm(
    node: KnownNode,
    args: Sequence[str],
    *,
    cwd: Path,
    offline: bool = False,
    keep_open: Sequence[int] = (),
    seconds: float = _LIMIT_SECONDS,
) -> Completed:
    """Run npm to its end, without noise; its exit code is the caller's to judge."""
    variables = scrubbed_environment(NODE_VARIABLES)
    variables["PATH"] = f"{node.program.parent}{os.pathsep}{variables.get('PATH', '')}"
    mode = ["--offline"] if offline else ["--prefer-online"]
    options = [*_ALWAYS, *_QUICK, *_OURS, *mode, "--omit-lockfile-registry-resolved"]
    words = [str(node.program), _MEMORY, str(node.npm), *args, *options]
    try:
        return run(words, cwd=cwd, env=variables, timeout=seconds, keep_open=keep_open)
    except TimeLimitReached as stopped:
        return stopped.finished


def run_online(node: KnownNode, args: Sequence[str], *, cwd: Path, keep_open: Sequence[int] = ()) -> Completed:
    """Run npm with the network, in a folder with a package.json.

    It asks the registry for one package first: `npm ci` asks for a hundred at once, waits for each of them if nothing
    answers, and never ends if a proxy asks for a password.
    """
    asked = run_npm(node, ["view", _a_package(cwd), "name"], cwd=cwd, seconds=_ASK_SECONDS)
    if asked.code != 0 and isinstance(failure(asked, ""), NoNetworkError):
        return asked
    finished = run_npm(node, args, cwd=cwd, keep_open=keep_open)
    if finished.code != 0 and isinstance(failure(finished, ""), NoSuchPackagesError):
        return replace(finished, err=finished.err + _date_limits(node, cwd))
    return finished


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
) -> Completed:
    """Run npm on its cache alone, and if that isn't enough, with the network after saying so.

    Raises as `offline_first` does.
    """
    options = map(str, bundle.npm_options) if bundle else ()
    words = [*args, *options]

    def run_with(no_network: bool) -> Completed:
        if no_network:
            return run_npm(node, words, cwd=cwd, offline=True, keep_open=keep_open)
        return run_online(node, words, cwd=cwd, keep_open=keep_open)

    return offline_first(run_with, what, offline=offline, bundle=bundle, say=say)


def _a_package(folder: Path) -> str:
    """Return the name of a package that a package.json names, or of one that every registry has."""
    declared = json.loads((folder / "package.json").read_bytes())
    return next((name for key in ("dependencies", "devDependencies") for name in declared.get(key, ())), "npm")


def _date_limits(node: KnownNode, cwd: Path) -> bytes:
    """Return a line for each setting of npm's that hides new packages; npm doesn't always name them."""
    asked = run_npm(node, ["config", "get", *_HIDES_NEW], cwd=cwd, offline=True, seconds=_ASK_SECONDS)
    limits = (line.partition("=") for line in asked.text_out.splitlines())
    known = [(name, value) for name, _, value in limits if value not in ("", "null", "undefined")]
    return "".join(f"\nnpm's setting {name} is {value}" for name, value in known).encode()
