"""What the situation board shows, put together once for each request."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from todoke.faces.console.call_list import first_of, is_done
from todoke.faces.console.crisis import Desk
from todoke.faces.console.crisis_words import label, order_name, place_name, title_of
from todoke.faces.console.open_shelters import Standing, listed, squares, standing_shelters
from todoke.faces.console.situation_map import ground, labels
from todoke.faces.console.standing_orders import standing_orders, troubled_shelters
from todoke.faces.console.time_line import time_line
from todoke.faces.public.tones import tone_of_order, tone_of_warning
from todoke.kernel import clock
from todoke.loops.reach.actions.incidents import is_drill
from todoke.loops.reach.actions.situations import callees_of, is_stale, situation_of
from todoke.loops.reach.calling import Callee, Heard
from todoke.loops.reach.models import AreaWarning, Call, Incident, Order, Situation
from todoke.loops.reach.queries.in_force import LEVELS, bulletins
from todoke.loops.reach.queries.incidents import happenings, orders_of, orders_to_review, warnings_of
from todoke.loops.reach.types import OrderKind
from todoke.loops.reach.wordings import WITH_LEVELS
from todoke.registry.places.models import Municipality
from todoke.registry.places.queries import municipalities
from todoke.registry.places.types import Hazard

COLUMNS = ("people", "reached", "safe", "moving", "help", "silent", "unreached")

STEPS = 4
WATER = frozenset({Hazard.TSUNAMI, Hazard.STORM_SURGE})


@dataclass(frozen=True)
class Row:
    """A municipality: its orders and its figures."""

    code: str
    name: str
    order: Order | None
    waiting: Order | None
    warned: bool
    figures: Mapping[str, int]
    bar: tuple[tuple[str, float, float], ...]
    phone: str = ""

    @property
    def share(self) -> int:
        """Of those told, the percentage that did not answer."""
        return round(100 * self.figures["silent"] / self.figures["people"]) if self.figures["people"] else 0


def board(incident: Incident, desk: Desk, *, reading: str, sort: str, phones: Mapping[str, str]) -> dict[str, Any]:
    """Everything of the page; also of the fragment that replaces its parts."""
    situation = situation_of(incident)
    warnings, orders = warnings_of(incident), orders_of(incident)
    places = {row.code: row for row in municipalities()}
    rows = _rows(situation, warnings, orders, places, reading, phones)
    total = {name: sum(row.figures[name] for row in rows) for name in (*COLUMNS, "waiting")}
    ordered = {row.code for row in rows if row.order}
    concerned = [row for row in rows if row.warned or row.order or row.waiting]
    callees = callees_of(situation)
    calls = {call.resident_id: call for call in Call.objects.filter(incident=incident)}
    asking = [one for one in callees if one.heard is Heard.HELP]
    open_calls = [one for one in callees if not is_done(one, calls)]
    shelters = standing_shelters([row.code for row in rows])
    now = clock.now()
    return {
        "incident": incident,
        "title": title_of(incident),
        "drill": is_drill(incident),
        "situation": situation,
        "stale": is_stale(situation),
        "age": round((now - situation.counted_at).total_seconds()) if situation.counted_at else None,
        "now": now,
        "information": _information(warnings, places, reading),
        "warned_places": sum(1 for row in rows if row.warned),
        "ordered": len(ordered),
        "of_places": len(concerned),
        "waiting_rows": [row for row in rows if row.waiting],
        "without_order": [row for row in concerned if not row.order and not row.waiting],
        "gravest_order": max(
            (row.order for row in rows if row.order), key=lambda o: LEVELS[OrderKind(o.kind)], default=None
        ),
        "first_wave": _first_wave(warnings, now),
        "figures": _figures(total, asking, calls),
        "forwarded": sum(1 for call in calls.values() if call.state == "forwarded"),
        "rows": sorted(rows, key=_sorting(sort)),
        "sort": sort,
        "map": _map(incident, rows, warnings, shelters),
        "callees": first_of(open_calls, calls, desk, places, reading),
        "open_calls": sum(1 for one in open_calls if desk.sees(one.municipality)),
        "asking": len(asking),
        "untouched": sum(1 for one in asking if one.resident not in calls),
        **listed(shelters, places, reading),
        "line": time_line(happenings(incident), places, reading),
        "review": [_order_words(order, places, reading) for order in orders_to_review(incident)],
        "next_review": _next_review(orders),
        "standing": standing_orders(orders, places, desk, reading),
        "troubled": troubled_shelters([row.code for row in rows], places, desk, reading),
        "desk": desk,
    }


def _next_review(orders: Collection[Order]) -> datetime | None:
    moments = [order.review_at for order in orders if order.issued_at and not order.lifted_at and order.review_at]
    return min(moments, default=None)


def _information(
    warnings: Collection[AreaWarning], places: Mapping[str, Municipality], reading: str
) -> list[dict[str, Any]]:
    found = []
    for bulletin in bulletins(warnings)[:3]:
        heights = [row.detail.get("height", "") for row in bulletin.rows if row.detail.get("height")]
        found.append(
            {
                "name": bulletin.name,
                "tone": tone_of_warning(bulletin.severity, bulletin.kind, bulletin.level),
                "areas": "、".join(bulletin.areas[:3])
                + (_(" ほか{n}").format(n=len(bulletin.areas) - 3) if len(bulletin.areas) > 3 else ""),
                "height": heights[0] if heights else "",
                "publisher": bulletin.publisher,
                "issued_at": bulletin.issued_at,
                "level": bulletin.level,
                "without_level": bulletin.kind == "tsunami",
            }
        )
    return found


def _first_wave(warnings: Collection[AreaWarning], now: datetime) -> dict[str, Any] | None:
    arrivals = [
        (datetime.fromisoformat(row.detail["arrives_at"]), row.area_name)
        for row in warnings
        if row.detail.get("arrives_at")
    ]
    arrived = [
        row for row in warnings if "到達" in row.detail.get("arrival", "") or "到達" in row.detail.get("condition", "")
    ]
    if not arrivals and not arrived:
        return None
    if not arrivals:
        return {"at": None, "where": arrived[0].area_name, "minutes": 0, "arrived": True}
    at, where = min(arrivals)
    minutes = max(0, -(-int((at - now).total_seconds()) // 60))
    return {"at": at, "where": where, "minutes": minutes, "arrived": at <= now}


def _figures(total: Mapping[str, int], asking: Collection[Callee], calls: Mapping[UUID, Call]) -> list[dict[str, Any]]:
    def share(count: int) -> str:
        return f"{round(100 * count / total['people'])}%" if total["people"] else ""

    forwarded = sum(1 for call in calls.values() if call.state == "forwarded")
    untouched = sum(1 for one in asking if one.resident not in calls)
    sending = _(" 送信中 {n}").format(n=f"{total['waiting']:,}") if total["waiting"] else ""
    notes = {
        "people": _("区域内に住む・いる人"),
        "reached": share(total["reached"]) + sending,
        "safe": share(total["safe"]),
        "moving": share(total["moving"]),
        "help": _("未着手 {n}").format(n=f"{untouched:,}"),
        "silent": share(total["silent"]),
        "unreached": _("支援者へ転送 {n}").format(n=f"{forwarded:,}"),
    }
    return [{"id": name, "label": label(name), "count": total[name], "note": notes[name]} for name in COLUMNS]


NONE = dict.fromkeys((*COLUMNS, "waiting"), 0)


def _rows(
    situation: Situation,
    warnings: Collection[AreaWarning],
    orders: Collection[Order],
    places: Mapping[str, Municipality],
    reading: str,
    phones: Mapping[str, str],
) -> list[Row]:
    warned = {code for row in warnings for code in row.municipalities}
    standing: dict[str, Order] = {}
    waiting: dict[str, Order] = {}
    for order in orders:
        if order.issued_at is None:
            waiting.setdefault(order.municipality_code, order)
        elif order.lifted_at is None:
            held = standing.get(order.municipality_code)
            if held is None or LEVELS[OrderKind(order.kind)] > LEVELS[OrderKind(held.kind)]:
                standing[order.municipality_code] = order
    found = []
    for code in sorted({*situation.figures, *warned, *standing, *waiting} & places.keys()):
        figures = {**NONE, **situation.figures.get(code, {})}
        found.append(
            Row(
                code,
                place_name(places[code], reading),
                standing.get(code),
                waiting.get(code),
                code in warned,
                figures,
                _bar(figures),
                phones.get(code, ""),
            )
        )
    return found


def _bar(figures: Mapping[str, int]) -> tuple[tuple[str, float, float], ...]:
    """The parts of one bar of 60 points: what, from where, how long."""
    parts, at = [], 0.0
    for name in ("safe", "moving", "help", "silent", "unreached"):
        width = 60 * figures[name] / figures["people"] if figures["people"] else 0
        parts.append((name, round(at, 2), round(width, 2)))
        at += width
    return tuple(parts)


def _sorting(sort: str) -> Any:
    if sort in COLUMNS:
        return lambda row: (-row.figures[sort], row.code)
    if sort == "share":
        return lambda row: (-row.share, row.code)
    return lambda row: row.code


def _map(
    incident: Incident, rows: Collection[Row], warnings: Collection[AreaWarning], shelters: Collection[Standing]
) -> dict[str, Any]:
    coastal = incident.hazard in WATER
    drawing = ground([row.code for row in rows], incident.hazard, coast=coastal)
    bounds = _bounds([row.share for row in rows if row.figures["people"]])
    by_code = {row.code: row for row in rows}
    named = {label_.code: label_.at for label_ in labels(drawing.shown)}
    shapes = [
        {
            "code": one.code,
            "path": one.path,
            "step": _step(row, bounds),
            "share": row.share,
            "name": row.name,
            "at": named.get(one.code),
            "waiting": row.waiting is not None,
            "told": row.figures["people"] > 0,
        }
        for one in drawing.shown
        if (row := by_code.get(one.code))
    ]
    gravest = max(warnings, key=lambda row: row.severity, default=None)
    return {
        "ground": drawing,
        "shapes": shapes,
        "legend": [(number + 1, edge) for number, edge in enumerate(bounds)],
        "steps": STEPS,
        "coastal": coastal,
        "warning": gravest,
        "shelters": squares(drawing.frame, shelters),
    }


def _bounds(shares: list[int]) -> list[int]:
    """Three edges between four steps of about as many municipalities each."""
    kept = sorted(set(shares))
    if len(kept) < 2:
        return [25, 50, 75]
    edges = sorted({kept[len(kept) * number // STEPS] for number in range(1, STEPS)})
    return edges if len(edges) == STEPS - 1 else [25, 50, 75]


def _step(row: Row, bounds: list[int]) -> int:
    return 1 + sum(row.share >= edge for edge in bounds) if row.figures["people"] else 0


def _order_words(order: Order, places: Mapping[str, Municipality], reading: str) -> dict[str, Any]:
    place = places.get(order.municipality_code)
    return {
        "order": order,
        "name": order_name(order.kind),
        "place": place_name(place, reading) if place else order.municipality_code,
        "tone": tone_of_order(order.kind),
        "level": LEVELS[OrderKind(order.kind)] if order.hazard in WITH_LEVELS else None,
        "since": clock.now() - order.issued_at if order.issued_at else timedelta(),
    }
