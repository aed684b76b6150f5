"""Read the option `--port`."""

from __future__ import annotations

from starterkit.errors import UsageError

_LAST_PORT = 65535


def port_number(port: str) -> int | None:
    """Return the value of `--port` as a number, or None if it is empty. Raises `UsageError` for an invalid port."""
    if not port:
        return None
    if port.isdecimal() and 1 <= int(port) <= _LAST_PORT:
        return int(port)
    raise UsageError(f'Invalid port "{port}".', f"Use a number from 1 to {_LAST_PORT}, for example `--port 8080`.")
