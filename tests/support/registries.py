"""A small npm registry on this machine, for tests that install packages without any network."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote


class Registry:
    """Serves packages of one module each, whose default export is their version; `hashes` are those of its archives."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.hashes: dict[str, str] = {}
        self._packages: dict[str, dict[str, object]] = {}
        self._archives: dict[str, bytes] = {}
        registry = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                registry.asked.append(self.path)
                path = unquote(self.path).strip("/")
                package = registry._packages.get(path)
                data = registry._archives.get(path) or (json.dumps(package).encode() if package else b"{}")
                self.send_response(200 if data != b"{}" else 404)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, format: str, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add(
        self,
        name: str,
        version: str,
        needs: dict[str, str] | None = None,
        files: dict[str, str] | None = None,
        **more: object,
    ) -> None:
        """Publish a release with further `files`; `more` stands in its package.json, too."""
        declared = {"name": name, "version": version, "type": "module", "main": "index.js", "dependencies": needs or {}}
        declared |= more
        own = {"package.json": json.dumps(declared), "index.js": f"export default '{version}';\n"}
        archive = _archive({**own, **(files or {})})
        place = f"{name}/-/{name}-{version}.tgz"
        self._archives[place] = archive
        digest = base64.b64encode(hashlib.sha512(archive).digest()).decode()
        self.hashes[f"{name}@{version}"] = f"sha512-{digest}"
        dist = {"tarball": self.url + place, "integrity": f"sha512-{digest}"}
        package = self._packages.setdefault(name, {"name": name, "dist-tags": {}, "versions": {}, "time": {}})
        package["versions"][version] = {**declared, "dist": dist}  # type: ignore[index]
        package["time"][version] = "2020-05-05T00:00:00.000Z"  # type: ignore[index]
        package["dist-tags"]["latest"] = version  # type: ignore[index]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def _archive(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(text.encode())
            archive.addfile(entry, io.BytesIO(text.encode()))
    return out.getvalue()
