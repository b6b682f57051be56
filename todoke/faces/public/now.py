"""The page of what is in force, for everyone, also without scripts."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from todoke.faces.console.typed import typed
from todoke.faces.look.prefecture_map import prefecture_map
from todoke.faces.public.board import heading, households_by_kind, information_groups, order_groups
from todoke.faces.public.naming import (
    clock_time,
    count_of_places,
    day_and_time,
    order_name,
    place_name,
    publisher_name,
    warning_name,
)
from todoke.faces.public.places import Found, find
from todoke.faces.public.reading import Reading, choices, chosen_by, remember
from todoke.faces.public.refuge import near, open_shelters
from todoke.faces.public.tones import tone_of_order, tone_of_warning
from todoke.kernel import clock
from todoke.loops.reach.models import AreaWarning, Order
from todoke.loops.reach.queries import (
    level_of,
    orders_in_force,
    orders_since,
    source_state,
    warnings_in_force,
    warnings_since,
)
from todoke.loops.reach.queries.in_force import LEVELS
from todoke.loops.reach.telegrams.types import Severity
from todoke.loops.reach.types import OrderKind
from todoke.registry.places.models import Municipality
from todoke.registry.places.prefectures import prefecture
from todoke.registry.places.queries import municipalities
from todoke.registry.places.types import Hazard

HISTORY = timedelta(days=7)
SECONDS = 5
"""How long a cache may keep a page: many look at once, and each sees when it is of."""
Places = dict[str, Municipality]


@require_safe
def now(request: HttpRequest) -> HttpResponse:
    """What is in force now; with ``?place=`` or ``?at=`` also at a place."""
    reading = chosen_by(request)
    places = {row.code: row for row in municipalities()}
    orders, warnings = orders_in_force(), warnings_in_force()
    trained = orders_in_force(drill=True), warnings_in_force(drill=True)
    opened = open_shelters(places, reading)
    found = find(place=typed(request.GET, "place", 100), at=typed(request.GET, "at", 40))
    counts = households_by_kind(orders)
    context = _frame(request, reading) | {
        "heading": heading(orders, warnings, reading),
        "orders": order_groups(orders, places, reading),
        "information": information_groups(warnings, places, reading),
        "drills": [
            *order_groups(trained[0], places, reading),
            *information_groups(trained[1], places, reading),
        ],
        "counts": [
            {
                "name": reading.words["order_kinds"][kind],
                "households": reading.say("households", count=f"{counts[kind][0]:,}") if counts[kind][0] else "",
                "places_words": count_of_places(counts[kind][1], reading),
            }
            for kind in sorted(counts, key=lambda one: -LEVELS[OrderKind(one)])
        ],
        "opened": opened,
        "map": _map(orders, warnings, reading),
        "found": found,
        "missing": reading.say("find_missing", typed=typed(request.GET, "place", 100)),
        "shelters_count": reading.say("shelters_count", count=f"{len(opened):,}"),
        "here": _here(found, orders, warnings, places, reading) if found and found.code else None,
        "sources": _sources(reading),
    }
    return _answered(request, render(request, "public/now.html", context), reading)


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    """What was issued and lifted in the last days, the newest first."""
    reading = chosen_by(request)
    places = {row.code: row for row in municipalities()}
    since = clock.now() - HISTORY
    events = sorted(_events(orders_since(since), warnings_since(since), places, reading), key=lambda one: one["at"])
    rows = [one for one in reversed(events) if one["at"] >= since]
    context = _frame(request, reading) | {"events": rows}
    return _answered(request, render(request, "public/history.html", context), reading)


def _frame(request: HttpRequest, reading: Reading) -> dict[str, Any]:
    ours = prefecture(settings.PREFECTURE)
    return {
        "prefecture_name": ours.short_name if reading.han else ours.short_name_en,
        "prefecture_full_name": ours.name if reading.han else ours.name_en,
        "reading": reading,
        "w": reading.words,
        "languages": choices(request, reading),
        "time": reading.say("now_at", time=day_and_time(clock.now(), reading)),
        "typed": typed(request.GET, "place", 100),
    }


def _answered(request: HttpRequest, response: HttpResponse, reading: Reading) -> HttpResponse:
    response.headers["Cache-Control"] = "no-cache" if "lang" in request.GET else f"public, max-age={SECONDS}"
    response.headers["Content-Language"] = reading.tag
    remember(request, response)
    return response


def _here(
    found: Found, orders: list[Order], warnings: list[AreaWarning], places: Places, reading: Reading
) -> dict[str, Any]:
    own = [order for order in orders if order.municipality_code == found.code]
    said = [row for row in warnings if found.code in row.municipalities]
    dangers = [order.hazard for order in own]
    dangers += [row.kind for row in said if row.severity >= Severity.WARNING and row.kind in set(Hazard)]
    name = place_name(places[found.code], reading)
    return {
        "name": name,
        "nothing": reading.say("nothing_here", place=name),
        "orders": order_groups(own, places, reading),
        "information": information_groups(said, places, reading),
        "near": near(places, reading, code=found.code, at=found.point, hazards=dangers),
    }


def _map(orders: list[Order], warnings: list[AreaWarning], reading: Reading) -> dict[str, Any]:
    """Orders fill a municipality and carry their number; a warning of an agency is a line round it."""
    drawing = prefecture_map()
    gravest: dict[str, Order] = {}
    for order in reversed(orders):
        gravest[order.municipality_code] = order
    lines: dict[str, int] = {}
    for row in warnings:
        if row.severity >= Severity.WARNING:
            tone = tone_of_warning(row.severity, row.kind, row.level)
            for code in row.municipalities:
                lines[code] = max(tone, lines.get(code, 0))
    shapes = []
    for shape in drawing.shapes:
        given = gravest.get(shape.code)
        shapes.append(
            {
                "shape": shape,
                "fill": tone_of_order(given.kind) if given else 0,
                "line": lines.get(shape.code, 0),
                "number": _mark(given) if given else "",
            }
        )
    marks = {(order.kind, _mark(order)) for order in orders}
    legend = [
        {"tone": tone_of_order(kind), "number": mark, "name": reading.words["order_kinds"][kind]}
        for kind, mark in sorted(marks, key=lambda one: (-LEVELS[OrderKind(one[0])], one[1]))
    ]
    # Lines last, so that no neighbour's fill covers half of them.
    shapes.sort(key=lambda one: (one["line"], one["fill"]))
    return {"box_height": drawing.height + 8, "shapes": shapes, "legend": legend, "lines": bool(lines)}


def _mark(order: Order) -> str:
    """What stands on the map: the level, or a dot where there is none."""
    return str(level_of(order) or "●")


def _sources(reading: Reading) -> dict[str, Any]:
    state = source_state()
    if state.checked_at is None:
        return {"stale": True, "words": reading.words["never"]}
    key = "stale" if state.stale else "checked"
    return {"stale": state.stale, "words": reading.say(key, time=clock_time(state.checked_at, reading))}


def _events(orders: list[Order], warnings: list[AreaWarning], places: Places, reading: Reading) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for order in orders:
        place = places.get(order.municipality_code)
        name = place_name(place, reading) if place else ""
        line = {
            "order": True,
            "tone": tone_of_order(order.kind),
            "name": order_name(order, reading),
            "where": f"{name}　{order.area_name}",
            "by": name,
            "drill": order.drill,
        }
        found.append(line | {"at": order.issued_at, "what": reading.words["ordered"]})
        if order.lifted_at:
            found.append(line | {"at": order.lifted_at, "what": reading.words["lifted"], "tone": 0})
    for row in warnings:
        line = {
            "order": False,
            "tone": tone_of_warning(row.severity, row.kind, row.level),
            "name": warning_name(row.kind, row.name, row.severity, reading),
            "where": row.area_name,
            "by": publisher_name(row.publisher, reading),
            "drill": row.incident.status != "normal",
        }
        found.append(line | {"at": row.began_at, "what": reading.words["issued"]})
        if row.ended_at:
            found.append(line | {"at": row.ended_at, "what": reading.words["ended"], "tone": 0})
    for one in found:
        one["time"] = clock_time(one["at"], reading)
    return _together(found)


def _together(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same event in several areas at the same minute, as one line."""
    lines: dict[tuple[Any, ...], dict[str, Any]] = {}
    for one in events:
        minute = one["at"].replace(second=0, microsecond=0)
        key = (minute, one["name"], one["what"], one["by"], one["drill"])
        if key in lines:
            lines[key]["where"] += f"、{one['where']}"
        else:
            lines[key] = one
    return list(lines.values())
