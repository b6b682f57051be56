"""A trace, a line in the log and a figure for every request; no query strings, addresses or names."""

import re
import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

from todoke.faces.operations.metrics import REQUESTS, SECONDS
from todoke.kernel.trace import new_trace, use_trace

log = structlog.get_logger(__name__)

TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
QUIET = {"healthz", "readyz", "metrics", "static"}


class RequestMiddleware:
    """The outermost: what it times is what a visitor waits for, and every answer bears X-Trace-Id."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        trace_id = trace_of(request)
        started = time.perf_counter()
        with use_trace(trace_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - started
            route = route_of(request)
            method = request.method if request.method in METHODS else "other"
            REQUESTS.labels(route, method, str(response.status_code)).inc()
            SECONDS.labels(route, method).observe(seconds)
            if route not in QUIET:
                log.info(
                    "request", method=method, route=route, status=response.status_code, ms=round(seconds * 1000, 1)
                )
        response.headers["X-Trace-Id"] = trace_id
        return response


def trace_of(request: HttpRequest) -> str:
    """The trace that the caller is in by W3C ``traceparent``, or a new one."""
    found = TRACEPARENT.fullmatch(request.headers.get("traceparent", ""))
    return found.group(1) if found else new_trace()


def route_of(request: HttpRequest) -> str:
    """The pattern that answered, never the address: few values, and none of them personal."""
    if request.resolver_match is not None:
        return request.resolver_match.route or "/"
    return "static" if request.path.startswith("/static/") else "unmatched"
