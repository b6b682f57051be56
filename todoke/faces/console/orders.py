"""Evacuation information of municipalities: entered by one officer, confirmed by another, lifted likewise."""

import re
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from todoke.exchange.messages.wordings import TAGS
from todoke.faces.console.area_map import HAZARDS, area_map, ticked_zones
from todoke.faces.console.crisis import CrisisRequest, Desk, counting, desk_required
from todoke.faces.console.crisis_words import hazard_name, order_name, place_name
from todoke.faces.console.incident import incident_of
from todoke.faces.console.standing_orders import confirmers_of, may_send_again
from todoke.faces.console.typed import typed
from todoke.faces.language import LANGUAGE_NAMES
from todoke.kernel.errors import NotFoundError, TodokeError
from todoke.loops.reach.actions import orders as actions
from todoke.loops.reach.actions.incidents import is_drill
from todoke.loops.reach.drafting import (
    OrderDraft,
    Reach,
    audience_of,
    differences,
    points_of,
    reach_of,
    texts_for,
    town_names,
)
from todoke.loops.reach.errors import OrderIncompleteError, OrderNowhereError
from todoke.loops.reach.models import Incident, Order
from todoke.loops.reach.plans import common
from todoke.loops.reach.queries.in_force import orders_in_force, warnings_in_force
from todoke.loops.reach.queries.publications import publications_of
from todoke.loops.reach.types import OrderKind
from todoke.registry.places.models import Municipality, Zone
from todoke.registry.places.queries import municipalities, shelters
from todoke.registry.places.types import Hazard

_GAP = re.compile(r"\{(\w+)\}")
_HAN = ("ja", "easy", "zh-hans", "zh-hant")


@never_cache
@require_http_methods(["GET", "POST"])
@desk_required
def new_order(request: CrisisRequest) -> HttpResponse:
    """The form. What is typed is counted and worded; then a second officer is asked."""
    said = request.POST if request.method == "POST" else request.GET
    incident = _incident(typed(said, "incident", 12))
    error, status, draft, found = "", 200, None, None
    deed = typed(request.POST, "deed", 10)
    try:
        draft = _draft(request, incident)
        drawn = draft.drawn()
        found = reach_of(audience_of(draft.municipality, draft.zones, drawn), counting(request))
        if deed == "ask":
            return redirect("console:order", order_id=_entered(request, draft, drawn, found, incident).pk)
    except OrderIncompleteError as refused:
        if deed:
            error, status = refused.message, refused.status
    except TodokeError as refused:
        error, status = refused.message, refused.status
    context = _form(request, incident, draft) | _preview(draft, found) | {"error": error}
    if typed(request.POST, "part", 10) == "preview":
        return render(request, "console/order/preview.html", context, status=200)
    return render(request, "console/order_new.html", context, status=status)


def _incident(said: str) -> Incident | None:
    return incident_of(int(said)) if said.isascii() and said.isdigit() else None


def _draft(request: CrisisRequest, incident: Incident | None) -> OrderDraft:
    """What was typed. Raises OrderIncompleteError, BadOutlineError."""
    said = request.POST if request.method == "POST" else request.GET
    municipality = typed(said, "municipality", 5) or request.desk.own
    if municipality not in _allowed(request.desk):
        raise OrderIncompleteError(what=_("市町村"))
    hazard = typed(said, "hazard", 20) or (incident.hazard if incident else "")
    if hazard not in HAZARDS:
        raise OrderIncompleteError(what=_("災害の種類"))
    kind = typed(said, "kind", 20) or OrderKind.EVACUATE
    if kind not in set(OrderKind):
        raise OrderIncompleteError(what=_("種別"))
    known = set(town_names(municipality))
    return OrderDraft(
        municipality=municipality,
        kind=OrderKind(kind),
        hazard=Hazard(hazard),
        area_name=typed(said, "area_name", 200).strip(),
        reason=typed(said, "reason", 300).strip(),
        zones=ticked_zones(said),
        towns=tuple(town for town in dict.fromkeys(said.getlist("town")) if town in known),
        outlines=points_of(typed(said, "outline", 40_000)),
        drill=is_drill(incident) if incident else bool(typed(said, "drill", 2)),
    )


def _allowed(desk: Desk) -> dict[str, Municipality]:
    return {row.code: row for row in municipalities() if desk.sees(row.code)}


def _entered(
    request: CrisisRequest, draft: OrderDraft, drawn: bytes | None, found: Reach, incident: Incident | None
) -> Order:
    if not found.people:
        raise OrderNowhereError
    return actions.enter_order(
        officer=request.officer,
        municipality_code=draft.municipality,
        kind=draft.kind,
        hazard=draft.hazard,
        area_name=draft.area_name,
        zones=list(draft.zones),
        drawn=drawn,
        reason=draft.reason,
        people=found.people,
        households=found.households,
        incident=incident if incident and incident.hazard == draft.hazard and not incident.ended_at else None,
        drill=draft.drill,
    )


def _form(request: CrisisRequest, incident: Incident | None, draft: OrderDraft | None) -> dict[str, Any]:
    said = request.POST if request.method == "POST" else request.GET
    allowed = _allowed(request.desk)
    municipality = typed(said, "municipality", 5) or request.desk.own
    municipality = municipality if municipality in allowed else ""
    hazard = typed(said, "hazard", 20) or (incident.hazard if incident and incident.hazard in HAZARDS else "tsunami")
    zones, towns = said.getlist("zone"), said.getlist("town")
    own = {office.municipality_code for office in request.desk.offices}
    return {
        "incident": incident,
        "drill": is_drill(incident) if incident else bool(typed(said, "drill", 2)),
        "places": [(code, place_name(row, request.reading)) for code, row in allowed.items()],
        "municipality": municipality,
        "place": place_name(allowed[municipality], request.reading) if municipality else "",
        "hazards": [(one, hazard_name(one)) for one in HAZARDS],
        "hazard": hazard,
        "kinds": [
            (kind, order_name(kind), hazard in actions.WITHOUT_LEVELS and kind is not OrderKind.EVACUATE)
            for kind in OrderKind
        ],
        "kind": typed(said, "kind", 20) or OrderKind.EVACUATE,
        "without_levels": hazard in actions.WITHOUT_LEVELS,
        "area_name": typed(said, "area_name", 200),
        "reason": typed(said, "reason", 300),
        "needs_reason": bool(municipality) and municipality not in own,
        "outline": typed(said, "outline", 40_000),
        "towns": [(town, town in towns) for town in town_names(municipality)] if municipality else [],
        "chosen_towns": len(towns),
        "map": area_map([municipality], hazard, zones) if municipality else None,
        "information": _information(municipality, hazard, drill=bool(incident and is_drill(incident))),
    }


def _information(municipality: str, hazard: str, *, drill: bool) -> list[Any]:
    """What agencies say of it, for reference: an order rests on the municipality's own judgement."""
    return [row for row in warnings_in_force(drill=drill, municipality=municipality) if row.kind == hazard][:3]


def _preview(draft: OrderDraft | None, found: Reach | None) -> dict[str, Any]:
    if draft is None:
        return {"texts": [], "reach": None}
    order = Order(
        municipality_code=draft.municipality,
        kind=draft.kind,
        hazard=draft.hazard,
        area_name=draft.area_name,
        drill=draft.drill,
    )
    return {"texts": _texts(order), "reach": found, "channels": _channels(found)}


def _channels(found: Reach | None) -> list[tuple[str, int, bool]]:
    if found is None:
        return []
    return [
        (_("アプリ・LINE"), found.app, False),
        (_("SMS・メール"), found.text, False),
        (_("支援者だけ"), found.helped, False),
        (_("届く手段なし"), found.nowhere, True),
    ]


def _texts(order: Order) -> list[tuple[str, str, str, SafeString, SafeString]]:
    """Language, its name, its tag, body and short form; what differs between readers is marked, with an example."""
    rows = shelters(order.hazard, municipality_code=order.municipality_code)
    shelter = rows[0] if rows else None
    found = []
    for language, text in texts_for(order).items():
        name = ""
        if shelter:
            name = shelter.name if language in _HAN or not shelter.name_en else shelter.name_en
        gaps = {
            "shelter": name or "…",
            "direction": common()[language]["directions"][0],
            "metres": "640",
            "minutes": "14",
            "person": "…",
        }
        body, short = _marked(text["body"], gaps), _marked(text["short"], gaps)
        found.append((language, LANGUAGE_NAMES[language], TAGS.get(language, language), body, short))
    return found


def _marked(text: str, gaps: dict[str, str]) -> SafeString:
    parts = _GAP.split(text)
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", gaps.get(part, part)) if number % 2 else part,)
            for number, part in enumerate(parts)
        ),
    )


def _order_of(request: CrisisRequest, order_id: int) -> Order:
    """Everybody of a crisis desk may look. Raises NotFoundError."""
    found = Order.objects.select_related("incident").filter(pk=order_id).first()
    if found is None:
        raise NotFoundError
    return found


@never_cache
@require_safe
@desk_required
def order(request: CrisisRequest, order_id: int) -> HttpResponse:
    """An order as a whole: for the second person what differs from what stands, then how far it has got."""
    return show_order(request, _order_of(request, order_id))


def show_order(request: CrisisRequest, found: Order, *, error: str = "", status: int = 200) -> HttpResponse:
    """Its page, with what was refused."""
    drawn = bytes(found.drawn) if found.drawn else None
    places = {row.code: row for row in municipalities()}
    place = places.get(found.municipality_code)
    open_ = found.issued_at is None and found.withdrawn_at is None
    now = reach_of(audience_of(found.municipality_code, found.zones, drawn), counting(request)) if open_ else None
    me = f"officer:{request.officer.pk}"
    mine = actions.may_order(request.officer, found.municipality_code) is not None and not found.source
    in_force = found.issued_at is not None and found.lifted_at is None
    published = publications_of([found.pk]).get(found.pk)
    context = {
        "order": found,
        "name": order_name(found.kind),
        "hazard": hazard_name(found.hazard),
        "drill": found.drill,
        "incident": found.incident,
        "place": place_name(place, request.reading) if place else found.municipality_code,
        "map": area_map([found.municipality_code], found.hazard, found.zones, drawn),
        "zones": list(Zone.objects.filter(code__in=found.zones).values_list("name", flat=True)),
        "texts": _texts(found),
        "reach": now,
        "channels": _channels(now),
        "information": _information(found.municipality_code, found.hazard, drill=found.drill),
        "compared": _compared(found, now) if open_ else [],
        "second": confirmers_of([found]).get(found.pk, ""),
        "published": published,
        "may_send_again": may_send_again(published, request.desk),
        "open": open_,
        "in_force": in_force,
        "mine": mine,
        "acting": actions.acts_for(request.officer, found.municipality_code),
        "own_entry": found.entered_by == me,
        "may_confirm": open_ and actions.may_confirm(request.officer, found.municipality_code, found.entered_by),
        "own_lifting": found.lift_entered_by == me,
        "may_confirm_lifting": in_force
        and bool(found.lift_entered_by)
        and actions.may_confirm(request.officer, found.municipality_code, found.lift_entered_by),
        "alerts": found.alerts.order_by("caused_at"),
        "error": error,
    }
    return render(request, "console/order.html", context, status=status)


def _compared(found: Order, now: Reach | None) -> list[tuple[str, Any, Any, bool]]:
    """Beside what stands in the municipality for the same hazard."""
    rows = orders_in_force(drill=found.drill, municipality=found.municipality_code)
    standing = next((row for row in rows if row.hazard == found.hazard and row.pk != found.pk), None)

    def words(row: Order, people: int | None, households: int | None) -> dict[str, Any]:
        return {
            _("種別"): order_name(row.kind),
            _("区域"): row.area_name or _("全域"),
            _("対象"): _("{people}人（{households}世帯）").format(
                people=f"{people or 0:,}", households=f"{households or 0:,}"
            ),
        }

    wanted = words(found, now.people if now else found.people, now.households if now else found.households)
    return differences(wanted, words(standing, standing.people, standing.households) if standing else {})


DEEDS: dict[str, Callable[..., Order]] = {
    "confirm": actions.confirm_order,
    "withdraw": actions.withdraw_order,
    "keep": actions.keep_order,
    "lift": actions.enter_lifting,
    "confirm-lifting": actions.confirm_lifting,
}


@require_POST
@desk_required
def deed(request: CrisisRequest, order_id: int) -> HttpResponse:
    """Confirm, withdraw, keep, lift; what somebody else did meanwhile is shown as it stands now."""
    _order_of(request, order_id)
    do = DEEDS.get(typed(request.POST, "deed", 20))
    if do is None:
        raise NotFoundError
    more = {"reason": typed(request.POST, "reason", 300)} if do is actions.enter_lifting else {}
    try:
        do(officer=request.officer, order_id=order_id, **more)
    except TodokeError as refused:
        return show_order(request, _order_of(request, order_id), error=refused.message, status=refused.status)
    back = typed(request.POST, "back", 12)
    if back.isascii() and back.isdigit():
        return redirect("console:situation", incident_id=int(back))
    return redirect("console:order", order_id=order_id)
