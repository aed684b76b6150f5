"""Structured logs: each request writes a line of JSON."""

import logging
import time

logger = logging.getLogger(__name__)


def log_requests(get_response):
    def middleware(request):
        started = time.perf_counter()
        response = get_response(request)
        fields = {"method": request.method, "path": request.path, "status": response.status_code}
        fields["milliseconds"] = round((time.perf_counter() - started) * 1000)
        logger.info("request", extra={"fields": fields})
        return response

    return middleware
