"""A pins file (compiled requirements.txt, or npm's lock file): what it names, and pins of several files in one."""

from __future__ import annotations

import re

from starterkit.errors import FileError

_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def package_name(requirement: str) -> str:
    """Return the normalised name of a requirement (`Flask_WTF[email]>=1.2` gives `flask-wtf`), or ""."""
    found = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


def pinned_names(pins: bytes) -> frozenset[str]:
    """Return the normalised names of all packages that a pins file holds."""
    return frozenset(_entries(pins))


def check_pins(pins: bytes, file: str, declaration: str) -> None:
    """Raise `FileError`, with the line, for what a person wrote into a pins file: a package without a hash, markers."""
    lines = pins.decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            raise FileError(file, number, "there are conflict markers of a merge here", "Settle the conflict first.")
        following = lines[number] if number < len(lines) else ""
        if line[:1].isalnum() and "--hash=" not in line + following:
            raise FileError(
                file,
                number,
                f'"{line.strip()}" has no hash: this file is made from {declaration}',
                f"Take the line out, and name the package in {declaration}: it is pinned from there.",
            )


def pinned_versions(pins: bytes) -> dict[str, tuple[str, ...]]:
    """Return the versions to which each package of a pins file is pinned (several where they differ by system)."""
    if _is_lock(pins):
        from starterkit.runtime.package_json import pinned_versions as of_lock

        return of_lock(pins)
    found = {name: re.findall(r"(?m)^\S+?\s*==\s*([^\s;\\]+)", text) for name, text in _entries(pins).items()}
    return {name: tuple(dict.fromkeys(versions)) for name, versions in found.items()}


def pinned_hashes(pins: bytes) -> dict[str, frozenset[str]]:
    """Return the SHA-256 hashes that a compiled requirements.txt gives each package."""
    return {name: frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", text)) for name, text in _entries(pins).items()}


def preferred_pins(*files: bytes) -> bytes:
    """Return one pins file that holds each package as the first of `files` that names it does."""
    if any(map(_is_lock, files)):
        from starterkit.runtime.package_json import preferred_lock

        return preferred_lock(*files)
    entries: dict[str, str] = {}
    for pins in files:
        entries = {**_entries(pins), **entries}
    return "".join(text for _, text in sorted(entries.items())).encode()


def _is_lock(pins: bytes) -> bool:
    """Tell whether pins are a lock file of npm, which is JSON."""
    return pins.lstrip()[:1] == b"{"


def _entries(pins: bytes) -> dict[str, str]:
    # An entry begins in the first column and goes on in indented lines; a package may have several, by marker.
    entries: dict[str, str] = {}
    name = ""
    for line in pins.decode("utf-8", "replace").splitlines():
        if line[:1].isalnum():
            name = package_name(line)
        elif not line[:1].isspace():
            name = ""
        if name and line.strip():
            entries[name] = f"{entries.get(name, '')}{line}\n"
    return entries
