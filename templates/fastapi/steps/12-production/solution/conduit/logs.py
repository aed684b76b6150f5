"""Structured logs: in production, each request writes a line of JSON to standard output."""

import logging
import sys
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conduit.json_lines import JsonFormatter

logger = logging.getLogger(__name__)


def log_json() -> None:
    """Write all logs as JSON, those of uvicorn too. LogMiddleware replaces uvicorn's own line for each request."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    logging.getLogger("uvicorn").handlers.clear()
    logging.getLogger("uvicorn").propagate = True
    logging.getLogger("uvicorn.access").disabled = True


class LogMiddleware:
    """Logs each request. If it fails, the line contains the error."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started, status = time.perf_counter(), 500

        async def send_and_note(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        error = None
        try:
            await self.app(scope, receive, send_and_note)
        except Exception as raised:
            error = raised
            raise
        finally:
            if scope["type"] == "http":
                fields = {"method": scope["method"], "path": scope["path"], "status": status}
                fields["milliseconds"] = round((time.perf_counter() - started) * 1000)
                level = logging.ERROR if error else logging.INFO
                logger.log(level, "request", extra={"fields": fields}, exc_info=error)
