"""Telegrams and readings pushed by whoever has a token. An answer below 500 says that they are kept, or why not."""

import hmac
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from todoke.kernel.errors import TodokeError
from todoke.loops.reach.actions.telegrams import Received, receive
from todoke.loops.reach.sources.sensors import parse_reading, take_reading
from todoke.loops.reach.telegrams.markup import MAX_BYTES

READING_BYTES = 16 * 1024
NAME_HEADER = "X-Telegram-Name"
"""Of its file, which carries its type; without it the type is told by its title."""

View = Callable[[HttpRequest], HttpResponse]


def for_machines(view: View) -> View:
    """With one of the tokens; where there are none the address does not exist."""

    @csrf_exempt
    @require_POST
    @wraps(view)
    def checked(request: HttpRequest) -> HttpResponse:
        if not settings.PUSH_TOKENS:
            raise Http404
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        # All are compared, so that the time does not tell which one is near.
        fits = [hmac.compare_digest(given, token.encode()) for token in settings.PUSH_TOKENS]
        if not any(fits):
            return _problem(401, "unauthorised", "A bearer token is needed.")
        with translation.override("en"):
            return view(request)

    return checked


@for_machines
def push_telegram(request: HttpRequest) -> JsonResponse:
    """201 when kept for the first time, 200 when known, 422 when kept but not readable, 413 when too large to keep."""
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return _problem(413, "oversized", f"A telegram has at most {MAX_BYTES} bytes.")
    if not body:
        return _problem(400, "empty", "The request has no body.")
    return _answer(receive(body=body, source="push", name=request.headers.get(NAME_HEADER, "")))


@for_machines
def push_reading(request: HttpRequest) -> JsonResponse:
    """201 when it passed a threshold, 202 when it did not; 422 for what is no reading of a station that we know."""
    body = request.read(READING_BYTES + 1)
    if len(body) > READING_BYTES:
        return _problem(413, "oversized", f"A reading has at most {READING_BYTES} bytes.")
    try:
        received = take_reading(parse_reading(body), path=settings.SENSORS)
    except TodokeError as error:
        return _problem(error.status, error.code, error.message)
    return _answer(received) if received else JsonResponse({"passed": False}, status=202)


def _answer(received: Received) -> JsonResponse:
    telegram = received.telegram
    said: dict[str, Any] = {
        "digest": telegram.digest,
        "new": received.new,
        "type": telegram.type,
        "concern": telegram.concern,
        "superseded": telegram.superseded,
    }
    if telegram.error:
        return _problem(422, *telegram.error.split(": ", 1), **said)
    return JsonResponse(said, status=201 if received.new else 200)


def _problem(status: int, code: str, detail: str, **more: Any) -> JsonResponse:
    """RFC 9457."""
    return JsonResponse(
        {"type": "about:blank", "status": status, "code": code, "detail": detail, **more},
        status=status,
        content_type="application/problem+json",
    )
