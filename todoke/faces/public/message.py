"""A warning's own page: what, what to do, where to; and the answer. The link in the message is all that it needs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from todoke.exchange.messages import queries
from todoke.exchange.messages.actions import mark_read, reply
from todoke.exchange.messages.actions.replies import TooManyRepliesError
from todoke.exchange.messages.models import Message
from todoke.exchange.messages.types import Answer
from todoke.exchange.messages.wordings import TAGS, parts_of
from todoke.exchange.passes.actions.passes import code_of, pass_of
from todoke.exchange.passes.codes import picture
from todoke.exchange.passes.numbers import in_fours
from todoke.faces.public.naming import (
    area_names,
    clock_time,
    issuer_name,
    order_name,
    place_name,
    publisher_name,
    warning_name,
)
from todoke.faces.public.reading import Reading, choices, chosen_by, remember
from todoke.faces.public.sketch import Point, Sketch, metres_between, sketch, start_of
from todoke.faces.public.tones import tone_of
from todoke.kernel.errors import NotFoundError
from todoke.loops.reach.plans import plans
from todoke.loops.reach.queries import Present, present_of
from todoke.loops.reach.surveys.answering import notice_of
from todoke.registry.places.models import Municipality
from todoke.registry.places.queries import municipalities, shelters
from todoke.registry.places.types import Hazard

LONGEST_NEED = 500
SAME_PLACE = 0.15
"""A home whose distance to the shelter is that of the message, but for such a part of it, is where it was meant for."""


@dataclass(frozen=True)
class Way:
    """To the reader's shelter."""

    name: str
    tag: str
    angle: int
    direction: str
    walk: str
    drawing: Sketch | None
    map_address: str


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, token: str) -> HttpResponse:
    """Show a message, or take an answer to it. The signed link is the authority; no session is begun.

    Opening it marks it as read; a browser that only looks ahead does not.
    """
    found = queries.message_by_token(token)
    if found is None:
        raise NotFoundError
    if request.method == "POST":
        return _answer(request, found, token)
    if request.method == "GET" and "prefetch" not in request.headers.get("Sec-Purpose", ""):
        mark_read(message=found)
    return _page(request, found, token)


def _page(request: HttpRequest, found: Message, token: str, *, failed: str = "", status: int = 200) -> HttpResponse:
    reading = chosen_by(request, own=found.language)
    context = _context(found, reading) | {"languages": choices(request, reading), "token": token, "failed": failed}
    context["asks"] = notice_of(found) is not None
    page = "public/message.html" if "title" in context else "public/plain_message.html"
    response = render(request, page, context, status=status)
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Content-Language"] = reading.tag
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    remember(request, response)
    return response


def _answer(request: HttpRequest, found: Message, token: str) -> HttpResponse:
    try:
        answer = Answer(request.POST.get("answer", ""))
    except ValueError:
        return HttpResponse(status=422)
    needs = request.POST.get("needs", "").replace("\0", "").strip()[:LONGEST_NEED]
    as_json = request.headers.get("Accept", "") == "application/json"
    try:
        reply(message=found, answer=answer, needs=needs, via="link")
    except TooManyRepliesError as error:
        said = str(chosen_by(request, own=found.language).words["too_many_answers"])
        if as_json:
            return JsonResponse({"error": said}, status=error.status)
        return _page(request, found, token, failed=said, status=error.status)
    if as_json:
        return JsonResponse({"answer": answer})
    language = request.GET.urlencode()
    address = reverse("public:message", args=[token]) + (f"?{language}" if language else "") + "#answer"
    return HttpResponse(status=303, headers={"Location": address, "Cache-Control": "private, no-cache"})


def _context(found: Message, reading: Reading) -> dict[str, Any]:
    present = present_of(found)
    shown = present.shown if present else found
    language, parts = parts_of(shown, reading.language)
    places = {row.code: row for row in municipalities()}
    context: dict[str, Any] = {
        "reading": reading,
        "w": reading.words,
        "page": reading.page,
        "tag": TAGS.get(language, language),
        "sent_at": reading.say("sent_at", time=clock_time(found.created_at, reading)),
        **parts,
    }
    if present is None or "title" not in parts:
        return context | {"subject": parts.get("subject", ""), "body": parts.get("body", "")}
    place = places.get(found.municipality_code)
    for_whom = place_name(place, reading) if place else ""
    return context | {
        "present": present,
        "tone": tone_of(present.severity, plan=present.alert.plan, step=present.alert.step, over=present.over),
        "for_whom": reading.page["for"].format(area=for_whom) if for_whom else "",
        "way": _way(shown, present, reading, language),
        "answers": _answers(found, reading),
        "sources": _sources(present, places, reading),
        **_code(shown, present),
    }


def _code(shown: Message, present: Present) -> dict[str, Any]:
    """For the shelter's door."""
    if shown.resident is None or present.over or "shelter" not in shown.values:
        return {}
    standing = pass_of(shown.resident)
    drawn = mark_safe(picture(code_of(standing)))  # noqa: S308 - our own drawing
    return {"code": drawn, "code_number": in_fours(standing.number)}


def _way(shown: Message, present: Present, reading: Reading, language: str) -> Way | None:
    values: Mapping[str, Any] = json.loads(shown.values or "{}")
    code = values.get("shelter")
    shelter = next(iter(shelters(codes=[code])), None) if code else None
    if shelter is None or present.over:
        return None
    named = shown.wording.words.get("shelter", {}).get(code, {}) if shown.wording else {}
    name = named.get(language) or named.get("ja") or shelter.name
    if not reading.japanese and language not in named and shelter.name_en and not reading.han:
        name = shelter.name_en
    direction, metres = int(values.get("direction", 0)), int(values.get("metres", 0))
    words = shown.wording.words.get("direction", {}).get(str(direction), {}) if shown.wording else {}
    end = (shelter.longitude, shelter.latitude)
    gaps = {"direction": words.get(language) or words.get("ja", ""), "metres": f"{metres:,}"}
    return Way(
        name=name,
        tag="ja" if name == shelter.name else reading.tag,
        angle=direction * 45,
        direction=reading.page["way"].format(**gaps),
        walk=reading.page["walk"].format(minutes=values.get("minutes", "")),
        drawing=_drawn(shown, end, metres, direction, _hazard(present)),
        map_address=settings.MAP_ADDRESS.format(latitude=f"{end[1]:.6f}", longitude=f"{end[0]:.6f}"),
    )


def _drawn(shown: Message, end: Point, metres: int, direction: int, hazard: str) -> Sketch | None:
    """From the home, where that is where the message was meant for; else from where it says that its reader is."""
    home = shown.resident.household if shown.resident else None
    start = None
    if home is not None and home.longitude is not None and home.latitude is not None:
        start = (home.longitude, home.latitude)
    if start is None or abs(metres_between(start, end) - metres) > max(50, metres * SAME_PLACE):
        start = start_of(end, metres, direction) if metres else None
    return sketch(start, end, hazard) if start else None


def _hazard(present: Present) -> str:
    plan = plans().get(present.alert.plan)
    hazard = present.incident.hazard if present.incident else ""
    return plan.hazard if plan and plan.hazard in set(Hazard) else hazard


def _answers(found: Message, reading: Reading) -> dict[str, Any]:
    given = queries.answer_to(found)
    answer = str(given.answer) if given else ""
    said = ""
    if given:
        time = clock_time(given.at, reading)
        said = reading.page["answered"].format(answer=reading.page[answer], time=time)
    icons = {Answer.SAFE: "check-circle", Answer.MOVING: "walk", Answer.HELP: "lifebuoy"}
    return {
        "given": answer,
        "said": said,
        "ask_needs": answer == Answer.HELP and not (given and given.needs),
        "choices": [{"value": one, "words": reading.page[one], "icon": icons[one]} for one in Answer],
    }


def _sources(present: Present, places: dict[str, Municipality], reading: Reading) -> list[dict[str, Any]]:
    """Information of agencies first, then orders of the municipality: each with who says so, and since when."""
    found = []
    for row in present.warnings:
        at = row.ended_at or row.issued_at
        word = reading.words["lifted"] if row.ended_at else reading.page["issued"]
        found.append(
            {
                "kind": "information",
                "name": warning_name(row.kind, row.name, row.severity, reading),
                "area": area_names([row.area_name], row.municipalities, places, reading),
                "by": publisher_name(row.publisher, reading),
                "when": f"{clock_time(at, reading)} {word}",
            }
        )
    for order in present.orders:
        word = reading.words["lifted"] if order.lifted_at else reading.page["ordered"]
        since = order.lifted_at or order.issued_at
        assert since is not None  # noqa: S101 - only issued orders are here
        found.append(
            {
                "kind": "order",
                "name": order_name(order, reading),
                "area": order.area_name,
                "tag": "ja",
                "by": issuer_name(order, places.get(order.municipality_code), reading),
                "when": f"{clock_time(since, reading)} {word}",
            }
        )
    return found
