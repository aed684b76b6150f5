"""A hook for `template validate`. Python imports it by its name when a learner's tests start.

The hook logs each connection or name look-up that leaves this machine. It also logs each file outside the allowed
folders that is opened for writing, created, moved or removed. It blocks nothing. Into a second log, it writes which
process loads which module of a folder. The hook may only import modules that every Python has loaded already. So it
logs dictionaries with `repr`, because `json` may not be loaded.
"""

from __future__ import annotations

import _thread
import os
import sys

TYPE_CHECKING = False  # not every Python has loaded the module `typing`
if TYPE_CHECKING:
    from typing import Any

_LOG = os.environ.get("STARTERKIT_WATCH_LOG", "")
_ALLOWED = [folder for folder in os.environ.get("STARTERKIT_WATCH_ALLOWED", "").split(os.pathsep) if folder]
_ALLOWED.append(os.path.realpath(os.environ.get("TMPDIR", os.sep)))
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_HERE = ("", "localhost", "::1", "0.0.0.0", "::", None)  # noqa: S104  # addresses that stay on this machine
_LOADED_LOG = os.environ.get("STARTERKIT_LOADED_LOG", "")
_LOADED_FROM = os.environ.get("STARTERKIT_LOADED_FROM", "") + os.sep
_FOREIGN = ("site-packages", "dist-packages", f"{os.sep}lib{os.sep}python", "<frozen")


_BUSY: set[int] = set()  # threads inside the hook, whose calls aren't logged


def _watch(event: str, args: tuple[Any, ...]) -> None:
    look = _LOOKS.get(event)
    thread = _thread.get_ident()
    if look is None or thread in _BUSY:
        return
    _BUSY.add(thread)
    try:
        look(*args)
    except Exception as error:  # an error in the hook must not fail the test
        _write("watcher", f"{event}: {error!r}")
    finally:
        _BUSY.discard(thread)


def _open(path: Any, _mode: object, flags: int) -> None:
    if flags & _WRITING:
        _touch(path)


def _touch(path: Any, *more: object) -> None:
    # A path relative to a folder's descriptor (dir_fd) is unknown, but the folder was logged when it was opened.
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


def _move(source: Any, target: Any, *folders: object) -> None:
    _touch(source, *folders[:1])
    _touch(target, *folders[1:2])


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


def _note_loaded(event: str, args: tuple[Any, ...]) -> None:
    if event == "exec":
        code = args[0]
        target = getattr(code, "co_filename", "")
        if target.startswith(_LOADED_FROM) and code.co_name == "<module>":
            file, line = _own_line()
            _append(_LOADED_LOG, {"process": os.getpid(), "target": target, "file": file, "line": line})


def _write(kind: str, target: str) -> None:
    file, line = _own_line()
    _append(_LOG, {"kind": kind, "target": target, "file": file, "line": line})


def _append(log: str, record: dict[str, object]) -> None:
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{record!r}\n".encode("utf-8", "replace"))
    finally:
        os.close(handle)


def _own_line() -> tuple[str, int]:
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if name != __file__ and os.sep in name and not any(part in name for part in _FOREIGN):
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
if _LOADED_LOG:
    sys.addaudithook(_note_loaded)
