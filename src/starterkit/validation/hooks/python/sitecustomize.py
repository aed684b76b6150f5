"""Runs inside a learner's Python when `template validate` watches a test run; Python imports it by its name.

Writes a line of JSON for each connection or name look-up that leaves this machine, and for each file outside the
allowed folders that is opened for writing, made, moved or removed. Nothing is prevented. It may import only what is
loaded in every Python anyway.
"""

from __future__ import annotations

import _thread
import os
import sys

TYPE_CHECKING = False  # the module `typing` is not loaded in every Python
if TYPE_CHECKING:
    from typing import Any

_LOG = os.environ.get("STARTERKIT_WATCH_LOG", "")
_ALLOWED = [folder for folder in os.environ.get("STARTERKIT_WATCH_ALLOWED", "").split(os.pathsep) if folder]
_ALLOWED.append(os.path.realpath(os.environ.get("TMPDIR", os.sep)))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_HERE = ("", "localhost", "::1", "0.0.0.0", "::", None)  # noqa: S104  # addresses that stay on this machine
_FOREIGN = ("site-packages", "dist-packages", f"{os.sep}lib{os.sep}python", "<frozen")


def _watch(event: str, args: tuple[Any, ...]) -> None:
    look = _LOOKS.get(event)
    me = _thread.get_ident()
    if look is None or me in _BUSY:
        return
    _BUSY.add(me)
    try:
        look(*args)
    except Exception as wrong:  # a watcher that fails must not fail the test
        _write("watcher", f"{event}: {wrong!r}")
    finally:
        _BUSY.discard(me)


_BUSY: set[int] = set()  # the threads that are watching at this moment: what they do then is ours


def _open(path: Any, _mode: object, flags: int) -> None:
    if flags & _WRITING:
        _touch(path)


def _touch(path: Any, *more: object) -> None:
    # A path relative to an open folder (dir_fd) cannot be told from here; such a folder was opened by name before.
    if isinstance(path, int) or (more and isinstance(more[-1], int) and more[-1] > 0):
        return
    name = os.path.realpath(os.fsdecode(path))
    if name.startswith(("/dev/", "/proc/")) or name == os.path.realpath(_LOG):
        return
    if not any(_is_inside(name, folder) for folder in _ALLOWED):
        _write("write", name)


def _is_inside(name: str, folder: str) -> bool:
    if folder.endswith("*"):
        return name.startswith(folder[:-1])
    return name == folder or name.startswith(folder + os.sep)


def _move(source: Any, target: Any, *more: object) -> None:
    _touch(source, *more[:1])
    _touch(target, *more[1:2])


def _database(name: Any) -> None:
    text = os.fsdecode(name)
    plain = text[5:].split("?")[0] if text.startswith("file:") else text
    if plain not in ("", ":memory:") and "mode=memory" not in text:
        _touch(plain)


def _connect(_socket: object, address: object, *_more: object) -> None:
    if isinstance(address, tuple) and address:
        _look_up(address[0], address[1] if len(address) > 1 else "")


def _look_up(host: Any, port: object = "", *_more: object) -> None:
    name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
    if name not in _HERE and not str(name).startswith("127."):
        _write("network", f"{name}:{port}" if port else str(name))


def _write(kind: str, what: str) -> None:
    file, line = _place()
    text = [_quoted(word) for word in (kind, what, file)]
    record = f'{{"kind": {text[0]}, "what": {text[1]}, "file": {text[2]}, "line": {line}}}\n'
    handle = os.open(_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, record.encode("utf-8", "replace"))
    finally:
        os.close(handle)


def _quoted(word: str) -> str:
    shown = "".join(c if c.isprintable() and c not in '"\\' else f"\\u{ord(c) & 0xFFFF:04x}" for c in str(word))
    return f'"{shown}"'


def _place() -> tuple[str, int]:
    """The innermost line of code that is neither Python's nor a package's."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if name != __file__ and os.sep in name and not any(word in name for word in _FOREIGN):
            return os.path.realpath(name), frame.f_lineno
        frame = frame.f_back
    return "", 0


_LOOKS: dict[str, Any] = {
    "open": _open,
    "os.remove": _touch,
    "os.mkdir": _touch,
    "os.rmdir": _touch,
    "os.rename": _move,
    "os.link": _move,
    "os.symlink": lambda _source, target, *more: _touch(target, *more),
    "os.truncate": _touch,
    "sqlite3.connect": _database,
    "socket.connect": _connect,
    "socket.sendto": _connect,
    "socket.getaddrinfo": _look_up,
    "socket.gethostbyname": _look_up,
}
if _LOG:
    sys.addaudithook(_watch)
