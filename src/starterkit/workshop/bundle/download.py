"""Downloads missing wheels into a bundle. A partial download never gets the name of a wheel.

No installer can do this. uv 0.13 has no command that downloads wheels. pip 26 evaluates markers for the machine that
runs it: on Linux, `pip download --platform win_amd64` misses packages that only Windows needs, such as colorama.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
import ssl
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from starterkit.errors import EnvironmentProblem, StarterkitError
from starterkit.progress import Progress
from starterkit.runtime.bundle import sha256_of
from starterkit.runtime.causes import DOCTOR, NoNetworkError, cause_of, error_of
from starterkit.workshop.bundle.targets import Wheel

_AT_ONCE = 6
_TRIES = 3
_PIECE = 1 << 16
_SECONDS = 60.0
_RESERVE = 50_000_000  # bytes to leave free on the disk for the bundle's other files
_EVERY_SECONDS = 1.0
MEGABYTE = 1_000_000


@dataclass
class Download:
    """Downloads wheels into a folder, several at a time. `bytes` counts the bytes downloaded so far."""

    folder: Path
    say: Progress
    bytes: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: bool = False

    def fetch(self, wheels: Iterable[Wheel]) -> int:
        """Download the wheels that the folder lacks. Return the number of downloaded bytes.

        Raises `NoNetworkError`, or `EnvironmentProblem` for a full disk or a wrong hash.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        files = {wheel: self.folder / wheel.name for wheel in wheels}
        lacking = [wheel for wheel, file in files.items() if not file.is_file() or sha256_of(file) != wheel.sha256]
        check_room(self.folder, sum(wheel.size or 0 for wheel in lacking))
        shown_at = time.monotonic()
        pool = ThreadPoolExecutor(_AT_ONCE)
        try:
            for number, _ in enumerate(pool.map(self._fetch, lacking), 1):
                if time.monotonic() - shown_at >= _EVERY_SECONDS:
                    shown_at = time.monotonic()
                    self.say(f"Downloading wheels: {number} of {len(lacking)}, {self.bytes // MEGABYTE} MB")
        except BaseException:
            self._stopped = True
            raise
        finally:
            pool.shutdown(cancel_futures=True)
        return self.bytes

    def _fetch(self, wheel: Wheel) -> None:
        for left in reversed(range(_TRIES)):
            try:
                self._fetch_once(wheel)
                break
            except OSError as wrong:  # network errors are OSErrors too
                if not left or _is_final(wrong) or self._stopped:
                    raise _explain(wheel, wrong) from wrong
                time.sleep(0.5)

    def _fetch_once(self, wheel: Wheel) -> None:
        draft = self.folder / f"{wheel.name}.part"
        digest = hashlib.sha256()
        try:
            with urlopen(wheel.url, timeout=_SECONDS) as response, draft.open("wb") as out:  # noqa: S310 - of the index
                length = int(response.headers.get("Content-Length") or 0)
                check_room(self.folder, length)
                while piece := response.read(_PIECE):
                    if self._stopped:
                        raise NoNetworkError("Stopped.")
                    out.write(piece)
                    digest.update(piece)
                    with self._lock:
                        self.bytes += len(piece)
                size, whole = out.tell(), length or wheel.size or 0
            if digest.hexdigest() != wheel.sha256:
                if size < whole:
                    raise ConnectionError(f"the connection was cut after {size} of {whole} bytes")
                if "html" in response.headers.get("Content-Type", ""):
                    raise ConnectionError("the response is text/html")
                raise EnvironmentProblem(
                    f"The package index sent a wrong file for {wheel.name}: the hash differs from the pinned hash.",
                    "Type the command again. If this fails again, ask the administrator of your package index.",
                )
            draft.replace(self.folder / wheel.name)
        except HTTPException as broken:
            raise ConnectionError(f"the response is broken ({type(broken).__name__})") from broken
        finally:
            draft.unlink(missing_ok=True)


def check_room(folder: Path, size: int) -> None:
    """Raise `EnvironmentProblem` if a folder's disk is too full.

    It must have space for `size` more bytes and 50 MB in reserve.
    """
    free = shutil.disk_usage(folder).free
    if free < size + _RESERVE:
        needed = (size + _RESERVE) // MEGABYTE
        raise EnvironmentProblem(
            f"The disk of {folder} is too full. The bundle needs {needed} MB, but only {free // MEGABYTE} MB are free.",
            "Free some space, then type the command again. Finished downloads are kept.",
        )


def _is_final(wrong: OSError) -> bool:
    reason = getattr(wrong, "reason", wrong)
    return (
        (isinstance(wrong, HTTPError) and wrong.code < 500)
        or isinstance(reason, ssl.SSLCertVerificationError)
        or wrong.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
    )


def _explain(wheel: Wheel, wrong: OSError) -> StarterkitError:
    reason = getattr(wrong, "reason", wrong)
    message = f"{wrong.code} {wrong.reason}" if isinstance(wrong, HTTPError) else str(reason) or type(reason).__name__
    if cause := cause_of(message):
        return error_of(cause, wheel.name, message)
    if isinstance(wrong, URLError | ConnectionError):
        return NoNetworkError(f"starterkit can't download {wheel.name}. The cause is unknown: {message}", DOCTOR)
    return EnvironmentProblem(f"starterkit can't write {wheel.name}. The cause is unknown: {message}", DOCTOR)
