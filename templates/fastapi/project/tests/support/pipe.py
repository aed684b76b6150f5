"""A pipe between two processes, which ask each other to do something. Each message is a line of JSON."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from threading import Lock, Thread
from typing import IO, Any


class SiteError(RuntimeError):
    """An error in the other process. Its note is the traceback from there."""


class Pipe:
    """One end of the pipe. `do` is called with each operation that the other process asks for, and its arguments."""

    def __init__(self, reader: IO[str], writer: IO[str], do: Callable[..., Any]) -> None:
        self._reader, self._writer, self._do = reader, writer, do
        self._numbers, self._writing = count(), Lock()
        self._waiting: dict[int, Future[Any]] = {}

    def ask(self, operation: str, *arguments: Any) -> Any:
        """Let the other process do an operation, and return its result."""
        number, reply = next(self._numbers), Future[Any]()
        self._waiting[number] = reply
        self._write(number=number, operation=operation, arguments=arguments)
        return reply.result()

    def listen(self) -> None:
        """Read messages until the other process closes the pipe."""
        for line in self._reader:
            message = json.loads(line)
            if "operation" in message:
                Thread(target=self._answer, kwargs=message, daemon=True).start()
            elif "error" in message:
                self._waiting.pop(message["number"]).set_exception(_error(*message["error"]))
            else:
                self._waiting.pop(message["number"]).set_result(message["result"])
        for reply in self._waiting.values():
            reply.set_exception(SiteError("The process of the site has ended."))

    def _answer(self, number: int, operation: str, arguments: list[Any]) -> None:
        try:
            self._write(number=number, result=self._do(operation, *arguments))
        except BaseException as error:  # also SystemExit, which would end only this thread
            self._write(number=number, error=[type(error).__name__, str(error), traceback.format_exc()])

    def _write(self, **message: Any) -> None:
        with self._writing:
            self._writer.write(json.dumps(message) + "\n")
            self._writer.flush()


def _error(kind: str, text: str, trace: str) -> Exception:
    error = AssertionError(text) if kind == "AssertionError" else SiteError(f"{kind}: {text}")
    error.add_note(trace)
    return error
