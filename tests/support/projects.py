"""Small real things for tests: trees of files, wheels, a package index on this machine, and one tiny environment."""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import os
import re
import tempfile
import threading
import zipfile
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from textwrap import dedent

from starterkit.runtime.environment import Environment
from starterkit.runtime.prepare import prepare
from starterkit.template.model import EnvironmentSpec

PYTHON = EnvironmentSpec("python", "pyproject.toml", "requirements.txt")


def write_tree(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files (texts are dedented) below a folder and return the folder."""
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode())
    return folder


def declaration(*dependencies: str, dev: Sequence[str] = (), python: str = ">=3.11", more: str = "") -> str:
    """Return a pyproject.toml that names these dependencies."""
    lines = [
        "[project]",
        'name = "probe"',
        'version = "0"',
        f'requires-python = "{python}"',
        f"dependencies = {list(dependencies)}",
    ]
    if dev:
        lines += ["[dependency-groups]", f"dev = {list(dev)}"]
    return "\n".join([*lines, more, ""])


def wheel(
    name: str, version: str, requires: Sequence[str] = (), more: Mapping[str, str] | None = None
) -> tuple[str, bytes]:
    """Return the file name and the bytes of a wheel that holds one module with a VERSION, and more files."""
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        + "".join(f"Requires-Dist: {requirement}\n" for requirement in requires),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **(more or {}),
    }
    digests = {path: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()) for path, text in files.items()}
    record = "".join(
        f"{path},sha256={digest.rstrip(b'=').decode()},{len(files[path].encode())}\n"
        for path, digest in digests.items()
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path, text in {**files, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            archive.writestr(zipfile.ZipInfo(path), text)
    return f"{name}-{version}-py3-none-any.whl", buffer.getvalue()


class Index:
    """A package index on 127.0.0.1: what it was asked for is in `asked`; `hold` keeps wheels back until it is set."""

    def __init__(self) -> None:
        self.wheels: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.hold = threading.Event()
        self.hold.set()
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                index.asked.append(self.path)
                self._answer(index.page(self.path))

            def _answer(self, body: bytes | None) -> None:
                self.send_response(404 if body is None else 200)
                kind = "application/octet-stream" if self.path.endswith(".whl") else "text/html"
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                """Keep the test's output clean."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/simple"

    def add(self, name: str, version: str, requires: Sequence[str] = (), more: Mapping[str, str] | None = None) -> None:
        file, data = wheel(name, version, requires, more)
        self.wheels[file] = data

    def page(self, path: str) -> bytes | None:
        name = path.rstrip("/").rsplit("/", 1)[-1]
        if name.endswith(".whl"):
            self.hold.wait(20)
            return self.wheels.get(name)
        if name.endswith(".whl.metadata"):
            return _metadata(self.wheels[name.removesuffix(".metadata")])
        files = [file for file in self.wheels if re.sub(r"[-_.]+", "-", file.split("-")[0]) == name]
        links = [
            f'<a href="/files/{file}#sha256={_digest(self.wheels[file])}" data-core-metadata="true">{file}</a>'
            for file in files
        ]
        return "\n".join(["<!DOCTYPE html>", *links]).encode() if files else None

    def stop(self) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()


def _metadata(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(next(name for name in archive.namelist() if name.endswith("/METADATA")))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@functools.cache
def _scratch() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="starterkit-tests-", ignore_cleanup_errors=True)


@functools.cache
def pytest_environment() -> Environment:
    """Return an environment with pytest and pytest-timeout, made once for the whole run."""
    folder = write_tree(
        Path(_scratch().name) / "pröject 🎈 one", {"pyproject.toml": declaration("pytest>=9", "pytest-timeout>=2.4")}
    )
    return prepare(folder, PYTHON)


@functools.cache
def node_alone(project: Path) -> Environment:
    """Return an environment with Node and no packages, made once for the whole run, for what this project declares."""
    names = ("package.json", "package-lock.json")
    there = [name for name in (*names, ".npmrc") if (project / name).exists()]
    folder = write_tree(Path(_scratch().name) / "node", {name: (project / name).read_text("utf-8") for name in there})
    return prepare(folder, EnvironmentSpec("node", *names))


def bin_folder(venv: Path) -> Path:
    return venv / ("Scripts" if os.name == "nt" else "bin")


def syntax_error(code: str) -> str:
    """Return what this Python says about code that is not valid: its words differ between versions."""
    try:
        compile(code, "code", "exec")
    except SyntaxError as wrong:
        return f"SyntaxError: {wrong.msg}"
    raise AssertionError("the code is valid")
