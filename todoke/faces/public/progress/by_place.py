"""An indicator by municipality: a map, its legend, a table, a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from todoke.faces.charts.place_map import HIDDEN, NONE, Step, place_map, step_of, steps
from todoke.faces.look.prefecture_map import prefecture_map
from todoke.faces.look.templatetags.look import unruby
from todoke.faces.public.progress.voice import Voice
from todoke.loops.improve.queries.figures import Point, released
from todoke.loops.improve.types import Indicator, Policy
from todoke.registry.places.models import Municipality
from todoke.registry.places.queries import municipalities

NAMED = 5
"""Places whose names stand on the map."""


@dataclass(frozen=True)
class PlaceMap:
    """What was released of every municipality on one day."""

    indicator: Indicator
    on: date | None
    rows: Sequence[dict[str, Any]]
    legend: Sequence[dict[str, Any]]
    sentence: str
    title: str
    svg: str
    drawing: Any
    has_hidden: bool


def town_of(request: HttpRequest) -> str:
    """Where the reader lives, if we know it."""
    resident = getattr(request, "resident", None)
    return str(resident.household.municipality_code) if resident else ""


def place_map_of(policy: Policy, indicator: Indicator, voice: Voice, *, until: date | None = None) -> PlaceMap:
    """On the newest day of which something was released, or the newest until a day."""
    series = released(policy.id, by="place", indicator=indicator.id).get(indicator.id, {})
    days = {point.on for points in series.values() for point in points if until is None or point.on <= until}
    day = max(days, default=None)
    at = {code: point for code, points in series.items() for point in points if point.on == day}
    places = municipalities()
    known = {code: point.value for code, point in at.items() if point.value is not None}
    among = steps(known.values(), indicator.decimals)
    colours = {row.code: _colour(at.get(row.code), among) for row in places}
    rows = [_row(row, at.get(row.code), indicator, voice, colours[row.code]) for row in places]
    hidden = sum(one.value is None for one in at.values())
    nothing = len(places) - len(at)
    legend = [_line(step, indicator, voice) for step in among]
    legend += [_other(name, count, voice) for name, count in ((HIDDEN, hidden), (NONE, nothing)) if count]
    title = voice.text(indicator.titles)
    sentence = _sentence(known, among, indicator, voice)
    drawing = place_map(
        colours,
        names=_names(places, known, voice),
        title=unruby(voice.say("map_of", title=title)),
        description=unruby(sentence),
    )
    return PlaceMap(
        indicator=indicator,
        on=day,
        rows=rows,
        legend=legend,
        sentence=sentence,
        title=title,
        svg=drawing.inline("map", "map"),
        drawing=drawing,
        has_hidden=bool(hidden),
    )


def _colour(point: Point | None, among: Sequence[Step]) -> str:
    if point is None:
        return NONE
    return HIDDEN if point.value is None else str(step_of(point.value, among).colour)


def _row(row: Municipality, point: Point | None, indicator: Indicator, voice: Voice, colour: str) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": voice.place(row),
        "value": voice.amount(indicator, point.value) if point and point.value is not None else "",
        "hidden": point is not None and point.value is None,
        "colour": colour,
    }


def _line(step: Step, indicator: Indicator, voice: Voice) -> dict[str, Any]:
    low = voice.goal(indicator, step.low)
    if step.high is None:
        words = voice.say("step_from", low=low)
    else:
        high = step.high - Decimal(1).scaleb(-indicator.decimals)
        words = voice.say("step_between", low=low, high=voice.goal(indicator, high))
    return {"colour": str(step.colour), "words": words, "count": voice.say("towns", count=step.count)}


def _other(name: str, count: int, voice: Voice) -> dict[str, Any]:
    return {"colour": name, "words": voice.words[name], "count": voice.say("towns", count=count)}


def _sentence(known: Any, among: Sequence[Step], indicator: Indicator, voice: Voice) -> str:
    """No municipality is named as the last."""
    if not known:
        return voice.say("map_none")
    return voice.say(
        "map_sentence",
        count=len(known),
        low=voice.amount(indicator, min(known.values())),
        high=voice.amount(indicator, max(known.values())),
        many=among[0].count,
        step=voice.goal(indicator, among[0].low),
    )


def _names(places: Sequence[Municipality], known: Any, voice: Voice) -> dict[str, str]:
    """The highest, then where there is most room."""
    names = {row.code: voice.place(row) for row in places}
    roomy = sorted(prefecture_map().shapes, key=lambda shape: -shape.room)
    chosen = dict.fromkeys([*sorted(known, key=lambda code: -known[code])[:1], *(shape.code for shape in roomy)])
    return {code: names[code] for code in list(chosen)[:NAMED] if code in names}
