"""The npm packages of a bundle: npm's own cache, filled from lock files and packed into one archive.

npm can install from nothing else without a network. One archive is copied to a stick in a moment; the hundreds of
small files in it are not.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile

from starterkit.errors import EnvironmentProblem
from starterkit.progress import Progress
from starterkit.runtime.package_json import fill_cache, npm_registry
from starterkit.runtime.pins import locked_packages
from starterkit.template.model import EnvironmentSpec

_CONTENT = "_cacache/content-v2"
_PACKED = ("content-v2", "index-v5")


def npm_archive(
    locks: Sequence[tuple[bytes, EnvironmentSpec]], folder: Path, scratch: Path, say: Progress
) -> tuple[str, str]:
    """Make the archive with all packages of some lock files; return its name and the registry they are found by.

    An archive that is there and whole is taken as it is. Raises `NoNetworkError`, `EnvironmentProblem`.
    """
    registry = npm_registry(locks[0][1], locks[0][0], say)
    digest = hashlib.sha256(json.dumps([registry, *(lock.decode() for lock, _ in locks)]).encode()).hexdigest()
    file = folder / f"cache-{digest[:12]}.zip"
    wanted = {place: name for lock, _ in locks for place, name in _wanted(lock).items()}
    if not _is_whole(file, wanted):
        say(f"Fetching {len(wanted)} npm packages")
        for lock, environment in locks:
            fill_cache(lock, environment, scratch, say=say)
        lacking = [name for place, name in wanted.items() if not (scratch / place).is_file()]
        if lacking:  # those for other systems, which npm does not install here
            fill_cache(locks[0][0], locks[0][1], scratch, also=lacking, say=say)
        _check(scratch, wanted)
        _pack(scratch / "_cacache", file)
    return file.name, registry


def _wanted(lock: bytes) -> dict[str, str]:
    """The place in npm's cache of each package of a lock file, with its name and version."""
    found: dict[str, str] = {}
    for name, entry in locked_packages(lock):
        for integrity in str(entry.get("integrity", "")).split():
            algorithm, _, encoded = integrity.partition("-")
            digest = base64.b64decode(encoded).hex()
            found[f"{_CONTENT}/{algorithm}/{digest[:2]}/{digest[2:4]}/{digest[4:]}"] = f"{name}@{entry['version']}"
    return found


def _check(cache: Path, wanted: Mapping[str, str]) -> None:
    for place, name in wanted.items():
        file = cache / place
        algorithm, *digest = place.removeprefix(f"{_CONTENT}/").split("/")
        if not file.is_file() or hashlib.new(algorithm, file.read_bytes()).hexdigest() != "".join(digest):
            raise EnvironmentProblem(
                f"npm could not fetch {name} with the hash that is pinned.",
                "Type the command again; if that does not help, ask the people who run your package registry.",
            )


def _is_whole(file: Path, wanted: Mapping[str, str]) -> bool:
    try:
        with ZipFile(file) as archive:
            return set(wanted) <= set(archive.namelist()) and archive.testzip() is None
    except (OSError, EOFError, ValueError, RuntimeError, BadZipFile, zlib.error):  # all that zipfile has for damage
        return False


def _pack(cache: Path, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.part")
    with ZipFile(draft, "w", ZIP_DEFLATED) as archive:
        for part in _PACKED:
            for one in sorted((cache / part).rglob("*")):
                if one.is_file():
                    archive.write(one, f"_cacache/{one.relative_to(cache).as_posix()}")
    draft.replace(file)
    shutil.rmtree(cache.parent, ignore_errors=True)
