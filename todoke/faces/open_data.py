"""What answers with open data have in common: who asks, how often, and what a browser of another site may read."""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed, HttpResponseNotModified
from django.utils.cache import get_conditional_response

from todoke.faces.failures import failure_page
from todoke.loops.improve.open_data.errors import TooManyRequestsError
from todoke.loops.improve.open_data.fairness import take

SECONDS = 60
"""How long a cache may keep an answer without asking."""

Parameters = ParamSpec("Parameters")
Answer = TypeVar("Answer", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, Parameters], HttpResponseBase]


def sender(request: HttpRequest) -> str:
    """The address that a request comes from, behind as many proxies as the installation says it has."""
    behind = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    if settings.PROXIES and len(behind) >= settings.PROXIES:
        return behind[-settings.PROXIES]
    return str(request.META.get("REMOTE_ADDR") or "")


def take_tokens(request: HttpRequest, cost: float) -> None:
    """Raises TooManyRequestsError."""
    take(sender(request), cost)


def for_everyone(view: View[Parameters]) -> View[Parameters]:
    """Pages of any site may read it; a reader who asks too often is told when to come again."""

    @wraps(view)
    def answered(request: HttpRequest, /, *args: Parameters.args, **kwargs: Parameters.kwargs) -> HttpResponseBase:
        response: HttpResponseBase
        if request.method == "OPTIONS":
            response = HttpResponse(status=204)
            response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
            response.headers["Access-Control-Max-Age"] = "86400"
        elif request.method not in {"GET", "HEAD"}:
            response = HttpResponseNotAllowed(["GET", "HEAD", "OPTIONS"])
        else:
            try:
                response = view(request, *args, **kwargs)
            except TooManyRequestsError as error:
                response = failure_page(request, error.message, error.status)
                response.headers["Retry-After"] = str(error.details["seconds"])
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "ETag, Link, Retry-After"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answered


def etag_of(*parts: object) -> str:
    """Weak: what it stands for may be compressed on the way."""
    return f'W/"{hashlib.sha256(chr(0).join(map(str, parts)).encode()).hexdigest()[:32]}"'


def unchanged(request: HttpRequest, etag: str) -> HttpResponse | None:
    """The answer to who has this already."""
    found = get_conditional_response(request, etag=etag)
    return cached(found, etag) if isinstance(found, HttpResponseNotModified) else None


def cached(response: Answer, etag: str) -> Answer:
    """With its tag, and how long it may be kept."""
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    return response
