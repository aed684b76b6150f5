"""Find the tools that a template needs on this machine, for `starterkit doctor`."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starterkit import install_text
from starterkit.errors import StarterkitError
from starterkit.git.command import INSTALL_NEWER_GIT, OLDEST_GIT_WORDS, git_version
from starterkit.process import run
from starterkit.runtime.node import OWN_VERSION, fits, own_node
from starterkit.runtime.uv import uv_binary
from starterkit.template.model import Template

_ALWAYS = {"git": f">={OLDEST_GIT_WORDS}", "python": ">=3.11", "uv": ">=0.13"}
_SETTING = re.compile(
    r"UV_(?!CACHE_DIR|HTTP_).*|npm_config_(?!cache\b).*|(?:HTTPS?|ALL|NO)_PROXY|SSL_CERT_(?:FILE|DIR)|NODE_EXTRA_CA_CERTS",
    re.IGNORECASE,
)
_FIXES = {
    "git": INSTALL_NEWER_GIT,
    "python": f"Install a newer Python. Then, with the new Python, {install_text()}.",
    "uv": f"To get uv, {install_text()}.",
    "node": "Install Node from your system's packages or from nodejs.org.",
}


@dataclass(frozen=True)
class ToolReport:
    """The report about one tool, such as git. `found` is its path, or text about a missing tool.

    `wanted` is the range of versions that work, such as ">=3.11". `fix` is a sentence for the user, or "".
    """

    name: str
    found: str
    version: str
    wanted: str
    ok: bool
    fix: str


def package_settings(environ: Mapping[str, str], home: Path) -> list[str]:
    """Return the names of variables and files that can change where uv and npm get packages."""
    names = sorted(name for name in environ if environ[name] and _SETTING.fullmatch(name))
    folder = Path(environ.get("XDG_CONFIG_HOME") or home / ".config")
    if os.name == "nt":
        folder = Path(environ.get("APPDATA") or folder)
    files = (folder / "uv" / "uv.toml", Path("/etc/uv/uv.toml"), home / ".npmrc")
    return [*names, *(str(file) for file in files if file.is_file())]


def report_tools(template: Template | None) -> list[ToolReport]:
    """Return a report for each tool that starterkit or the template needs."""
    wanted = {**_ALWAYS, **(template.tools if template else {})}
    return [_report(name, versions) for name, versions in wanted.items()]


def _report(name: str, wanted: str) -> ToolReport:
    try:
        path, version = _path_and_version(name)
    except StarterkitError as error:
        return ToolReport(name, error.message, "", wanted, False, error.fix)
    ok = bool(version) and fits(version, wanted)
    if not ok and name == "node" and fits(OWN_VERSION, wanted):
        return _report_own_node(version, wanted)
    return ToolReport(name, path, version, wanted, ok, "" if ok else _FIXES.get(name, f"Install {name} {wanted}."))


def _report_own_node(version: str, wanted: str) -> ToolReport:
    own = own_node()
    if own:
        return ToolReport("node", f"the Node that starterkit downloaded: {own.program}", own.version, wanted, True, "")
    fix = f"You don't have to do anything. `starterkit check` downloads Node {OWN_VERSION} once."
    return ToolReport("node", "starterkit will download its own Node", version or "none", wanted, True, fix)


def _path_and_version(name: str) -> tuple[str, str]:
    if name == "python":
        return sys.executable, ".".join(map(str, sys.version_info[:3]))
    if name == "git":
        return shutil.which(name) or name, git_version()
    try:
        path = str(uv_binary()) if name == "uv" else shutil.which(name) or ""
        text = run([path, "--version"], timeout=10).text_out if path else ""
    except StarterkitError:
        return "", ""
    version = re.search(r"\d+(?:\.\d+)+", text)
    return path, version[0] if version else ""
