"""Run npm with its own cache, and with the network only if the cache isn't enough."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from starterkit.process import Completed, TimeLimitReached, run, scrubbed_environment
from starterkit.runtime.causes import NoNetworkError, NoSuchPackagesError, failure
from starterkit.runtime.node import NODE_VARIABLES, KnownNode
from starterkit.runtime.offline_first import PackageSource, offline_first

NPM_SETTINGS = ".npmrc"  # next to package.json. It can turn off the scripts of packages
_LIMIT_SECONDS = 900.0
_ALWAYS = ("--no-audit", "--no-fund", "--no-progress", "--no-update-notifier", "--loglevel=error", "--color=false")
# With a single retry and a short wait, npm fails within a few seconds if there is no network.
_QUICK = (
    *("--fetch-retries=1", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=1000", "--fetch-timeout=20000"),
)
_MEMORY = "--max-old-space-size=1024"  # MB
# These options decide what is installed, so starterkit sets them. The user's registry, proxy and cache still apply.
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
    """Run npm until it ends, without progress output. The caller checks the exit code.

    After `seconds`, npm is stopped, and the result is that of a failed run.
    """
    variables = scrubbed_environment(NODE_VARIABLES)
    variables["PATH"] = f"{node.program.parent}{os.pathsep}{variables.get('PATH', '')}"
    mode = ["--offline"] if offline else ["--prefer-online"]
    options = [*_ALWAYS, *_QUICK, *_OURS, *mode, "--omit-lockfile-registry-resolved"]
    command = [str(node.program), _MEMORY, str(node.npm), *args, *options]
    try:
        return run(command, cwd=cwd, env=variables, timeout=seconds, keep_open=keep_open)
    except TimeLimitReached as stopped:
        return stopped.finished


def run_online(node: KnownNode, args: Sequence[str], *, cwd: Path, keep_open: Sequence[int] = ()) -> Completed:
    """Run npm with the network in a folder that contains a package.json.

    First, npm asks the registry for a single package. Without this test, `npm ci` would ask for a hundred packages and
    wait for each. It would never end if a proxy asks for a password.
    """
    declared = json.loads((cwd / "package.json").read_bytes())
    packages = (name for key in ("dependencies", "devDependencies") for name in declared.get(key, ()))
    asked = run_npm(node, ["view", next(packages, "npm"), "name"], cwd=cwd, seconds=_ASK_SECONDS)
    if asked.code != 0 and isinstance(failure(asked, ""), NoNetworkError):
        return asked
    finished = run_npm(node, args, cwd=cwd, keep_open=keep_open)
    if finished.code != 0 and isinstance(failure(finished, ""), NoSuchPackagesError):
        return replace(finished, err=finished.err + _date_limits(node, cwd))
    return finished


def run_cached_first(node: KnownNode, args: Sequence[str], what: str, source: PackageSource, *, cwd: Path) -> Completed:
    """Run npm offline, then online if needed. Raises the same errors as `offline_first`."""
    arguments = [*args, *(map(str, source.bundle.npm_options) if source.bundle else ())]

    def run_with(offline: bool) -> Completed:
        if offline:
            return run_npm(node, arguments, cwd=cwd, offline=True, keep_open=source.keep_open)
        return run_online(node, arguments, cwd=cwd, keep_open=source.keep_open)

    return offline_first(run_with, what, source)


def _date_limits(node: KnownNode, cwd: Path) -> bytes:
    """Return a line for each npm setting that hides new releases."""
    asked = run_npm(node, ["config", "get", *_HIDES_NEW], cwd=cwd, offline=True, seconds=_ASK_SECONDS)
    limits = (line.partition("=") for line in asked.text_out.splitlines())
    known = [(name, value) for name, _, value in limits if value not in ("", "null", "undefined")]
    return "".join(f"\nnpm's setting {name} is {value}" for name, value in known).encode()
