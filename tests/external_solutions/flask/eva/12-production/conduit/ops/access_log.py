"""A line of JSON for each request."""

import logging
import sys
from time import perf_counter

from flask import Flask, Response, g, request

from conduit.json_lines import JsonFormatter

logger = logging.getLogger("conduit.access")


def init_app(app: Flask) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    app.before_request(start_clock)
    app.after_request(write_line)


def start_clock() -> None:
    g.started = perf_counter()


def write_line(response: Response) -> Response:
    """Log the request without its query, which may be private."""
    milliseconds = round((perf_counter() - g.started) * 1000, 1)
    fields = {"method": request.method, "path": request.path, "status": response.status_code}
    logger.info("request", extra={"fields": {**fields, "milliseconds": milliseconds}})
    return response
