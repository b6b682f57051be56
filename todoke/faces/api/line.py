"""What LINE tells us of its users: they linked their account by a code, or blocked ours."""

import base64
import hmac
import json
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from todoke.exchange.messages.actions import link_line, unlink_line

LARGEST = 256 * 1024


@csrf_exempt
@require_POST
def line(request: HttpRequest) -> HttpResponse:
    """A webhook of the Messaging API, signed with the channel's secret; whatever concerns us not is taken and left."""
    if not settings.LINE_SECRET:
        raise Http404
    body = request.read(LARGEST + 1)
    expected = base64.b64encode(hmac.digest(settings.LINE_SECRET.encode(), body, "sha256"))
    if len(body) > LARGEST or not hmac.compare_digest(expected, request.headers.get("X-Line-Signature", "").encode()):
        return HttpResponse(status=401)
    try:
        events = json.loads(body).get("events", [])
    except (ValueError, AttributeError):
        return HttpResponse(status=400)
    for event in events if isinstance(events, list) else []:
        _take(event if isinstance(event, dict) else {})
    return HttpResponse(status=200)


def _take(event: dict[str, Any]) -> None:
    source, message = event.get("source") or {}, event.get("message") or {}
    user, text = str(source.get("userId", ""))[:64], str(message.get("text", ""))[:200]
    if user and event.get("type") == "message" and text:
        link_line(user=user, text=text)
    elif user and event.get("type") == "unfollow":
        unlink_line(user=user)
