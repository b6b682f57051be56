"""Whom an alert is for."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from django.db.models import QuerySet

from todoke.loops.reach.audience import (
    Audience,
    Because,
    Selection,
    select,
    told_before,
    told_themselves,
    united,
    with_helpers,
    without,
)
from todoke.loops.reach.models import Alert, AreaWarning, Order
from todoke.loops.reach.plans import Plan, plans
from todoke.loops.reach.queries.told import residents_told
from todoke.loops.reach.types import Change
from todoke.registry.people import population
from todoke.registry.people.population import Everybody
from todoke.registry.people.types import Reader
from todoke.registry.places.outlines import zones_by_municipality


def meant(
    alert: Alert, plan: Plan, everybody: Everybody, *, spared: Collection[str] = (), now: Selection | None = None
) -> Selection:
    """Who is told: those in danger there now; when it is lower also who was told before, without those still in danger.

    When it is over, only who was told that it was there, and their helpers. Who is in several places has the message
    of the gravest. ``spared`` are municipalities left out; ``now`` is ``in_danger``, where that is known.
    """
    if now is None or spared:
        now = in_danger(alert, plan, everybody, spared=spared)
    graver = rows_of(everybody, residents_told(_graver(alert)))
    now = without(now, graver)
    if alert.change not in (Change.LOWERED, Change.CANCELLED):
        return now
    told = without(
        _told_before(alert, plan, everybody, now, spared), rows_of(everybody, residents_told(_graver(alert)))
    )
    endangered = list(_endangered(alert, plan, everybody))
    for there in endangered:
        told = without(told, told_themselves(there))
    if alert.change == Change.LOWERED:
        return united(everybody, [now, told])
    return _with_helpers_told(alert, plan, everybody, told, [*endangered, *_under_others(alert, plan, everybody)])


def in_danger(alert: Alert, plan: Plan, everybody: Everybody, *, spared: Collection[str] = ()) -> Selection:
    """Who is there now."""
    if alert.order is None:
        areas = tuple(code for code in alert.audience["areas"] if code not in spared)
        return _in_zones(areas, alert.audience.get("zones", []), plan, everybody)
    return _of_order(Order.objects.get(pk=alert.audience.get("order", alert.order_id)), plan, everybody)


def under_orders(orders: Collection[int], plan: Plan, everybody: Everybody) -> Any:
    """The rows of everybody to whom any of these orders is given."""
    found = [_of_order(order, plan, everybody) for order in Order.objects.filter(pk__in=orders)]
    return told_themselves(united(everybody, found))


def _endangered(alert: Alert, plan: Plan, everybody: Everybody) -> Iterable[Selection]:
    """Who is in danger all the same: to them it is neither lower nor over."""
    if alert.order is None:
        yield from _in_danger_elsewhere(alert, plan, everybody)
    elif alert.change == Change.CANCELLED:
        for other in _other_orders(alert.order):
            yield _of_order(other, plan, everybody)


def _under_others(alert: Alert, plan: Plan, everybody: Everybody) -> Iterable[Selection]:
    """Who stays under orders from other hazards: it is over for them, but not for who helps them."""
    for order in Order.objects.filter(pk__in=[one["order"] for one in alert.saying.get("remaining", ())]):
        yield _of_order(order, plan, everybody)


def _graver(alert: Alert) -> Iterable[Alert]:
    """What the same telegram had the plan say before of other municipalities: the gravest is said first."""
    if alert.telegram_id is None:
        return []
    return Alert.objects.filter(telegram=alert.telegram_id, plan=alert.plan, pk__lt=alert.pk)


def _with_helpers_told(
    alert: Alert, plan: Plan, everybody: Everybody, told: Selection, endangered: Sequence[Selection]
) -> Selection:
    """Also the helpers who were told of any of them, have no message for themselves and help nobody in danger."""
    if not plan.helpers:
        return told
    helped = with_helpers(told)
    as_helpers = np.zeros(everybody.size, bool)
    as_helpers[rows_of(everybody, residents_told(_earlier(alert, plan), helping=True))] = True
    as_helpers[told.rows] = False
    for there in endangered:
        as_helpers[there.helping[:, 0]] = False
    helping = helped.helping[as_helpers[helped.helping[:, 0]]]
    kept = (helped.because != np.uint8(Because.HELPER)) | as_helpers[helped.rows]
    columns = (helped.rows[kept], helped.because[kept], helped.helped[kept])
    return Selection(everybody, *columns, told.elsewhere, helping)


def _other_orders(order: Order) -> Iterable[Order]:
    """In force from the same hazard in the same municipality: to whom they are given, nothing is over."""
    rows = Order.objects.filter(municipality_code=order.municipality_code, hazard=order.hazard, drill=order.drill)
    return rows.filter(issued_at__isnull=False, lifted_at=None, unplaced=[]).exclude(pk=order.pk)


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


def _earlier(alert: Alert, plan: Plan) -> QuerySet[Alert]:
    """What was said before of the same matter."""
    if alert.order_id:
        return Alert.objects.filter(order=alert.audience.get("order", alert.order_id)).exclude(pk=alert.pk)
    earlier = Alert.objects.filter(incident=alert.incident, plan=plan.id).exclude(pk=alert.pk)
    return earlier.exclude(telegram=alert.telegram_id) if alert.telegram_id else earlier


def _told_before(alert: Alert, plan: Plan, everybody: Everybody, now: Selection, spared: Collection[str]) -> Selection:
    """Who was told of what is lower or over now, wherever they are; also who is there and was told of another place,
    which was graver then.
    """
    earlier = list(_earlier(alert, plan))
    if alert.order_id:
        return told_before(everybody, residents_told(earlier))
    areas = set(alert.audience["areas"]) - set(spared)
    of_these = told_before(everybody, residents_told(one for one in earlier if areas & set(one.audience["areas"])))
    others = residents_told(one for one in earlier if not areas & set(one.audience["areas"]))
    there = np.zeros(everybody.size, bool)
    there[told_themselves(now)] = True
    rows = rows_of(everybody, others)
    return united(everybody, [of_these, told_before(everybody, everybody.id_bytes(rows[there[rows]]))])


def rows_of(everybody: Everybody, residents: Any) -> Any:
    """The rows of those of them who are there."""
    rows = everybody.rows_of_bytes(residents) if len(residents) else np.zeros(0, np.int64)
    return rows[rows >= 0]


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
    if not areas:
        return united(everybody, [])
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
