"""Where devices send what they recorded, also what lay on them while there was no network."""

import json
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from todoke.exchange.passes.actions.readers import note_seen
from todoke.exchange.passes.actions.scans import Recorded, record_entry
from todoke.exchange.passes.queries import last_entries
from todoke.exchange.passes.types import Kind
from todoke.faces.reader import entries, panels
from todoke.faces.reader.devices import ReaderRequest, reader_required
from todoke.kernel import clock
from todoke.kernel.errors import InvalidInputError, TodokeError

MOST_AT_ONCE = 50


class AfterClosingError(InvalidInputError):
    """この避難所は閉じています。"""

    code = "after-closing"


@require_POST
@partial(reader_required, closed_too=True)
def scans(request: ReaderRequest) -> HttpResponse:
    """Each step on its own: one that is refused holds up no other, and one that came before is harmless.

    The answer says of each nonce ``new``, ``known`` or ``refused`` (then the device need not send it again), and
    brings the parts of the page that changed.
    """
    try:
        said = json.loads(request.body)
        sent_at, steps = entries.moment(said["sent_at"]), list(said["entries"])[:MOST_AT_ONCE]
        waiting = int(said.get("waiting", 0))
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, RecursionError):
        refused = entries.MalformedEntryError()
        return JsonResponse({"message": refused.message}, status=refused.status)
    results = [_one(request, step, sent_at) for step in steps]
    note_seen(reader=request.reader, waiting=waiting - len(results))
    return JsonResponse({"results": results, **_parts(request, steps, results)})


def _one(request: ReaderRequest, step: Any, sent_at: datetime) -> dict[str, Any]:
    nonce = str(step.get("nonce", "")) if isinstance(step, dict) else ""
    try:
        recorded = _recorded(request, step, sent_at)
    except TodokeError as refused:
        return {"nonce": nonce, "state": "refused", "message": refused.message}
    return {"nonce": nonce, "state": "known" if recorded.known else "new", "people": recorded.people}


def _recorded(request: ReaderRequest, step: Any, sent_at: datetime) -> Recorded:
    reader, entry = request.reader, entries.from_json(step)
    if request.closed_at and clock.now() - max(sent_at - entry.at, timedelta(0)) > request.closed_at:
        raise AfterClosingError
    return record_entry(
        shelter=reader.shelter,
        entry=entry,
        by=f"reader:{reader.pk}",
        by_name=reader.operator,
        reader=reader,
        sent_at=sent_at,
    )


def _parts(request: ReaderRequest, steps: list[Any], results: list[dict[str, Any]]) -> dict[str, str]:
    """Of the page: the numbers, the last steps, and the result of the newest step that was taken."""
    if request.closed_at:
        return {}
    reader = request.reader
    last = last_entries(reader)
    taken = [step for step, result in zip(steps, results, strict=True) if result["state"] != "refused"]
    parts: dict[str, str] = {
        "head": render_to_string("reader/head.html", panels.head(reader), request),
        "recent": render_to_string("reader/recent.html", {"recent": panels.recent(last)}, request),
    }
    if taken:
        newest = taken[-1]
        shown = newest["replaces"] if newest.get("kind") == Kind.VOID else newest["nonce"]
        panel = panels.done(reader, UUID(str(shown)), last)
    elif results:
        panel = {"panel": "error", "error": results[-1]["message"]}
    else:
        return parts
    return {**parts, "result": render_to_string("reader/result.html", panel, request)}
