"""Municipalities side by side, and each of them beside the whole prefecture."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from todoke.faces.console.typed import typed
from todoke.faces.public.progress.by_place import place_map_of, town_of
from todoke.faces.public.progress.edition import Edition, newest_edition
from todoke.faces.public.progress.overview import facts, map_indicator, towns
from todoke.faces.public.progress.pages import page
from todoke.faces.public.progress.voice import Voice
from todoke.kernel.errors import NotFoundError
from todoke.loops.improve.queries.figures import newest, released
from todoke.loops.improve.types import Indicator
from todoke.registry.places.models import Municipality
from todoke.registry.places.queries import municipalities


@require_safe
def place_list(request: HttpRequest) -> HttpResponse:
    """One indicator on the map; ``?code=`` leads to a municipality's own page."""
    if code := typed(request.GET, "code", 5):
        return redirect("public:progress-place", _place(code).code)
    edition = newest_edition()
    if edition is None:
        return page(request, "nothing.html", None, lambda _voice: {})
    wanted = typed(request.GET, "indicator", 60)
    shown = edition.policy.by_indicator.get(wanted) if wanted else map_indicator(edition.policy)
    if wanted and (shown is None or not shown.municipal):
        raise NotFoundError
    return page(request, "places.html", edition, lambda voice: _list(edition, shown, voice, town_of(request)))


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    """What was released of one municipality."""
    found = _place(code)
    edition = newest_edition()
    if edition is None:
        return page(request, "nothing.html", None, lambda _voice: {})
    return page(request, "place.html", edition, lambda voice: _one(edition, found, voice))


def _place(code: str) -> Municipality:
    for row in municipalities():
        if row.code == code:
            return row
    raise NotFoundError


def _list(edition: Edition, shown: Indicator | None, voice: Voice, town: str) -> dict[str, Any]:
    title = voice.text(shown.titles) if shown else ""
    return {
        "heading": voice.say("places_title", title=title) if shown else voice.words["in_town"],
        "facts": facts(edition, voice),
        "choices": [
            {"id": one.id, "title": voice.text(one.titles), "chosen": shown is not None and one.id == shown.id}
            for one in edition.policy.indicators
            if one.municipal
        ],
        "towns": towns(voice, town),
        "map": place_map_of(edition.policy, shown, voice) if shown else None,
        "shown": shown,
    }


def _one(edition: Edition, found: Municipality, voice: Voice) -> dict[str, Any]:
    policy = edition.policy
    by_place = released(policy.id, by="place")
    whole = released(policy.id)
    municipal = [one for one in policy.indicators if one.municipal]
    rows = [
        {"pillar": policy.pillar_of(one), **_row(one, by_place.get(one.id, {}).get(found.code, []), whole, voice)}
        for one in municipal
    ]
    name = voice.place(found)
    return {
        "name": name,
        "heading": voice.say("town_title", name=name),
        "lead": voice.say("town_lead", name=name, count=voice.things(len(municipal))),
        "facts": facts(edition, voice),
        "pillars": [
            {"title": voice.text(pillar.titles), "rows": mine}
            for pillar in policy.pillars
            if (mine := [row for row in rows if row["pillar"] == pillar.id])
        ],
        "has_hidden": any(row["hidden"] for row in rows),
        "towns": towns(voice, found.code),
    }


def _row(one: Indicator, points: Any, whole: Any, voice: Voice) -> dict[str, Any]:
    last = points[-1] if points else None
    value = last.value if last else None
    every = next((point for point in whole.get(one.id, {}).get("", []) if last and point.on == last.on), None)
    total = every.value if every else None
    first = newest(list(reversed(points)))
    share = one.unit["ja"] == "%"
    return {
        "id": one.id,
        "title": voice.text(one.titles),
        "on": voice.day(last.on) if last else "",
        "value": voice.amount(one, value) if value is not None else "",
        "hidden": last is not None and value is None,
        "whole": voice.amount(one, total) if total is not None else "",
        "change": _change(one, first, last, voice),
        "bar": f"{value:.1f}" if share and value is not None else "",
        "tick": f"{total:.1f}" if share and total is not None else "",
    }


def _change(one: Indicator, first: Any, last: Any, voice: Voice) -> str:
    if first is None or last is None or last.value is None or first.on == last.on:
        return ""
    by: Decimal = last.value - first.value
    key = "change_none" if not by else "change_up" if by > 0 else "change_down"
    share = one.unit["ja"] == "%"
    size = voice.say("points", by=voice.number(abs(by), one.decimals)) if share else voice.amount(one, abs(by))
    words = voice.say(key, by=size)
    return f"{voice.say('since', on=voice.day(first.on))} {words}"
