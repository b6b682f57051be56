"""What providers say later of what they took: lists of receipts, signed with the key that we agreed on."""

import hmac
import json
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from todoke.exchange.messages.actions import note_receipts
from todoke.exchange.messages.tokens import message_id_of
from todoke.exchange.messages.types import Failure, Receipt, State

LARGEST = 1024 * 1024
MOST = 5000
STATES = {"delivered": State.DELIVERED, "read": State.READ, "failed": State.FAILED}
"""Others (queued, accepted …) tell nothing that we did not know."""


@csrf_exempt
@require_POST
def receipts(request: HttpRequest, channel: str) -> HttpResponse:
    """One receipt or a list: ``{"reference" or "id", "status", "error"}``. May come twice, late, or in any order.

    503 asks the provider to come again: it was faster than our own note of its answer, and gives no reference back.
    """
    if not settings.RECEIPTS_KEY:
        raise Http404
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return JsonResponse({"error": "too large"}, status=413)
    expected = hmac.digest(settings.RECEIPTS_KEY.encode(), body, "sha256").hex()
    given = request.headers.get("Todoke-Signature", "").removeprefix("sha256=")
    if not hmac.compare_digest(expected.encode(), given.encode()):
        return JsonResponse({"error": "the signature is not ours"}, status=401)
    try:
        said = json.loads(body)
    except ValueError:
        return JsonResponse({"error": "not JSON"}, status=400)
    listed = said if isinstance(said, list) else [said]
    if len(listed) > MOST or not all(isinstance(one, dict) for one in listed):
        return JsonResponse({"error": f"a list of at most {MOST} receipts"}, status=400)
    read = [receipt for one in listed if (receipt := _receipt(one)) is not None]
    unknown = note_receipts(channel=channel, receipts=read)
    response = JsonResponse({"unknown": unknown}, status=503 if unknown else 200)
    if unknown:
        response.headers["Retry-After"] = "2"
    return response


@csrf_exempt
@require_POST
def arrived(request: HttpRequest, token: str) -> HttpResponse:
    """A device's own receipt of a push: the service worker sends it, with the link that it was given."""
    message = message_id_of(token)
    if message is None:
        raise Http404
    note_receipts(channel="push", receipts=[Receipt(State.DELIVERED, message=message)])
    return HttpResponse(status=204)


def _receipt(one: dict[str, Any]) -> Receipt | None:
    state = STATES.get(str(one.get("status", "")))
    reference, _, _channel = str(one.get("reference") or "").partition(":")
    if state is None:
        return None
    failure = None
    if state is State.FAILED:
        named = str(one.get("error", ""))
        failure = Failure(named) if named in set(Failure) else Failure.REFUSED
    if reference:
        try:
            return Receipt(state, message=UUID(reference), failure=failure)
        except ValueError:
            return None
    number = str(one.get("id") or "")[:100]
    return Receipt(state, provider_id=number, failure=failure) if number else None
