"""The script that runs pytest in the sandbox. It sends signed events about the tests over a pipe."""

from __future__ import annotations

import hmac
import importlib.util
import json
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import Any


def sender(report_end: int, key: bytes) -> Callable[..., None]:
    """Return a function that writes a signed, numbered event to the pipe `report_end`.

    In a forked child it writes nothing, because starterkit would see the child's numbers as forged.
    """
    own = os.getpid()
    # Get these functions now, because the submission may replace them in their modules later.
    write, getpid, digest, quoted = os.write, os.getpid, hmac.digest, encode_basestring_ascii
    lock = threading.RLock()
    count = [0]

    def send(event: str, **more: str | int) -> None:
        if getpid() != own:
            return
        with lock:
            values: dict[str, Any] = {"event": event, "n": count[0], **more}
            members = (f"{quoted(name)}: {v if type(v) is int else quoted(v)}" for name, v in values.items())
            body = f"{{{', '.join(members)}}}".encode()
            line = digest(key, body, "sha256").hex().encode() + b" " + body + b"\n"
            count[0] += 1
            try:
                while line:
                    line = line[write(report_end, line) :]
            except OSError:
                return  # the submission has closed the pipe, so starterkit counts the remaining tests as not run

    return send


def main() -> None:
    """Run the tests, and end the process without running exit handlers.

    The arguments are the settings as JSON, and the file descriptors of the secret's and the report's pipe.
    """
    settings = json.loads(sys.argv[1])
    secret_end, report_end = int(sys.argv[2]), int(sys.argv[3])
    with open(secret_end, "rb") as secret:  # a pipe
        key = secret.read()
    send = sender(report_end, key)
    send("started")
    os.set_inheritable(report_end, False)
    sys.modules["__main__"] = type(sys)("__main__")
    sys.argv[1:] = []
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # only the learning path's plugins are loaded
    end = os._exit
    # The first event must be sent before the recorder imports pytest and other packages. The recorder isn't put into
    # `sys.modules`, so that the submission can't easily find it.
    spec = importlib.util.spec_from_file_location("_starterkit_recorder", Path(__file__).parent / "recorder.py")
    assert spec is not None and spec.loader is not None
    recorder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(recorder)
    recorder.run(settings, str(Path.cwd()), send)
    with suppress(Exception):  # the submission may have replaced stdout
        sys.stdout.flush()
    end(0)  # skip exit handlers, which the submission may have registered


main()
