"""Whom an alert is for."""

from collections.abc import Collection, Iterable
from typing import Any

import numpy as np

from todoke.loops.reach.audience import Audience, Because, Selection, select, told_before, united
from todoke.loops.reach.models import Alert, AreaWarning, Order
from todoke.loops.reach.plans import Plan, plans
from todoke.loops.reach.queries.told import residents_told
from todoke.loops.reach.types import Change
from todoke.registry.people import population
from todoke.registry.people.population import Everybody
from todoke.registry.people.types import Reader
from todoke.registry.places.outlines import zones_by_municipality


def meant(alert: Alert, plan: Plan, everybody: Everybody) -> Selection:
    """Who is in danger there now; when it is lower or over also who was told before, without those still in danger."""
    areas = tuple(alert.audience["areas"])
    if alert.order is None:
        now = _in_zones(areas, alert.audience.get("zones", []), plan, everybody)
    else:
        now = _of_order(Order.objects.get(pk=alert.audience.get("order", alert.order_id)), plan, everybody)
    if alert.change not in (Change.LOWERED, Change.CANCELLED):
        return now
    told = _told_before(alert, plan, everybody)
    if alert.order is not None:
        others = _other_orders(alert.order) if alert.change == Change.CANCELLED else ()
        endangered = [_of_order(other, plan, everybody) for other in others]
    else:
        endangered = _in_danger_elsewhere(alert, plan, everybody)
    for there in endangered:
        told = _without(told, there)
        now = _without(now, there) if alert.change == Change.CANCELLED else now
    return united(everybody, [now, told])


def _other_orders(order: Order) -> Iterable[Order]:
    """In force from the same hazard in the same municipality: to whom they are given, nothing is over."""
    rows = Order.objects.filter(municipality_code=order.municipality_code, hazard=order.hazard, drill=order.drill)
    return rows.filter(issued_at__isnull=False, lifted_at=None, unplaced=[]).exclude(pk=order.pk)


def _without(selection: Selection, endangered: Selection) -> Selection:
    """Without who is in danger there; helpers of those are not."""
    theirs = endangered.rows[endangered.because != np.uint8(Because.HELPER)]
    kept = ~np.isin(selection.rows, theirs)
    columns = (selection.rows[kept], selection.because[kept], selection.helped[kept])
    return Selection(selection.everybody, *columns, selection.elsewhere, selection.helping)


def _of_order(order: Order, plan: Plan, everybody: Everybody) -> Selection:
    drawn = (bytes(order.drawn),) if order.drawn else ()
    within = bool(order.zones or drawn)
    audience = Audience(
        areas=(order.municipality_code,),
        zones=tuple(order.zones),
        polygons=drawn,
        within=within,
        places=plan.places,
        helpers=plan.helpers,
    )
    return select(audience, everybody)


def _told_before(alert: Alert, plan: Plan, everybody: Everybody) -> Selection:
    """Who was told of what is lower or over now, wherever they are."""
    if alert.order_id:
        of = alert.audience.get("order", alert.order_id)
        return told_before(everybody, residents_told(Alert.objects.filter(order=of)))
    areas = set(alert.audience["areas"])
    earlier = Alert.objects.filter(incident=alert.incident, plan=plan.id).exclude(pk=alert.pk)
    return told_before(everybody, residents_told(one for one in earlier if areas & set(one.audience["areas"])))


def _in_danger_elsewhere(alert: Alert, plan: Plan, everybody: Everybody) -> list[Selection]:
    """Who is in a municipality in which a step of the plan is still in force."""
    if alert.incident is None:
        return []
    lowest = min(step.severity for step in plan.steps)
    rows = AreaWarning.objects.filter(ended_at=None, incident__status=alert.incident.status, kind__in=plan.kinds)
    named = rows.filter(severity__gte=lowest).values_list("municipalities", flat=True)
    elsewhere = {code for codes in named for code in codes} - set(alert.audience["areas"])
    kinds = sorted({kind for step in plan.steps for kind in step.zones})
    return [_in_zones(tuple(sorted(elsewhere)), kinds, plan, everybody)] if elsewhere else []


def _in_zones(areas: tuple[str, ...], kinds: Collection[str], plan: Plan, everybody: Everybody) -> Selection:
    """Who is in the zones of these kinds in municipalities; without kinds, everybody in them."""
    common: dict[str, Any] = {"places": plan.places, "helpers": plan.helpers}
    if not kinds:
        return select(Audience(areas=areas, **common), everybody)
    by_municipality = zones_by_municipality(kinds)
    zoned = tuple(code for code in areas if code in by_municipality)
    zones = tuple(sorted({zone for code in zoned for zone in by_municipality[code]}))
    found = [select(Audience(areas=zoned, zones=zones, within=True, **common), everybody)] if zones else []
    others = tuple(code for code in areas if code not in by_municipality)
    if others and plan.without_zones == "everyone":
        found.append(select(Audience(areas=others, **common), everybody))
    return united(everybody, found)


def counted(alert: Alert, reader: Reader) -> int:
    """How many people it would be sent to now, helpers left out."""
    selection = meant(alert, plans()[alert.plan], population.fresh(reader=reader))
    return int(np.count_nonzero(selection.because & ~np.uint8(Because.HELPER)))
