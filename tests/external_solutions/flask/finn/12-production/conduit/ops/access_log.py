"""A line of JSON for each request."""

import logging
import sys
from time import perf_counter

from flask import Flask, Response, g, request

from conduit.json_lines import JsonFormatter

log = logging.getLogger("conduit.requests")


def init_app(app: Flask) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    app.before_request(start_clock)
    app.after_request(write_line)


def start_clock() -> None:
    g.started = perf_counter()


def write_line(response: Response) -> Response:
    started = g.get("started") or perf_counter()
    fields = {
        "method": request.method,
        "path": request.path,  # without the query, which may be private
        "status": response.status_code,
        "milliseconds": round((perf_counter() - started) * 1000, 1),
    }
    log.info("request", extra={"fields": fields})
    return response
