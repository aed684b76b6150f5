"""Packs starterkit's own wheel for a bundle, and pins its dependencies.

The wheel is packed from the files of the running starterkit, without a build backend and without a network. The same
files always give the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import os
import stat
import tomllib
from collections.abc import Iterator
from contextlib import suppress
from email.parser import HeaderParser
from importlib import metadata
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import starterkit
from starterkit.errors import EnvironmentProblem
from starterkit.template.bundled import bundled_folder
from starterkit.workshop.bundle.targets import uv_compile

_PACKAGE = "starterkit"
# The bundle contains pip too. If a machine's Python has no pip, Python can run pip directly from its wheel.
_INSTALLER = "pip"
_UNPINNED = (_PACKAGE, starterkit.DISTRIBUTION, _INSTALLER)  # starterkit's old and present name, and pip
_SKIPPED = frozenset(("__pycache__", ".git", ".venv", "node_modules", ".pytest_cache", ".ruff_cache", ".mypy_cache"))
_SCRIPTS = (_PACKAGE, starterkit.DISTRIBUTION)
_ENTRY_POINTS = "[console_scripts]\n" + "".join(f"{name} = {_PACKAGE}.__main__:main\n" for name in _SCRIPTS)
_TAGS = "Wheel-Version: 1.0\nGenerator: starterkit\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


def own_wheel() -> tuple[str, bytes]:
    """Return the file name and the bytes of a wheel of the running starterkit.

    Raises `EnvironmentProblem` if the installation is incomplete.
    """
    info = f"{starterkit.WHEEL_NAME}-{starterkit.__version__}.dist-info"
    texts = {"METADATA": _metadata(), "WHEEL": _TAGS, "entry_points.txt": _ENTRY_POINTS}
    files = [*sorted(_package_files()), *((f"{info}/{name}", text.encode(), False) for name, text in texts.items())]
    record = []
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, data, is_program in files:
            _write(archive, name, data, is_program)
            digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(data)}\n")
        record.append(f"{info}/RECORD,,\n")
        _write(archive, f"{info}/RECORD", "".join(record).encode(), False)
    return starterkit.wheel_file(), buffer.getvalue()


def own_pins() -> bytes:
    """Return a pins file with starterkit's dependencies and pip. Versions that are installed here are preferred.

    Raises `NoNetworkError`, or `EnvironmentProblem` if uv can't compile the pins.
    """
    installed = {dist.metadata["Name"]: dist.version for dist in metadata.distributions() if dist.metadata["Name"]}
    requirements = HeaderParser().parsestr(_metadata()).get_all("Requires-Dist") or []
    needed = [line for line in requirements if "extra ==" not in line.replace("extra==", "extra ==")]
    versions = (f"{name}=={number}\n" for name, number in installed.items() if name.lower() not in _UNPINNED)
    files = {"wanted.txt": "\n".join((*needed, _INSTALLER)).encode(), "pins.txt": "".join(versions).encode()}
    options = ["--generate-hashes", "--no-annotate", "--python-version", "3.11"]
    return uv_compile(files, options, "pins.txt", "the packages for starterkit")


def _metadata() -> str:
    package = Path(starterkit.__file__).resolve().parent
    with suppress(metadata.PackageNotFoundError):  # raised in a clone of starterkit that isn't installed
        installed = metadata.distribution(starterkit.DISTRIBUTION)
        is_this_one = Path(str(installed.locate_file(_PACKAGE))).resolve() == package
        if is_this_one and (text := installed.read_text("METADATA")):
            return text
    try:
        project = tomllib.loads((package.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    except (OSError, KeyError) as wrong:
        raise EnvironmentProblem(
            "starterkit can't add itself to the bundle, because its installation is incomplete.",
            "Install starterkit again.",
        ) from wrong
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {starterkit.DISTRIBUTION}",
        f"Version: {starterkit.__version__}",
        f"Summary: {project['description']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {requirement}" for requirement in project["dependencies"]),
    ]
    return "\n".join(lines) + "\n"


def _package_files() -> Iterator[tuple[str, bytes, bool]]:
    """Yield the path in the wheel and the bytes of each file of starterkit.

    The third item says if the file is executable.
    """
    package, templates = Path(starterkit.__file__).resolve().parent, bundled_folder()
    roots = {package: _PACKAGE}
    if package not in templates.parents:  # in a clone of starterkit, templates/ isn't in the package
        roots |= {folder: f"{_PACKAGE}/{folder.name}" for folder in (templates, templates.with_name("skeletons"))}
    for root, prefix in roots.items():
        for parent, folders, names in os.walk(root):
            folders[:] = sorted(name for name in folders if name not in _SKIPPED)
            for file in (Path(parent, name) for name in names):
                if file.suffix != ".pyc":
                    is_program = bool(file.stat().st_mode & stat.S_IXUSR) and os.name == "posix"
                    yield f"{prefix}/{file.relative_to(root).as_posix()}", file.read_bytes(), is_program


def _write(archive: ZipFile, name: str, data: bytes, is_program: bool) -> None:
    entry = ZipInfo(name)  # no modification time, so that the same files give the same bytes
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = (stat.S_IFREG | (0o755 if is_program else 0o644)) << 16
    archive.writestr(entry, data)
