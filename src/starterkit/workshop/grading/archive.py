"""Files as one archive (tar), which is unpacked inside the sandbox: nothing of a submission is written outside."""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Mapping

from starterkit.repository.objects import EXECUTABLE, LINK, File

_TIME = 1767225600  # one time for all, so that Python's bytecode of the tests stays valid


def archived(*trees: Mapping[str, File]) -> bytes:
    """Return an archive of files; of those with one path, the last one counts."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as archive:
        for path, file in {path: file for tree in trees for path, file in tree.items()}.items():
            entry = tarfile.TarInfo(path)
            entry.mtime = _TIME
            if file.mode == LINK:
                entry.type, entry.linkname = tarfile.SYMTYPE, os.fsdecode(file.data)
                archive.addfile(entry)
            else:
                entry.mode, entry.size = 0o755 if file.mode == EXECUTABLE else 0o644, len(file.data)
                archive.addfile(entry, io.BytesIO(file.data))
    return buffer.getvalue()
