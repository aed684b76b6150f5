"""Structured logs: in production, each request writes a line of JSON to standard output."""

import logging
import sys
import time

from flask import Flask, Response, current_app, g, request

from conduit.json_lines import JsonFormatter


def init_app(app: Flask) -> None:
    if app.config.get("PRODUCTION"):
        handler = logging.StreamHandler(sys.stdout)
        handler.setFormatter(JsonFormatter())
        logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
        app.before_request(start_clock)
        app.after_request(log_request)


def start_clock() -> None:
    g.started = time.perf_counter()


def log_request(response: Response) -> Response:
    fields = {"method": request.method, "path": request.path, "status": response.status_code}
    fields["milliseconds"] = round((time.perf_counter() - g.started) * 1000)
    current_app.logger.info("request", extra={"fields": fields})
    return response
