"""Everybody who is to be called in a disaster, page by page; what an officer did about one of them."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from todoke.faces.console.call_list import heard_name, is_done, reader_of, row_of, with_names
from todoke.faces.console.crisis import CrisisRequest, desk_required
from todoke.faces.console.crisis_words import need_name, place_name, title_of
from todoke.faces.console.incident import incident_of
from todoke.faces.console.typed import typed
from todoke.kernel import clock
from todoke.kernel.errors import InvalidInputError, TodokeError
from todoke.loops.reach.actions.calls import forward_call, resolve_call, take_call
from todoke.loops.reach.actions.incidents import is_drill
from todoke.loops.reach.actions.situations import callees_of, situation_of
from todoke.loops.reach.calling import Callee, Heard
from todoke.loops.reach.models import Call, Incident
from todoke.registry.places.queries import municipalities

PAGE = 30
"""Who is on a page sees that they were looked at: no more than one can call."""

OPEN, UNTOUCHED, MINE, FORWARDED, DONE = "", "untouched", "mine", "forwarded", "done"


class NobodyChosenError(InvalidInputError):
    """だれについてかを、一覧から選んでください。"""

    code = "nobody-chosen"


def do_call(request: CrisisRequest, incident: Incident) -> UUID:
    """Take on, forward or resolve whoever was chosen in the form, and give their id.

    Raises NobodyChosenError, and what the actions do.
    """
    try:
        resident = UUID(typed(request.POST, "resident", 40))
    except ValueError:
        raise NobodyChosenError from None
    given: dict[str, Any] = {
        "officer": request.officer,
        "incident": incident,
        "resident_id": resident,
        "seen": _revision(typed(request.POST, f"seen-{resident}", 9)),
    }
    deed = typed(request.POST, "deed", 10)
    if deed == "forward":
        forward_call(**given)
    elif deed == "resolve":
        resolve_call(**given, note=typed(request.POST, "note", 200))
    else:
        take_call(**given)
    return resident


def _revision(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() else 0


@never_cache
@require_http_methods(["GET", "POST"])
@desk_required
def calls(request: CrisisRequest, incident_id: int) -> HttpResponse:
    """All of them in the order in which they are called, by district, reason, and how far that has got."""
    incident, error, status, chosen = incident_of(incident_id), "", 200, request.GET.get("chosen", "")[:40]
    if request.method == "POST":
        try:
            chosen = str(do_call(request, incident))
        except TodokeError as refused:
            error, status, chosen = refused.message, refused.status, typed(request.POST, "resident", 40)
        else:
            kept = {**request.GET.dict(), "chosen": chosen}
            return redirect(f"{reverse('console:situation-calls', args=[incident.pk])}?{urlencode(kept)}")
    done = {call.resident_id: call for call in Call.objects.filter(incident=incident)}
    everybody = [one for one in callees_of(situation_of(incident)) if request.desk.sees(one.municipality)]
    places = {row.code: row for row in municipalities()}
    wanted = {name: request.GET.get(name, "")[:30] for name in ("area", "heard", "why", "state")}
    found = [one for one in everybody if _is_wanted(one, wanted, done, request.officer.pk)]
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    rows = [row_of(one, done.get(one.resident), places, request.reading) for one in page]
    with_names(rows, reader_of(request.desk, request.officer.pk))
    states = (OPEN, UNTOUCHED, MINE, FORWARDED, DONE)
    context = {
        "incident": incident,
        "title": title_of(incident),
        "drill": is_drill(incident),
        "rows": rows,
        "page": page,
        "counts": [
            (state, _count(everybody, {**wanted, "state": state}, done, request.officer.pk)) for state in states
        ],
        "areas": [
            (code, place_name(places[code], request.reading))
            for code in sorted({one.municipality for one in everybody} & places.keys())
        ],
        "heards": [(one.value, heard_name(one)) for one in Heard],
        "reasons": [
            (code, need_name(code)) for code in dict.fromkeys(code for one in everybody for code in one.because)
        ],
        "wanted": wanted,
        "chosen": chosen,
        "error": error,
        "me": request.officer.pk,
        "now": clock.now(),
    }
    return render(request, "console/calls.html", context, status=status)


def _count(found: Iterable[Callee], wanted: Mapping[str, str], done: Mapping[UUID, Call], me: int) -> int:
    return sum(_is_wanted(one, wanted, done, me) for one in found)


def _is_wanted(one: Callee, wanted: Mapping[str, str], done: Mapping[UUID, Call], me: int) -> bool:
    return (
        wanted["area"] in {"", one.municipality}
        and wanted["heard"] in {"", one.heard}
        and (not wanted["why"] or wanted["why"] in one.because)
        and _stands_at(wanted["state"], one, done, me)
    )


def _stands_at(state: str, one: Callee, done: Mapping[UUID, Call], me: int) -> bool:
    call, over = done.get(one.resident), is_done(one, done)
    if state == DONE:
        return over
    if state == UNTOUCHED:
        return call is None or (call.state == "resolved" and not over)
    if state == MINE:
        return call is not None and call.state == "taken" and call.officer_id == me
    if state == FORWARDED:
        return call is not None and call.state == "forwarded"
    return not over
