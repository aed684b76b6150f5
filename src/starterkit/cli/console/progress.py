"""Show progress on stderr: one changing line on a terminal, separate lines in a file or pipe."""

from __future__ import annotations

import itertools
import shutil
import threading
import time
from typing import IO

from starterkit.cli.console.text import columns

_FRAMES = "|/-\\"
_EVERY_SECONDS = 0.12
_DELAY_SECONDS = 0.25  # tasks that are faster than this show no progress


class ProgressReporter:
    """Shows a line about the current task. With `moving`, each line replaces the previous line."""

    def __init__(self, stream: IO[str], *, moving: bool) -> None:
        self._stream = stream
        self.is_moving = moving
        self._line = ""
        self._drawn = False
        self._started = 0.0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def say(self, line: str) -> None:
        """Show a line about the current task. On a terminal, the next line or `stop` removes it."""
        line = line.rstrip(" …")
        if not line.endswith((".", "!", "?")):
            line += " …"
        if not self.is_moving:
            self._stream.write(f"{line}\n")
            self._stream.flush()
            return
        self._line = line
        if self._thread is None:
            self._started = time.monotonic()
            self._over.clear()
            self._thread = threading.Thread(target=self._move, daemon=True)
            self._thread.start()

    def stand_still(self) -> None:
        """Keep every line after this call, because another program prints to the same terminal."""
        self.stop()
        self.is_moving = False

    def stop(self) -> None:
        """Remove the changing line from the terminal."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._over.set()
        thread.join()
        if self._drawn:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._drawn = False

    def _move(self) -> None:
        if self._over.wait(_DELAY_SECONDS):
            return
        for frame in itertools.cycle(_FRAMES):
            self._draw(frame)
            if self._over.wait(_EVERY_SECONDS):
                return

    def _draw(self, frame: str) -> None:
        seconds = int(time.monotonic() - self._started)
        shown = f"{frame} {self._line}" + (f" {seconds} s" if seconds >= 3 else "")
        room = shutil.get_terminal_size().columns - 1
        while columns(shown) > room:
            shown = shown[:-1]
        self._stream.write(f"\r\x1b[K{shown}")
        self._stream.flush()
        self._drawn = True
