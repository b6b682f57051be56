"""The report for who takes over: the state, the figures, what is open; without anybody's name."""

import json
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from todoke.faces.console.board import COLUMNS, board
from todoke.faces.console.crisis import CrisisRequest, desk_required
from todoke.faces.console.crisis_words import label, need_name, order_name, place_name
from todoke.faces.console.incident import incident_of
from todoke.faces.console.open_shelters import standing_shelters
from todoke.faces.console.templatetags.situation import clock_time
from todoke.faces.console.time_line import words_of
from todoke.faces.typesetting import pdf_of
from todoke.kernel import audit, clock
from todoke.loops.reach.actions.situations import callees_of, situation_of
from todoke.loops.reach.calling import Heard
from todoke.loops.reach.models import Call, Incident, Order
from todoke.loops.reach.queries.incidents import Lane, happenings, orders_of
from todoke.registry.places.queries import municipalities

TEMPLATE = Path(__file__).parent / "reports" / "handover.typ"
CALLS, SHELTERS, MOMENTS, ORDERS = 12, 24, 16, 20
"""So many of each fit on two pages; the rest is counted."""


@never_cache
@require_safe
@desk_required
def report(request: CrisisRequest, incident_id: int) -> HttpResponse:
    """Two pages of A4, PDF/UA-1."""
    incident = incident_of(incident_id)
    told = _told(incident, request)
    audit.record(
        actor=f"officer:{request.officer.pk}",
        action="situation.report",
        subject=f"incident:{incident.pk}",
        organisation_id=request.desk.offices[0].pk,
    )
    made = pdf_of(TEMPLATE, {"data": json.dumps(told, ensure_ascii=False)}, ["ua-1"])
    response = HttpResponse(made, content_type="application/pdf")
    day = clock.now().astimezone(clock.JAPAN)
    response.headers["Content-Disposition"] = f'inline; filename="situation-{incident.pk}-{day:%Y%m%d-%H%M}.pdf"'
    return response


def _told(incident: Incident, request: CrisisRequest) -> dict[str, Any]:
    reading = request.reading
    shown = board(incident, request.desk, reading=reading, sort="code", phones={})
    places = {row.code: row for row in municipalities()}
    now = clock.now()
    when = f"{now.astimezone(clock.JAPAN):%Y-%m-%d %H:%M}"
    title = _("{hazard} 引継ぎ資料 {when}").format(hazard=shown["title"], when=when)
    return {
        "title": title,
        "author": request.desk.name,
        "lang": "en" if get_language() == "en" else "ja",
        "footer": f"{title}　{request.desk.name}",
        "drill": _("訓練　これは訓練です") if shown["drill"] else "",
        "none": _("ありません。"),
        "state": _state(shown),
        "figures": [[one["label"], f"{one['count']:,}", one["note"]] for one in shown["figures"]],
        "headings": {
            "districts": _("地区別"),
            "orders": _("避難情報"),
            "calls": _("まだ解決していない人（氏名なし）"),
            "shelters": _("避難所"),
            "line": _("経過"),
        },
        "columns": [_("地区"), _("避難情報"), *(label(name) for name in COLUMNS)],
        "districts": [
            [
                row.name,
                f"{order_name(row.order.kind)} {clock_time(row.order.issued_at)}"
                if row.order and row.order.issued_at
                else _("確認中")
                if row.waiting
                else _("未発令"),
                *(f"{row.figures[name]:,}" for name in COLUMNS),
            ]
            for row in shown["rows"]
        ],
        **_orders(orders_of(incident), places, reading),
        **_calls(incident, places, reading),
        **_shelters([row.code for row in shown["rows"]], places, reading),
        **_line(incident, places, reading),
    }


def _state(shown: dict[str, Any]) -> str:
    parts = [
        f"{one['name']}（{one['areas']} {one['height']} {one['publisher']} {clock_time(one['issued_at'])}）"
        for one in shown["information"]
    ] or [_("気象庁などの情報は出ていない")]
    ordered = _("{all}市町村のうち {n} が発令").format(all=shown["of_places"], n=shown["ordered"])
    counted = shown["situation"].counted_at
    return "　".join([*parts, ordered, _("数えた時刻 {time}").format(time=clock_time(counted)) if counted else ""])


def _orders(orders: list[Order], places: Any, reading: str) -> dict[str, Any]:
    rows = [
        [
            place_name(places[one.municipality_code], reading) if one.municipality_code in places else "",
            order_name(one.kind),
            one.area_name or _("全域"),
            clock_time(one.entered_at),
            clock_time(one.issued_at) if one.issued_at else _("確認待ち"),
            clock_time(one.lifted_at) if one.lifted_at else "—",
            f"{one.people or 0:,}",
        ]
        for one in orders[:ORDERS]
    ]
    columns = [_("市町村"), _("種別"), _("区域"), _("入力"), _("発令"), _("解除"), _("対象")]
    return {"orders": rows, "order_columns": columns}


def _calls(incident: Incident, places: Any, reading: str) -> dict[str, Any]:
    calls = {call.resident_id: call for call in Call.objects.filter(incident=incident)}
    open_calls = [
        one
        for one in callees_of(situation_of(incident))
        if one.resident not in calls or calls[one.resident].state != "resolved" or one.since > calls[one.resident].at
    ]
    heard = {Heard.HELP: _("要救助"), Heard.SILENT: _("回答なし"), Heard.UNREACHED: _("不達")}
    state = {"taken": _("受持ち"), "forwarded": _("支援者へ転送"), "resolved": _("また求めている")}
    rows = []
    for number, one in enumerate(open_calls[:CALLS], 1):
        call = calls.get(one.resident)
        rows.append(
            [
                str(number),
                "、".join(need_name(code) for code in one.because) or _("助けが必要"),
                place_name(places[one.municipality], reading) if one.municipality in places else "",
                f"{heard[one.heard]} {clock_time(one.since)}",
                f"{state[call.state]} {call.officer_name} {clock_time(call.at)}" if call else _("未着手"),
            ]
        )
    asked = sum(one.heard is Heard.HELP for one in open_calls)
    note = _("助けを求めている {asked}人、うち未着手 {untouched}人。先に電話する順に {n}人を示す。").format(
        asked=f"{asked:,}",
        untouched=f"{sum(one.heard is Heard.HELP and one.resident not in calls for one in open_calls):,}",
        n=len(rows),
    )
    columns = ["", _("なぜ"), _("市町村"), _("状態"), _("受持ち")]
    return {"calls": rows, "calls_note": note, "call_columns": columns}


def _shelters(codes: list[str], places: Any, reading: str) -> dict[str, Any]:
    found = sorted(standing_shelters(codes), key=lambda one: -one[1])
    rows = [
        [
            row.name_en if reading == "en" and row.name_en else row.name,
            place_name(places[row.municipality_id], reading) if row.municipality_id in places else "",
            f"{people:,} / {row.capacity:,}" if row.capacity else f"{people:,}",
        ]
        for row, people, _state_ in found[:SHELTERS]
    ]
    note = _("開設 {n}か所、避難者 {people}人。人の多い順に {shown}か所を示す。").format(
        n=len(found), people=f"{sum(people for _row, people, _state_ in found):,}", shown=len(rows)
    )
    return {
        "shelters": rows,
        "shelters_note": note,
        "shelter_columns": [_("避難所"), _("市町村"), _("人数／定員")],
    }


def _line(incident: Incident, places: Any, reading: str) -> dict[str, Any]:
    lanes = {Lane.AGENCY: _("気象庁など"), Lane.AUTHORITY: _("県・市町村")}
    rows = [[clock_time(one.at), lanes[one.lane], words_of(one, places, reading)] for one in happenings(incident)]
    return {"line": rows[-MOMENTS:], "line_columns": [_("時刻"), _("だれが"), _("何を")]}
