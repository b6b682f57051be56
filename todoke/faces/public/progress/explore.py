"""Any indicators by time and place, side by side; the page's address is the link to share."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from todoke.faces.charts.bars import Bar, bar_chart
from todoke.faces.charts.drawing import Drawing
from todoke.faces.charts.line import Labels, Series, line_chart, mark
from todoke.faces.look.templatetags.look import unruby
from todoke.faces.public.progress.by_place import PlaceMap, place_map_of
from todoke.faces.public.progress.choice import MOST_SERIES, Choice, Kind, choice_of
from todoke.faces.public.progress.edition import Edition, newest_edition
from todoke.faces.public.progress.pages import page
from todoke.faces.public.progress.pictures import FORMS, picture, source_line
from todoke.faces.public.progress.voice import Voice, voice_for
from todoke.kernel.errors import NotFoundError
from todoke.loops.improve.periods import quarters
from todoke.loops.improve.queries.figures import Point, released
from todoke.loops.improve.types import Indicator
from todoke.registry.places.queries import municipalities


@dataclass(frozen=True)
class Curve:
    """An indicator at a place, in the chosen period."""

    indicator: Indicator
    place: str
    label: str
    points: Sequence[Point]
    start: tuple[date, Decimal] | None
    """The baseline, where it is in the period."""

    @property
    def values(self) -> list[tuple[date, Decimal | None]]:
        """With the baseline."""
        return [*([self.start] if self.start else []), *((point.on, point.value) for point in self.points)]

    @property
    def known(self) -> list[tuple[date, Decimal]]:
        """Those that are published."""
        return [(day, value) for day, value in self.values if value is not None]

    def index(self) -> list[tuple[date, Decimal | None]]:
        """As percent of the first that is not nought."""
        base = next((value for _day, value in self.known if value), None)
        return [(day, None if value is None or not base else value * 100 / base) for day, value in self.values]


@dataclass(frozen=True)
class Made:
    """What came of a choice: a drawing for narrow and for wide screens, and what they say."""

    choice: Choice
    curves: Sequence[Curve]
    drawings: dict[str, Drawing]
    sentence: str
    notes: Sequence[str]
    indexed: bool
    map: PlaceMap | None


@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    """The form, and what was chosen in it."""
    edition = newest_edition()
    if edition is None:
        return page(request, "nothing.html", None, lambda _voice: {})
    return page(request, "explore.html", edition, lambda voice: _context(edition, request, voice))


@require_safe
def explore_file(request: HttpRequest, form: str) -> HttpResponse:
    """The same as a picture or a table."""
    edition, voice = newest_edition(), voice_for(request)
    made = make(edition, request, voice) if edition else None
    if edition is None or made is None:
        raise NotFoundError
    if form == "csv":
        return _table(made)
    drawing = made.drawings.get("wide")
    if drawing is None or form not in FORMS:
        raise NotFoundError
    return picture(drawing, form, source_line(edition, voice), "explore")


def make(edition: Edition, request: HttpRequest, voice: Voice) -> Made | None:
    """None where nothing was chosen."""
    policy = edition.policy
    places = municipalities()
    through = edition.through or policy.ends
    choice = choice_of(request.GET, policy, places, through)
    notes = [voice.words["explore_unknown"]] if choice.left_out else []
    notes += [voice.words["explore_too_many"]] if choice.too_many else []
    if not choice.indicators:
        return Made(choice, [], {}, "", notes, False, None) if notes else None
    names = {row.code: voice.place(row) for row in places}
    curves = _curves(edition, choice, names, voice)
    if choice.kind is Kind.MAP:
        return _mapped(edition, choice, curves, notes, voice)
    if len(curves) > MOST_SERIES and choice.kind is Kind.LINE:
        notes.append(voice.words["explore_cut"])
    drawn = [one for one in curves if one.known]
    if not drawn:
        return Made(choice, curves, {}, "", [*notes, voice.words["explore_nothing"]], False, None)
    units = {voice.unit(one.indicator) for one in drawn}
    indexed = len(units) > 1
    if indexed:
        notes.append(voice.say("explore_index", on=voice.day(min(one.known[0][0] for one in drawn))))
    if choice.kind is Kind.BAR:
        drawings, sentence = _bars(drawn, indexed, voice)
    else:
        drawings, sentence = _lines(drawn[:MOST_SERIES], indexed, voice)
    return Made(choice, curves, drawings, sentence, notes, indexed, None)


def _curves(edition: Edition, choice: Choice, names: dict[str, str], voice: Voice) -> list[Curve]:
    whole = released(edition.policy.id)
    parts = released(edition.policy.id, by="place") if any(choice.places) else {}
    found = []
    for one in choice.indicators:
        for place in choice.places:
            points = (parts if place else whole).get(one.id, {}).get(place, [])
            inside = [point for point in points if choice.first <= point.on <= choice.last]
            base = (one.baseline.on, one.baseline.value)
            starts = not place and choice.first <= base[0] <= choice.last
            title, where = voice.text(one.titles), names.get(place, "")
            where = where or (voice.words["explore_whole"] if len(choice.places) > 1 else "")
            label = where if where and len(choice.indicators) == 1 else f"{title} {where}".strip()
            inside = [point for point in inside if point.on > base[0] or not starts]
            found.append(Curve(one, place, unruby(label), inside, base if starts else None))
    return found


def _lines(curves: Sequence[Curve], indexed: bool, voice: Voice) -> tuple[dict[str, Drawing], str]:
    series = [Series(one.label, one.index() if indexed else one.values) for one in curves]
    said = "".join(
        voice.say(
            "explore_sentence",
            label=one.label,
            first=voice.day(one.known[0][0]),
            before=voice.amount(one.indicator, one.known[0][1]),
            on=voice.day(one.known[-1][0]),
            after=voice.amount(one.indicator, one.known[-1][1]),
        )
        for one in curves
    )
    labels = Labels(
        title=_title(curves, voice),
        description=unruby(said),
        now=voice.short_day(max(one.known[-1][0] for one in curves)),
        goal="",
        value=lambda value: voice.number(value, 0 if float(value).is_integer() else 1),
        day=voice.short_day,
    )
    return {size: line_chart(series, labels, wide=size == "wide") for size in ("narrow", "wide")}, said


def _bars(curves: Sequence[Curve], indexed: bool, voice: Voice) -> tuple[dict[str, Drawing], str]:
    rows = []
    for one in curves:
        shown = one.index() if indexed else one.values
        value = next((value for _day, value in reversed(shown) if value is not None), Decimal(0))
        words = voice.number(value, 0) if indexed else voice.amount(one.indicator, value)
        rows.append((value, Bar(one.label, float(value), words)))
    high, low = max(rows, key=lambda row: row[0])[1], min(rows, key=lambda row: row[0])[1]
    said = voice.say("explore_bar_sentence", highest=high.label, high=high.words, lowest=low.label, low=low.words)
    title, bars = _title(curves, voice), [bar for _value, bar in rows]
    drawings = {
        size: bar_chart(bars, title=title, description=unruby(said), wide=size == "wide") for size in ("narrow", "wide")
    }
    return drawings, said


def _mapped(edition: Edition, choice: Choice, curves: Sequence[Curve], notes: list[str], voice: Voice) -> Made:
    one = choice.indicators[0]
    if len(choice.indicators) > 1:
        notes.append(voice.words["explore_map_one"])
    if not one.municipal:
        return Made(choice, curves, {}, "", [*notes, voice.words["explore_map_no"]], False, None)
    found = place_map_of(edition.policy, one, voice, until=choice.last)
    return Made(choice, curves, {"wide": found.drawing}, found.sentence, notes, False, found)


def _title(curves: Sequence[Curve], voice: Voice) -> str:
    names = dict.fromkeys(unruby(voice.text(one.indicator.titles)) for one in curves)
    return ("、" if voice.japanese else ", ").join(names)


def _context(edition: Edition, request: HttpRequest, voice: Voice) -> dict[str, Any]:
    made = make(edition, request, voice)
    policy = edition.policy
    through = edition.through or policy.ends
    start = min(one.baseline.on for one in policy.indicators)
    days = list(quarters(start, max(through, start)))
    chosen = made.choice if made else None
    wanted = {one.id for one in chosen.indicators} if chosen else set()
    first, last = (chosen.first, chosen.last) if chosen else (policy.begins - timedelta(days=1), days[-1])
    query = request.GET.copy()
    query.pop("lang", None)
    return {
        "made": made,
        "figure": _shown(made) if made else None,
        "table": table(made, voice) if made and made.map is None and made.curves else None,
        "query": query.urlencode(),
        "share": f"{settings.BASE_URL}{request.path}?{query.urlencode()}",
        "groups": [
            {
                "title": voice.text(pillar.titles),
                "rows": [
                    {"id": one.id, "title": voice.text(one.titles), "chosen": one.id in wanted}
                    for one in policy.indicators
                    if policy.pillar_of(one) == pillar.id
                ],
            }
            for pillar in policy.pillars
        ],
        "places": [
            {"code": row.code, "name": voice.place(row), "chosen": chosen is not None and row.code in chosen.places}
            for row in municipalities()
        ],
        "whole": chosen is None or "" in chosen.places,
        "firsts": _options(days, first, voice),
        "lasts": _options(days, last, voice),
        "kinds": [
            {"id": kind, "name": voice.words["kinds"][kind], "chosen": kind == (chosen.kind if chosen else Kind.LINE)}
            for kind in Kind
        ],
    }


def _options(days: Sequence[date], chosen: date, voice: Voice) -> list[dict[str, Any]]:
    at = next((day for day in days if day >= chosen), days[-1])
    return [{"value": f"{day:%Y-%m}", "name": voice.day(day), "chosen": day == at} for day in days]


def _shown(made: Made) -> dict[str, Any]:
    lines = made.choice.kind is Kind.LINE and len(made.curves) > 1
    return {
        "title": next((one.title for one in made.drawings.values()), ""),
        "charts": [drawing.inline(f"explore-{size}", f"chart-{size}") for size, drawing in made.drawings.items()]
        if made.map is None
        else [made.map.svg],
        "key": [
            {"number": number + 1, "mark": _key_mark(number), "label": one.label}
            for number, one in enumerate([one for one in made.curves if one.known][:MOST_SERIES])
        ]
        if lines
        else [],
    }


def _key_mark(number: int) -> SafeString:
    dash = " chart-dash" if number >= 4 else ""
    line = f'<path class="chart-line series-{number % 4 + 1}{dash}" d="M0 8H32"/>'
    made = f'<svg viewBox="0 0 32 16" aria-hidden="true">{line}{mark(number, 16, 8)}</svg>'
    return mark_safe(made)  # noqa: S308 - numbers alone


def table(made: Made, voice: Voice) -> dict[str, Any]:
    """A row for each curve, a column for each day of any of them."""
    days = sorted({day for one in made.curves for day, _value in one.values})
    return {
        "days": [voice.short_day(day) for day in days],
        "rows": [{"label": one.label, "cells": _cells(one, days, made.indexed, voice)} for one in made.curves],
    }


def _cells(one: Curve, days: Sequence[date], indexed: bool, voice: Voice) -> list[dict[str, str]]:
    values, indexes = dict(one.values), dict(one.index())
    cells = []
    for day in days:
        value, index = values.get(day), indexes.get(day)
        words = voice.amount(one.indicator, value) if value is not None else ""
        cells.append(
            {
                "value": words or (voice.words["hidden"] if day in values else "–"),
                "index": voice.number(index, 0) if indexed and index is not None else "",
            }
        )
    return cells


def _table(made: Made) -> HttpResponse:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["indicator", "municipality", "on", "value", "unit", "hidden"])
    for one in made.curves:
        for day, value in one.values:
            shown = "" if value is None else f"{value.normalize():f}"
            writer.writerow([one.indicator.id, one.place, day, shown, one.indicator.unit["ja"], int(value is None)])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="explore.csv"'
    return response
