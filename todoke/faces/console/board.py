"""What the situation board shows, put together once for each request."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from todoke.exchange.messages.models import ContactPoint, Reply
from todoke.exchange.passes.queries import headcounts, sheltered
from todoke.faces.console.crisis import Desk
from todoke.faces.console.situation_map import ground, labels
from todoke.faces.public.tones import tone_of_order, tone_of_warning
from todoke.kernel import clock
from todoke.loops.reach.actions.incidents import is_drill
from todoke.loops.reach.actions.situations import callees_of, is_stale, situation_of
from todoke.loops.reach.calling import Callee, Heard
from todoke.loops.reach.models import AreaWarning, Call, Incident, Order, Situation
from todoke.loops.reach.queries.in_force import LEVELS, bulletins
from todoke.loops.reach.queries.incidents import Happening, What, happenings, orders_of, orders_to_review, warnings_of
from todoke.loops.reach.types import OrderKind, Variant
from todoke.loops.reach.wordings import WITH_LEVELS
from todoke.registry.people import access
from todoke.registry.people.keys import KEYS
from todoke.registry.people.models import Resident
from todoke.registry.people.types import Reader
from todoke.registry.places.models import Municipality, Shelter
from todoke.registry.places.prefectures import prefecture
from todoke.registry.places.queries import municipalities, states
from todoke.registry.places.types import Hazard, Openness

COLUMNS = ("people", "reached", "safe", "moving", "help", "silent", "unreached")
CALLED = 6
SHELTERS = 6
ON_MAP = 60
SLOTS = 9
"""Moments of the time line that stand on the board."""

STEPS = 4
WATER = frozenset({Hazard.TSUNAMI, Hazard.STORM_SURGE})
NAME_KEYS = ("name", "birth_date", "address.full", "phone")


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


def order_name(kind: str) -> str:
    """避難指示."""
    return {
        OrderKind.ELDERLY: _("高齢者等避難"),
        OrderKind.EVACUATE: _("避難指示"),
        OrderKind.SECURE: _("緊急安全確保"),
    }[OrderKind(kind)]


def hazard_name(hazard: str) -> str:
    """津波; what is no hazard of ours as it is stored."""
    return {
        "flood": _("洪水"),
        "inland_flood": _("内水氾濫"),
        "landslide": _("土砂災害"),
        "storm_surge": _("高潮"),
        "earthquake": _("地震"),
        "tsunami": _("津波"),
        "fire": _("大規模火災"),
        "volcano": _("火山"),
        "nuclear": _("原子力災害"),
        "missile": _("ミサイル"),
        "snow": _("大雪"),
    }.get(hazard, hazard)


def title_of(incident: Incident) -> str:
    """津波 11月27日 12:31."""
    return hazard_name(incident.hazard)


def place_name(place: Municipality, reading: str) -> str:
    """In the reader's language."""
    return place.name_en if reading == "en" else place.name


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
    open_calls = [one for one in callees if not _is_done(one, calls)]
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
        "map": _map(incident, rows, warnings, reading),
        "callees": _shown(open_calls, calls, desk, incident, places, reading),
        "open_calls": len(open_calls),
        "asking": len(asking),
        "untouched": sum(1 for one in asking if one.resident not in calls),
        **_shelters(rows, places, reading),
        "line": _line(happenings(incident), places, reading),
        "review": [_order_words(order, places, reading) for order in orders_to_review(incident)],
        "next_review": _next_review(orders),
        "desk": desk,
    }


def _next_review(orders: Collection[Order]) -> datetime | None:
    moments = [order.review_at for order in orders if order.issued_at and not order.lifted_at and order.review_at]
    return min(moments, default=None)


def _is_done(one: Callee, calls: Mapping[UUID, Call]) -> bool:
    """Resolved, and not asked again since."""
    call = calls.get(one.resident)
    return call is not None and call.state == "resolved" and (one.heard is not Heard.HELP or one.since <= call.at)


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


def label(column: str) -> str:
    """What a figure is called."""
    return {
        "people": _("対象"),
        "reached": _("到達"),
        "safe": _("無事"),
        "moving": _("移動中"),
        "help": _("要救助"),
        "silent": _("回答なし"),
        "unreached": _("不達"),
    }[column]


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


def _map(incident: Incident, rows: Collection[Row], warnings: Collection[AreaWarning], reading: str) -> dict[str, Any]:
    coastal = incident.hazard in WATER
    drawing = ground([row.code for row in rows], incident.hazard, coast=coastal)
    bounds = _bounds([row.share for row in rows if row.figures["people"]])
    by_code = {row.code: row for row in rows}
    named = {label_.code: label_.at for label_ in labels(drawing.shown)}
    shapes = [
        {
            "code": one.code,
            "path": one.path,
            "step": _step(by_code[one.code], bounds),
            "share": by_code[one.code].share,
            "name": by_code[one.code].name,
            "at": named.get(one.code),
            "waiting": by_code[one.code].waiting is not None,
            "told": by_code[one.code].figures["people"] > 0,
        }
        for one in drawing.shown
    ]
    gravest = warnings and max(warnings, key=lambda row: row.severity)
    return {
        "ground": drawing,
        "shapes": shapes,
        "legend": [(number + 1, edge) for number, edge in enumerate(bounds)],
        "steps": STEPS,
        "coastal": coastal,
        "warning": gravest,
        "shelters": _squares(drawing.frame, [row.code for row in rows]),
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


def _fullness(people: int, capacity: int | None, state: Openness) -> str:
    if state is Openness.FULL or (capacity and people >= capacity):
        return "full"
    return "most" if capacity and people >= 0.8 * capacity else "room"


def _standing_shelters(codes: Collection[str]) -> list[tuple[Shelter, int, Openness]]:
    counts, said = headcounts(), states()
    wanted = {pk for pk, state in said.items() if state.openness is not Openness.CLOSED} | counts.keys()
    rows = Shelter.objects.filter(pk__in=wanted, withdrawn_at=None)
    if codes:
        rows = rows.filter(municipality__in=codes)
    return [
        (
            row,
            counts[row.pk].people if row.pk in counts else 0,
            said[row.pk].openness if row.pk in said else Openness.OPEN,
        )
        for row in rows
    ]


def _squares(frame: Any, codes: Collection[str]) -> list[dict[str, Any]]:
    rows = sorted(_standing_shelters(codes), key=lambda found: -found[1])[:ON_MAP]
    window = frame.box.bounds
    return [
        {
            "x": (at := frame.at(row.longitude, row.latitude))[0] - 4.5,
            "y": at[1] - 4.5,
            "fill": _fullness(people, row.capacity, state),
        }
        for row, people, state in rows
        if window[0] < row.longitude < window[2] and window[1] < row.latitude < window[3]
    ]


def _shelters(rows: Collection[Row], places: Mapping[str, Municipality], reading: str) -> dict[str, Any]:
    found = _standing_shelters([row.code for row in rows])
    listed = sorted(found, key=lambda one: (-(one[1] / one[0].capacity if one[0].capacity else 0), one[0].code))
    shown = [
        {
            "name": row.name_en if reading == "en" and row.name_en else row.name,
            "place": place_name(places[row.municipality_id], reading) if row.municipality_id in places else "",
            "people": people,
            "capacity": row.capacity,
            "left": max(0, row.capacity - people) if row.capacity else None,
            "fill": _fullness(people, row.capacity, state),
            "width": min(60, round(60 * people / row.capacity)) if row.capacity else 0,
        }
        for row, people, state in listed[:SHELTERS]
    ]
    return {
        "shelters": shown,
        "shelters_open": len(found),
        "shelters_full": sum(1 for row, people, state in found if _fullness(people, row.capacity, state) == "full"),
        "sheltered": sum(people for _row, people, _state in found),
    }


def need_name(code: str) -> str:
    """Of a reason for which somebody is called."""
    return {
        Variant.ELECTRICITY: _("電源が必要な機器"),
        Variant.DIALYSIS: _("透析"),
        Variant.WHEELCHAIR: _("車いす"),
        Variant.SIGHT: _("視覚障害"),
        Variant.HEARING: _("聴覚障害"),
        "elderly_alone": _("高齢の一人暮らし"),
        "elderly": _("75歳以上"),
        "infant": _("乳幼児のいる世帯"),
    }.get(code, code)


def reader_of(desk: Desk, incident: Incident, officer_id: int) -> Reader:
    """As the resident sees who looked, and why."""
    return Reader(
        f"officer:{officer_id}",
        desk.name[:60],
        PURPOSE,
        f"situation:{incident.pk}",
        REASON.format(hazard=incident.hazard),
    )


PURPOSE = "災害のときの安否確認と救助のため"
REASON = "安否が分からないか、助けを求めているため（{hazard}）"


def _shown(
    open_calls: list[Callee],
    calls: Mapping[UUID, Call],
    desk: Desk,
    incident: Incident,
    places: Mapping[str, Municipality],
    reading: str,
) -> list[dict[str, Any]]:
    """Those to call now whom the desk may see; a row for each is left in what they can read of who looked."""
    mine = [one for one in open_calls if desk.sees(one.municipality)]
    first = sorted(mine, key=lambda one: one.resident in calls and calls[one.resident].state != "taken")[:CALLED]
    return [_callee(one, calls.get(one.resident), places, reading) for one in first]


def _callee(one: Callee, call: Call | None, places: Mapping[str, Municipality], reading: str) -> dict[str, Any]:
    why = [need_name(code) for code in one.because]
    place = places.get(one.municipality)
    return {
        "resident": one.resident,
        "message": one.message,
        "why": why,
        "age": one.age,
        "place": place_name(place, reading) if place else "",
        "heard": {Heard.HELP: _("要救助"), Heard.SILENT: _("回答なし"), Heard.UNREACHED: _("不達")}[one.heard],
        "since": one.since if one.heard is Heard.HELP else None,
        "call": call,
        "again": call is not None and call.state == "resolved",
        "revision": call.revision if call else 0,
    }


def with_names(shown: list[dict[str, Any]], reader: Reader) -> None:
    """Put names, telephones and what they said into the rows; each of them sees that."""
    people = {
        one.pk: one
        for one in Resident.objects.filter(pk__in=[row["resident"] for row in shown]).select_related("household")
    }
    keys = [key for key in (*NAME_KEYS, *(key for key in KEYS if key.startswith("needs."))) if key in KEYS]
    access.announce_many(residents=list(people.values()), reader=reader, keys=keys)
    ours = prefecture(settings.PREFECTURE).name
    phones: dict[UUID, str] = {}
    for point in ContactPoint.objects.filter(
        resident__in=people, channel="sms", ended_at=None, verified_at__isnull=False
    ):
        address = point.address
        phones[point.resident_id] = str(address.get("number", "")) if isinstance(address, dict) else str(address)
    said = {
        reply.message_id: reply.needs
        for reply in Reply.objects.filter(message__in=[row["message"] for row in shown], answer="help").order_by("pk")
    }
    at_shelter = sheltered(people.keys())
    for row in shown:
        person = people.get(row["resident"])
        row["name"] = person.name if person else ""
        row["address"] = person.household.address.removeprefix(ours) if person else ""
        row["phone"] = phones.get(row["resident"], "")
        row["said"] = said.get(row["message"], "") if isinstance(said.get(row["message"], ""), str) else ""
        row["sheltered"] = row["resident"] in at_shelter


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


def words_of(one: Happening, places: Mapping[str, Municipality], reading: str) -> str:
    """A moment of the time line in a few words."""
    if one.what is What.TELEGRAM:
        return one.words
    if one.alert is not None:
        return _("住民へ送信 {n}人").format(n=f"{one.alert.people:,}")
    assert one.order is not None  # noqa: S101 - the rest is about orders
    place = places.get(one.order.municipality_code)
    said = {
        What.ENTERED: _("{place}が{order}を入力、確認待ち"),
        What.ISSUED: _("{place} {order}"),
        What.LIFTED: _("{place} {order}を解除"),
    }[one.what]
    return said.format(place=place_name(place, reading) if place else "", order=order_name(one.order.kind))


def _line(found: list[Happening], places: Mapping[str, Municipality], reading: str) -> dict[str, Any]:
    """Two lanes over the same moments, the newest last; what several municipalities did in one minute is one entry."""
    slots: dict[str, dict[str, list[str]]] = {}
    moments: dict[str, datetime] = {}
    for one in found:
        key = one.at.astimezone(clock.JAPAN).strftime("%m%d%H%M")
        moments.setdefault(key, one.at)
        slots.setdefault(key, {"agency": [], "authority": []})[one.lane].append(words_of(one, places, reading))
    keys = sorted(slots)[-SLOTS:]
    return {
        "earlier": max(0, len(slots) - SLOTS),
        "slots": [
            {
                "at": moments[key],
                "agency": _few(slots[key]["agency"]),
                "authority": _few(slots[key]["authority"]),
            }
            for key in keys
        ],
    }


def _few(words: list[str]) -> list[str]:
    kept = list(dict.fromkeys(words))
    return kept if len(kept) <= 2 else [kept[0], _("ほか{n}件").format(n=len(kept) - 1)]


def live_state(context: Mapping[str, Any]) -> str:
    """What a script needs of the page, as JSON."""
    return json.dumps({"age": context["age"], "now": context["now"].isoformat()})
