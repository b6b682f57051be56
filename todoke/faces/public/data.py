"""What is in force for machines: JSON, GeoJSON, RSS 2.0, and CAP 1.2 in an Atom feed. Drills are marked in each."""

import json
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, wraps
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape, quoteattr

import shapely
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.http import require_safe

from todoke.exchange.passes.queries import headcounts
from todoke.faces.public.board import detail
from todoke.faces.public.naming import order_name
from todoke.faces.public.reading import reading
from todoke.kernel import clock
from todoke.loops.reach.models import AreaWarning, Order
from todoke.loops.reach.queries import (
    Bulletin,
    bulletins,
    level_of,
    orders_in_force,
    source_state,
    warnings_in_force,
)
from todoke.loops.reach.telegrams.cap import MEDIA_TYPE, Alert, CapArea, Info, write_alert
from todoke.loops.reach.telegrams.types import Severity
from todoke.loops.reach.types import OrderKind
from todoke.registry.places.models import Municipality
from todoke.registry.places.outlines import municipality_outlines
from todoke.registry.places.prefectures import prefecture
from todoke.registry.places.queries import municipalities, shelters, states
from todoke.registry.places.types import Openness

SECONDS = 15
"""How long a cache may keep an answer: many who look cost as much as one."""

FINE = 0.002
"""Degrees within which boundaries are smoothed."""

MUNICIPALITY_LIST = "JIS X 0402"
_CERTAIN = {OrderKind.ELDERLY: "Likely", OrderKind.EVACUATE: "Likely", OrderKind.SECURE: "Observed"}
_GRAVE = {OrderKind.ELDERLY: "Moderate", OrderKind.EVACUATE: "Severe", OrderKind.SECURE: "Extreme"}
_BY_SEVERITY = {
    Severity.ADVISORY: ("Expected", "Minor"),
    Severity.WARNING: ("Expected", "Moderate"),
    Severity.SEVERE: ("Immediate", "Severe"),
    Severity.EMERGENCY: ("Immediate", "Extreme"),
}
_CATEGORIES = {"tsunami": "Geo", "earthquake": "Geo", "volcano": "Geo", "landslide": "Geo", "fire": "Fire"}
Places = dict[str, Municipality]


def for_everyone(content_type: str) -> Callable[[Callable[[HttpRequest], str]], Callable[[HttpRequest], HttpResponse]]:
    """Any page may read it, any cache may keep it for a moment."""

    def wrap(view: Callable[[HttpRequest], str]) -> Callable[[HttpRequest], HttpResponse]:
        @require_safe
        @wraps(view)
        def answered(request: HttpRequest) -> HttpResponse:
            response = HttpResponse(view(request), content_type=content_type)
            response.headers["Cache-Control"] = f"public, max-age={SECONDS}"
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
            return response

        return answered

    return wrap


@for_everyone("application/json; charset=utf-8")
def as_json(request: HttpRequest) -> str:
    """Orders and information apart; what is in force in drills under ``drills``."""
    places = _places()
    state = source_state()
    ours = prefecture(settings.PREFECTURE)
    counts = headcounts()
    opened = _opened()
    said = {
        "at": clock.now().isoformat(timespec="seconds"),
        "prefecture": {"code": settings.PREFECTURE, "name": ours.name, "name_en": ours.name_en},
        "sources": {
            "checked_at": state.checked_at.isoformat(timespec="seconds") if state.checked_at else None,
            "stale": state.stale,
        },
        **_in_force(places, drill=False),
        "shelters": [
            {
                "code": shelter.code,
                "name": shelter.name,
                "municipality": shelter.municipality_id,
                "state": openness,
                "capacity": shelter.capacity,
                "people": counts[shelter.pk].people if shelter.pk in counts else 0,
                "longitude": shelter.longitude,
                "latitude": shelter.latitude,
            }
            for shelter, openness in opened
        ],
        "drills": _in_force(places, drill=True),
    }
    return json.dumps(said, ensure_ascii=False, indent=1)


@for_everyone("application/geo+json; charset=utf-8")
def as_geojson(request: HttpRequest) -> str:
    """A feature for each municipality in which anything is in force, and a point for each open shelter."""
    places = _places()
    orders, warnings = orders_in_force(), warnings_in_force()
    concerned = {order.municipality_code for order in orders} | {
        code for row in warnings for code in row.municipalities
    }
    features: list[dict[str, Any]] = []
    shapes = _shapes(tuple(sorted(concerned & set(places))))
    for code, geometry in shapes.items():
        features.append(
            {
                "type": "Feature",
                "id": code,
                "geometry": geometry,
                "properties": {
                    "kind": "municipality",
                    "code": code,
                    "name": places[code].name,
                    "name_en": places[code].name_en,
                    "orders": [_order(one, places) for one in orders if one.municipality_code == code],
                    "information": [_warning(row) for row in warnings if code in row.municipalities],
                },
            }
        )
    for shelter, openness in _opened():
        features.append(
            {
                "type": "Feature",
                "id": shelter.code,
                "geometry": {"type": "Point", "coordinates": [shelter.longitude, shelter.latitude]},
                "properties": {"kind": "shelter", "name": shelter.name, "state": openness},
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


@for_everyone("application/rss+xml; charset=utf-8")
def as_rss(request: HttpRequest) -> str:
    """An item for each order and each warning; the newest first."""
    places, japanese = _places(), reading("ja")
    items: list[tuple[datetime, str]] = []
    for drill in (False, True):
        mark = f"【{japanese.words['drill']}】" if drill else ""
        for order in orders_in_force(drill=drill):
            name = places[order.municipality_code].name if order.municipality_code in places else ""
            title = f"{mark}{order_name(order, japanese)} {name} {order.area_name}"
            more = str(japanese.words["order_do"][order.kind])
            at = order.issued_at or order.entered_at
            items.append((at, _item(f"order:{order.pk}", title, f"{mark}{more}（{name}）", at, "orders")))
        for row in bulletins(warnings_in_force(drill=drill)):
            title = f"{mark}{row.name} {'、'.join(row.areas)}"
            more = detail(row.rows[0].detail, japanese)
            about = f"{mark}{row.publisher} {more}".strip()
            guid = f"warning:{min(one.pk for one in row.rows)}:{row.issued_at:%Y%m%dT%H%M%SZ}"
            items.append((row.issued_at, _item(guid, title, about, row.issued_at, "information")))
    ours = prefecture(settings.PREFECTURE)
    title = f"{japanese.words['title']}（{ours.name}）"
    written = "".join(item for _at, item in sorted(items, key=lambda one: one[0], reverse=True))
    address = settings.BASE_URL + reverse("public:now")
    own = settings.BASE_URL + reverse("public:now-rss")
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
        f"<title>{escape(title)}</title><link>{escape(address)}</link><description>{escape(title)}</description>"
        f"<language>ja</language><lastBuildDate>{http_date(clock.now().timestamp())}</lastBuildDate><ttl>1</ttl>"
        f'<atom:link rel="self" type="application/rss+xml" href={quoteattr(own)}/>'
        f"{written}</channel></rss>"
    )


@for_everyone("application/atom+xml; charset=utf-8")
def as_cap(request: HttpRequest) -> str:
    """An Atom feed with a CAP 1.2 alert in each entry."""
    places = _places()
    entries = []
    for drill in (False, True):
        for order in orders_in_force(drill=drill):
            entries.append(_entry(_cap_of_order(order, places, drill)))
        for row in bulletins(warnings_in_force(drill=drill)):
            entries.append(_entry(_cap_of_bulletin(row, places, drill)))
    address = settings.BASE_URL + reverse("public:now-cap")
    title = reading("ja").words["title"]
    return (
        '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{escape(address)}</id><title>{escape(title)}</title>"
        f"<updated>{clock.now().isoformat(timespec='seconds')}</updated>"
        f'<link rel="self" type="application/atom+xml" href={quoteattr(address)}/>'
        f"<author><name>{escape(prefecture(settings.PREFECTURE).name)}</name></author>{''.join(entries)}</feed>"
    )


def _places() -> Places:
    return {row.code: row for row in municipalities()}


def _in_force(places: Places, *, drill: bool) -> dict[str, Any]:
    return {
        "orders": [_order(order, places) for order in orders_in_force(drill=drill)],
        "information": [_warning(row) for row in warnings_in_force(drill=drill)],
    }


def _order(order: Order, places: Places) -> dict[str, Any]:
    place = places.get(order.municipality_code)
    return {
        "id": f"order:{order.pk}",
        "municipality": {
            "code": order.municipality_code,
            "name": place.name if place else "",
            "name_en": place.name_en if place else "",
        },
        "kind": order.kind,
        "level": level_of(order),
        "hazard": order.hazard,
        "area": order.area_name,
        "households": order.households,
        "people": order.people,
        "issued_at": _iso(order.issued_at),
        "source": f"Lアラート：{order.source}" if order.source else None,
    }


def _warning(row: AreaWarning) -> dict[str, Any]:
    return {
        "id": f"warning:{row.pk}",
        "kind": row.kind,
        "name": row.name,
        "severity": Severity(row.severity).name.lower(),
        "level": row.level,
        "area": {"code": row.area_code, "code_type": row.area_type, "name": row.area_name},
        "municipalities": row.municipalities,
        "detail": row.detail,
        "publisher": row.publisher,
        "began_at": _iso(row.began_at),
        "issued_at": _iso(row.issued_at),
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(clock.JAPAN).isoformat(timespec="seconds") if moment else None


def _opened() -> list[tuple[Any, str]]:
    now = {key: one.openness for key, one in states().items() if one.openness in {Openness.OPEN, Openness.FULL}}
    return [(shelter, str(now[shelter.pk])) for shelter in (shelters() if now else []) if shelter.pk in now]


def _shapes(codes: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    outlines = municipality_outlines()
    return {code: _simple(code, outlines[code].wkb) for code in codes if code in outlines}


@lru_cache(maxsize=64)
def _simple(code: str, boundary: bytes) -> dict[str, Any]:
    shape = shapely.simplify(shapely.from_wkb(boundary), FINE, preserve_topology=True)
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-5)))
    return geometry


def _item(guid: str, title: str, about: str, at: datetime, part: str) -> str:
    address = f"{settings.BASE_URL}{reverse('public:now')}#{part}"
    return (
        f"<item><title>{escape(title)}</title><link>{escape(address)}</link><description>{escape(about)}</description>"
        f'<guid isPermaLink="false">{escape(_name(guid))}</guid><pubDate>{http_date(at.timestamp())}</pubDate></item>'
    )


def _name(key: str) -> str:
    return f"{urlsplit(settings.BASE_URL).hostname}:{key}"


def _entry(alert: Alert) -> str:
    body = write_alert(alert).decode().split("?>", 1)[-1].strip()
    first = alert.infos[0]
    return (
        f"<entry><id>urn:todoke:{escape(alert.identifier)}</id><title>{escape(first.headline)}</title>"
        f"<updated>{alert.sent.isoformat(timespec='seconds')}</updated>"
        f'<content type="{MEDIA_TYPE}">{body}</content></entry>'
    )


def _cap_of_order(order: Order, places: Places, drill: bool) -> Alert:
    kind, place = OrderKind(order.kind), places.get(order.municipality_code)
    sent = (order.issued_at or order.entered_at).astimezone(clock.JAPAN)
    area = CapArea(
        f"{place.name if place else ''} {order.area_name}".strip(),
        geocodes=((MUNICIPALITY_LIST, order.municipality_code),),
    )
    level = level_of(order)
    infos = []
    for language, tag in (("ja", "ja-JP"), ("en", "en")):
        said = reading(language)
        name = order_name(order, said)
        mark = f"[{said.words['drill']}] " if drill else ""
        where = (place.name if language == "ja" else place.name_en) if place else ""
        infos.append(
            Info(
                event=name,
                language=tag,
                categories=("Safety",),
                urgency="Immediate",
                severity=_GRAVE[kind],
                certainty=_CERTAIN[kind],
                responses=("Evacuate",) if kind is not OrderKind.SECURE else ("Shelter",),
                effective=sent,
                sender_name=where,
                headline=f"{mark}{name} {where}".strip(),
                instruction=str(said.words["order_do"][kind]),
                web=settings.BASE_URL + reverse("public:now"),
                parameters=(("todoke:level", str(level)),) if level else (),
                areas=(area,),
            )
        )
    return Alert(
        identifier=_name(f"order:{order.pk}:{order.revision}").replace(":", "-"),
        sender=urlsplit(settings.BASE_URL).hostname or "todoke",
        sent=sent,
        status="Exercise" if drill else "Actual",
        infos=tuple(infos),
    )


def _cap_of_bulletin(row: Bulletin, places: Places, drill: bool) -> Alert:
    sent = row.issued_at.astimezone(clock.JAPAN)
    urgency, severity = _BY_SEVERITY.get(row.severity, ("Unknown", "Unknown"))
    japanese = reading("ja")
    mark = f"[{japanese.words['drill']}] " if drill else ""
    area = CapArea(
        "、".join(row.areas), geocodes=tuple((MUNICIPALITY_LIST, code) for code in sorted(row.municipalities))
    )
    info = Info(
        event=row.name,
        categories=(_CATEGORIES.get(row.kind, "Met"),),
        urgency=urgency,
        severity=severity,
        certainty="Likely",
        effective=sent,
        sender_name=row.publisher,
        headline=f"{mark}{row.name} {'、'.join(row.areas)}",
        description=detail(row.rows[0].detail, japanese),
        web=settings.BASE_URL + reverse("public:now"),
        parameters=(("todoke:level", str(row.level)),) if row.level else (),
        areas=(area,),
    )
    return Alert(
        identifier=_name(f"warning:{min(one.pk for one in row.rows)}:{sent:%Y%m%d%H%M%S}").replace(":", "-"),
        sender=urlsplit(settings.BASE_URL).hostname or "todoke",
        sent=sent,
        status="Exercise" if drill else "Actual",
        infos=(info,),
    )
