"""What is being done now, on standard error: one moving line on a terminal, plain lines elsewhere."""

from __future__ import annotations

import threading
import time
from typing import IO

from starterkit.cli.console.text import columns

_FRAMES = "|/-\\"
_EVERY_SECONDS = 0.12
_DELAY_SECONDS = 0.25  # what is quicker than this leaves no trace


class ProgressReporter:
    """The line that says what is being done; `stop` takes it away."""

    def __init__(self, stream: IO[str], *, moving: bool) -> None:
        self._stream = stream
        self._moving = moving
        self._line = ""
        self._drawn = False
        self._begun = 0.0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_moving(self) -> bool:
        """Whether lines are drawn over each other, as on a terminal."""
        return self._moving

    def say(self, line: str) -> None:
        """Replace the line."""
        line = line.rstrip(" …")
        if not line.endswith((".", "!", "?")):
            line += " …"
        if not self._moving:
            self._stream.write(f"{line}\n")
            self._stream.flush()
            return
        self._line = line
        if self._thread is None:
            self._begun = time.monotonic()
            self._over.clear()
            self._thread = threading.Thread(target=self._move, daemon=True)
            self._thread.start()

    def stand_still(self) -> None:
        """From now on, every line stays: another program is going to write on the same screen."""
        self.stop()
        self._moving = False

    def stop(self) -> None:
        """Take the moving line away; what was plain stays."""
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
        number = 0
        while True:
            self._draw(_FRAMES[number % len(_FRAMES)])
            if self._over.wait(_EVERY_SECONDS):
                return
            number += 1

    def _draw(self, frame: str) -> None:
        import shutil

        seconds = int(time.monotonic() - self._begun)
        shown = f"{frame} {self._line}" + (f" {seconds} s" if seconds >= 3 else "")
        room = shutil.get_terminal_size().columns - 1
        while columns(shown) > room:
            shown = shown[:-1]
        self._stream.write(f"\r\x1b[K{shown}")
        self._stream.flush()
        self._drawn = True
