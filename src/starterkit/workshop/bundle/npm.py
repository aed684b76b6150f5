"""Packs the npm packages of a bundle.

It fills an npm cache from lock files, and archives the cache. Without a network, npm can only install from its cache.
The cache is one archive, because copying hundreds of small files from a USB stick is slow.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
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
    """Create an archive in `folder` with the packages of lock files. Return its name and the registry's URL.

    If the folder has a complete archive of these packages, it is kept. `scratch` is a temporary folder for the cache.
    Raises `NoNetworkError`, or `EnvironmentProblem` for a wrong hash.
    """
    registry = npm_registry(locks[0][1], locks[0][0], say)
    digest = hashlib.sha256(json.dumps([registry, *(lock.decode() for lock, _ in locks)]).encode()).hexdigest()
    file = folder / f"cache-{digest[:12]}.zip"
    packages = {path: name for lock, _ in locks for path, name in _cached(lock)}
    if not _is_whole(file, packages):
        say(f"Downloading {len(packages)} npm packages")
        for lock, environment in locks:
            fill_cache(lock, environment, scratch, say=say)
        lacking = [name for path, name in packages.items() if not (scratch / path).is_file()]
        if lacking:  # npm doesn't download packages for other systems, so download them by name
            fill_cache(locks[0][0], locks[0][1], scratch, also=lacking, say=say)
        _check_hashes(scratch, packages)
        _pack(scratch / "_cacache", file)
    return file.name, registry


def _cached(lock: bytes) -> Iterator[tuple[str, str]]:
    for name, entry in locked_packages(lock):
        for integrity in str(entry.get("integrity", "")).split():
            algorithm, _, encoded = integrity.partition("-")
            digest = base64.b64decode(encoded).hex()
            yield f"{_CONTENT}/{algorithm}/{digest[:2]}/{digest[2:4]}/{digest[4:]}", f"{name}@{entry['version']}"


def _check_hashes(cache: Path, packages: Mapping[str, str]) -> None:
    for path, name in packages.items():
        file = cache / path
        algorithm, *digest = path.removeprefix(f"{_CONTENT}/").split("/")
        if not file.is_file() or hashlib.new(algorithm, file.read_bytes()).hexdigest() != "".join(digest):
            raise EnvironmentProblem(
                f"npm didn't download the expected file for {name}: its hash must match the pinned hash.",
                "Type the command again. If this fails again, ask the administrator of your package registry.",
            )


def _is_whole(file: Path, packages: Mapping[str, str]) -> bool:
    try:
        with ZipFile(file) as archive:
            return set(packages) <= set(archive.namelist()) and archive.testzip() is None
    except (OSError, EOFError, ValueError, RuntimeError, BadZipFile, zlib.error):  # missing or damaged archive
        return False


def _pack(cache: Path, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.part")
    with ZipFile(draft, "w", ZIP_DEFLATED) as archive:
        for part in _PACKED:
            for path in sorted((cache / part).rglob("*")):
                if path.is_file():
                    archive.write(path, f"_cacache/{path.relative_to(cache).as_posix()}")
    draft.replace(file)
    shutil.rmtree(cache.parent, ignore_errors=True)
