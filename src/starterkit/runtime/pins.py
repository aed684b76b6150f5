"""Read a pins file: a compiled requirements.txt, or npm's lock file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from starterkit.errors import FileError
from starterkit.textfile import HAS_MARKERS, MARKERS_FIX

_NAME = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


def package_name(requirement: str) -> str:
    """Return a requirement's normalized name: `flask-wtf` for `Flask_WTF[email]`."""
    name = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", name[1]).lower() if name else ""


def pinned_names(pins: bytes) -> frozenset[str]:
    """Return the normalized names of all packages in a compiled requirements.txt."""
    return frozenset(_entries(pins))


def check_pins(pins: bytes, file: str, declaration: str) -> None:
    """Raise `FileError` if a compiled requirements.txt has conflict markers, or a package without a hash.

    `declaration` is the name of the file that the user should edit instead.
    """
    lines = pins.decode("utf-8", "replace").splitlines()
    for number, line in enumerate(lines, 1):
        if line.startswith(("<<<<<<<", "=======", ">>>>>>>")):
            raise FileError(file, number, HAS_MARKERS, MARKERS_FIX)
        following = lines[number] if number < len(lines) else ""
        if line[:1].isalnum() and "--hash=" not in line + following:
            raise FileError(
                file,
                number,
                f'the package "{line.strip()}" has no hash',
                f"Delete the line, and add the package to {declaration}. starterkit creates {file} from that file.",
            )


def pinned_versions(pins: bytes) -> dict[str, tuple[str, ...]]:
    """Return the versions of each package in a pins file by name. A package can have several, for different systems."""
    versions: dict[str, list[str]] = {}
    if _is_lock(pins):
        for folder, entry in _lock_entries(pins).items():
            if (name := _package_in(folder)) and "version" in entry:
                versions.setdefault(name, []).append(str(entry["version"]))
    else:
        versions = {name: re.findall(r"(?m)^\S+?\s*==\s*([^\s;\\]+)", text) for name, text in _entries(pins).items()}
    return {name: tuple(dict.fromkeys(several)) for name, several in versions.items()}


def direct_versions(pins: bytes, name: str) -> tuple[str, ...]:
    """Return the versions of a package that the project itself uses. In a lock file, this is always one version."""
    if not _is_lock(pins):
        return pinned_versions(pins).get(name, ())
    entry = _lock_entries(pins).get(f"node_modules/{name}", {})
    return (str(entry["version"]),) if "version" in entry else ()


def pinned_hashes(pins: bytes) -> dict[str, frozenset[str]]:
    """Return the SHA-256 hashes of each package in a compiled requirements.txt."""
    return {name: frozenset(re.findall(r"--hash=sha256:([0-9a-f]{64})", text)) for name, text in _entries(pins).items()}


def preferred_pins(*files: bytes) -> bytes:
    """Return one pins file with the packages of all `files`. If a package repeats, the first file wins."""
    if any(map(_is_lock, files)):
        return _preferred_lock(files)
    entries: dict[str, str] = {}
    for pins in files:
        entries = {**_entries(pins), **entries}
    return "".join(text for _, text in sorted(entries.items())).encode()


def locked_packages(pins: bytes) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the name and the entry of each registry package in npm's lock file."""
    for folder, entry in _lock_entries(pins).items():
        name = str(entry.get("name") or _package_in(folder))
        if name and "version" in entry and "integrity" in entry:
            yield name, entry


def required_folders(pins: bytes) -> list[str]:
    """Return the folders of all packages in npm's lock file that aren't optional, such as `node_modules/express`."""
    return [folder for folder, entry in _lock_entries(pins).items() if folder and not entry.get("optional")]


def _lock_entries(pins: bytes) -> dict[str, dict[str, object]]:
    """Return the packages of a lock file by folder. The project itself has the folder ""."""
    packages = json.loads(pins).get("packages", {})
    return packages if isinstance(packages, dict) else {}


def _preferred_lock(files: Sequence[bytes]) -> bytes:
    top: dict[str, object] = {}
    packages: dict[str, dict[str, object]] = {}
    for pins in filter(None, files):
        top = {**json.loads(pins), **top}
        packages = {**_lock_entries(pins), **packages}
    return (json.dumps({**top, "packages": dict(sorted(packages.items()))}, indent=2) + "\n").encode()


def _package_in(folder: str) -> str:
    return folder.rpartition("node_modules/")[2]


def _is_lock(pins: bytes) -> bool:
    return pins.lstrip()[:1] == b"{"


def _entries(pins: bytes) -> dict[str, str]:
    # An entry starts in the first column and continues in indented lines. A package can have several entries.
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
