"""The entry point of `starterkit` and `python -m starterkit`."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Raises nothing."""
    if sys.platform != "win32":  # block these signals until `run_command` can handle them
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    from starterkit.cli.main import run_command  # noqa: PLC0415 - a signal during this import must wait

    return run_command(list(sys.argv[1:] if arguments is None else arguments))


if __name__ == "__main__":
    sys.exit(main())
