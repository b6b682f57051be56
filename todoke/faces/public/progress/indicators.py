"""All indicators in a table, and the page of each."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from todoke.faces.charts.line import line_chart
from todoke.faces.public.progress.by_place import place_map_of
from todoke.faces.public.progress.edition import Edition, edition_with, newest_edition
from todoke.faces.public.progress.overview import facts
from todoke.faces.public.progress.pages import page
from todoke.faces.public.progress.standings import Stand, stands
from todoke.faces.public.progress.voice import Voice
from todoke.kernel import clock
from todoke.kernel.errors import NotFoundError
from todoke.loops.improve.queries.corrections import corrections
from todoke.loops.improve.queries.figures import Point, newest, released
from todoke.loops.improve.queries.policies import target_changes
from todoke.loops.improve.queries.reports import effects
from todoke.loops.improve.standing import expected_value
from todoke.loops.improve.types import Direction, Grain, Indicator
from todoke.registry.catalogue.queries import current_packs
from todoke.registry.places.queries import municipalities

MONTHS = 12


@require_safe
def indicator_list(request: HttpRequest) -> HttpResponse:
    """Of the newest policy, by pillar."""
    edition = newest_edition()
    if edition is None:
        return page(request, "nothing.html", None, lambda _voice: {})
    return page(request, "indicators.html", edition, lambda voice: _list(edition, voice))


@require_safe
def indicator(request: HttpRequest, indicator_id: str) -> HttpResponse:
    """What was released of one."""
    edition = edition_with(indicator=indicator_id)
    if edition is None:
        raise NotFoundError
    return page(request, "indicator.html", edition, lambda voice: _one(edition, indicator_id, voice))


def stand_of(edition: Edition, indicator_id: str, voice: Voice) -> Stand:
    """One indicator by what was released of the whole prefecture."""
    return stands(edition.policy, released(edition.policy.id, indicator=indicator_id), voice)[indicator_id]


def _list(edition: Edition, voice: Voice) -> dict[str, Any]:
    policy = edition.policy
    known = stands(policy, released(policy.id), voice)
    names = {one.function: voice.text(one.name) for one in policy.departments}
    return {
        "heading": voice.say(
            "all_title", count=len(policy.indicators), count_things=voice.things(len(policy.indicators))
        ),
        "facts": facts(edition, voice),
        "pillars": [
            {
                "title": voice.text(pillar.titles),
                "rows": [
                    {"stand": known[one.id], "owner": names.get(one.owner, ""), "on": _day(known[one.id], voice)}
                    for one in policy.indicators
                    if policy.pillar_of(one) == pillar.id
                ],
            }
            for pillar in policy.pillars
        ],
    }


def _day(stand: Stand, voice: Voice) -> str:
    return voice.day(stand.standing.on) if stand.standing.on else ""


def _one(edition: Edition, indicator_id: str, voice: Voice) -> dict[str, Any]:
    policy = edition.policy
    stand = stand_of(edition, indicator_id, voice)
    found = stand.indicator
    measure = policy.by_measure[found.measure]
    names = {one.function: voice.text(one.name) for one in policy.departments}
    why = effects(policy.id).get(found.measure)
    return {
        "stand": stand,
        "on": _day(stand, voice),
        "charts": charts(stand),
        "rows": _rows(stand, voice),
        "has_notes": any(point.note for point in stand.points),
        "measure": {"id": measure.id, "title": voice.text(measure.titles)},
        "definition": voice.text(found.definition),
        "owner": names.get(found.owner, found.owner),
        "source": voice.words["sources"][found.source.origin],
        "baseline": f"{voice.amount(found, found.baseline.value)} ({voice.short_day(found.baseline.on)})",
        "lower_is_better": found.direction is Direction.DOWN,
        "why": voice.text(why) if why else "",
        "corrections": _corrections(edition, found, voice),
        "changes": [
            {
                "on": voice.day(one.on),
                "before": voice.amount(found, one.before),
                "after": voice.amount(found, one.after),
                "at": voice.on(one.changed_at.astimezone(clock.JAPAN).date()),
                "reason": one.reason,
            }
            for one in target_changes(policy.id)
            if one.indicator == indicator_id
        ],
        "months": _months(edition, found, voice),
        "services": _services(edition, found, voice),
        "map": (drawn := place_map_of(policy, found, voice) if found.municipal else None),
        "towns_all": voice.say("towns_all", count=len(drawn.rows)) if drawn else "",
        "hidden": any(point.value is None for point in stand.points),
        "card": {
            "title": voice.plain("card_title", title=voice.text(found.titles)),
            "words": stand.labels.description,
            "picture": reverse("public:progress-chart", args=[indicator_id, "png"]),
        },
    }


def charts(stand: Stand) -> dict[str, str]:
    """For wide and for narrow screens: letters stay as large in both."""
    return {
        name: line_chart([stand.series], stand.labels, wide=name == "wide").inline(f"line-{name}", f"chart-{name}")
        for name in ("narrow", "wide")
    }


def _rows(stand: Stand, voice: Voice) -> list[dict[str, Any]]:
    found = stand.indicator
    return [
        {
            "on": voice.day(point.on),
            "value": "" if point.value is None else voice.amount(found, point.value),
            "planned": voice.amount(found, expected_value(found.path, point.on)),
            "source": voice.words["sources"].get(point.origin, point.origin),
            "detail": point.detail,
            "note": point.note,
        }
        for point in reversed(stand.points)
    ]


def _corrections(edition: Edition, found: Indicator, voice: Voice) -> list[dict[str, Any]]:
    rows = corrections(edition.policy.id, found.id)
    places = {row.code: voice.place(row) for row in municipalities()} if rows else {}
    services = service_names(voice) if rows else {}
    return [
        {
            "on": voice.day(one.on),
            "of": places.get(one.municipality) or services.get(one.service) or voice.words["explore_whole"],
            "before": voice.words["hidden"] if one.before is None else voice.amount(found, one.before),
            "after": voice.words["hidden"] if one.after is None else voice.amount(found, one.after),
            "at": voice.on(one.released_at.astimezone(clock.JAPAN).date()),
            "reason": one.reason,
        }
        for one in rows
    ]


def service_names(voice: Voice) -> Mapping[str, str]:
    """Services by id."""
    return {pack.id: voice.text(pack.titles) for pack in current_packs()}


def _months(edition: Edition, found: Indicator, voice: Voice) -> list[dict[str, str]]:
    series = released(edition.policy.id, grain=Grain.MONTH, indicator=found.id)
    points: Sequence[Point] = series.get(found.id, {}).get("", [])
    return [
        {"name": voice.short_day(point.on), "value": "" if point.value is None else voice.amount(found, point.value)}
        for point in list(reversed(points))[:MONTHS]
    ]


def _services(edition: Edition, found: Indicator, voice: Voice) -> list[dict[str, str]]:
    series = released(edition.policy.id, by="service", indicator=found.id).get(found.id, {})
    names = service_names(voice) if series else {}
    rows = []
    for service, points in series.items():
        last = newest(points) or points[-1]
        value = "" if last.value is None else voice.amount(found, last.value)
        rows.append({"name": names.get(service, service), "value": value, "on": voice.day(last.on)})
    return sorted(rows, key=lambda row: row["name"])
