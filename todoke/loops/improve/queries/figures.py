"""Figures as everybody sees them, from the releases; and as the offices do, from what is current."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import connection
from django.db.models import QuerySet

from todoke.loops.improve.models import Figure, Release
from todoke.loops.improve.standing import Standing, standing
from todoke.loops.improve.types import Grain, Indicator, Policy


@dataclass(frozen=True)
class Point:
    """A figure as it is shown: without a value where it is hidden."""

    on: date
    value: Decimal | None
    hidden: bool
    origin: str
    detail: str
    note: str
    at: datetime


def latest_release(policy_id: str) -> Release | None:
    """What everybody sees now; None before the first."""
    return Release.objects.filter(policy=policy_id).order_by("-number").first()


def current_figures(policy_id: str) -> QuerySet[Figure]:
    """What the offices see: every figure that holds now."""
    return Figure.objects.filter(policy=policy_id, current=True)


_RELEASED = """
SELECT DISTINCT ON (indicator, grain, "on", municipality_code, service)
       indicator, municipality_code, service, "on", CASE WHEN hidden THEN NULL ELSE value END, hidden, origin, detail,
       CASE WHEN hidden THEN '' ELSE note END, at
  FROM improve_figure
 WHERE policy = %(policy)s AND release_id IS NOT NULL AND grain = %(grain)s
   AND (%(indicator)s = '' OR indicator = %(indicator)s)
   AND CASE %(by)s WHEN 'whole' THEN municipality_code = '' AND service = ''
                   WHEN 'place' THEN municipality_code <> '' ELSE service <> '' END
 ORDER BY indicator, grain, "on", municipality_code, service, id DESC
"""

Series = Mapping[str, Sequence[Point]]
"""Points in the order of their days, by a municipality, a service, or '' for the whole."""


def released(
    policy_id: str, *, by: str = "whole", grain: Grain = Grain.QUARTER, indicator: str = ""
) -> dict[str, dict[str, list[Point]]]:
    """Released figures by indicator, then by what ``by`` splits them: whole, place or service."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASED, {"policy": policy_id, "grain": grain, "by": by, "indicator": indicator})
        found: dict[str, dict[str, list[Point]]] = {}
        for name, place, service, *rest in cursor.fetchall():
            found.setdefault(name, {}).setdefault(place or service, []).append(Point(*rest))
    return found


def newest(points: Sequence[Point]) -> Point | None:
    """The last point that has a value."""
    return next((point for point in reversed(points) if point.value is not None), None)


def standings(policy: Policy) -> dict[str, Standing]:
    """Where every indicator stands by what was released."""
    series = released(policy.id)
    return {one.id: _standing(one, series.get(one.id, {}).get("", [])) for one in policy.indicators}


def _standing(indicator: Indicator, points: Sequence[Point]) -> Standing:
    last = newest(points)
    return standing(indicator, last.value if last else None, last.on if last else None)


def history(figure: Figure) -> QuerySet[Figure]:
    """Every row that was or is this figure, the newest first."""
    return Figure.objects.filter(
        policy=figure.policy,
        indicator=figure.indicator,
        grain=figure.grain,
        on=figure.on,
        municipality_code=figure.municipality_code,
        service=figure.service,
    ).order_by("-id")
