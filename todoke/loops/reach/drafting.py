"""An order before it is entered: its area, whom it would reach and how, and the texts that would be sent."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db import connection
from django.db.models import Q
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from todoke.loops.reach.actions.announcing import PLAN
from todoke.loops.reach.audience import Audience, Because, Selection, select
from todoke.loops.reach.audience.counting import counts_of
from todoke.loops.reach.errors import BadOutlineError, NoTownsError
from todoke.loops.reach.models import Order
from todoke.loops.reach.plans import Plan, plans
from todoke.loops.reach.types import Change, OrderKind, Variant
from todoke.loops.reach.wordings import Saying, names_of_order, texts_of
from todoke.registry.people import population
from todoke.registry.people.models import Household
from todoke.registry.people.types import Reader
from todoke.registry.places.geometry import multipolygon, to_wkb
from todoke.registry.places.models import Municipality, Town
from todoke.registry.places.prefectures import prefecture
from todoke.registry.places.types import Hazard

Point = tuple[float, float]
CELL = 0.001
"""Degrees: a town is the squares of some 100 metres in which anybody lives, and those around them."""

MOST_POINTS = 500
BATCH = 20_000


@dataclass(frozen=True)
class OrderDraft:
    """As typed and drawn. Towns, zones and outlines together are the area; without any it is the whole municipality."""

    municipality: str
    kind: OrderKind
    hazard: Hazard
    area_name: str = ""
    reason: str = ""
    zones: tuple[str, ...] = ()
    towns: tuple[str, ...] = ()
    outlines: tuple[tuple[Point, ...], ...] = ()
    drill: bool = False

    def drawn(self) -> bytes | None:
        """Towns and outlines as WKB. Raises NoTownsError, BadOutlineError."""
        towns = [_of_towns(self.municipality, self.towns)] if self.towns else []
        return drawn_area(self.outlines, towns)


@dataclass(frozen=True)
class Reach:
    """Whom an order would be told to, helpers left out, each counted by the best way that there is to them."""

    people: int
    households: int
    app: int
    """Push or LINE."""

    text: int
    """SMS or e-mail."""

    helped: int
    """Only by somebody who agreed to help them."""

    nowhere: int
    """No way at all: the public page, sirens and broadcasters are left."""

    helpers: int
    """Who would be told besides, to help."""

    @property
    def reachable(self) -> int:
        """By any way."""
        return self.people - self.nowhere


def drawn_area(outlines: Iterable[Iterable[Point]], shapes: Iterable[BaseGeometry] = ()) -> bytes | None:
    """All of them together as WKB; None when there are none. Raises BadOutlineError."""
    parts = [*(_polygon(points) for points in outlines), *shapes]
    return to_wkb(multipolygon(shapely.union_all(parts))) if parts else None


def plan() -> Plan:
    """By which orders are told."""
    return plans()[PLAN]


def audience_of(municipality: str, zones: Sequence[str], drawn: bytes | None) -> Audience:
    """Who is told of an order, as its sending chooses them."""
    shapes = (drawn,) if drawn else ()
    return Audience(
        areas=(municipality,),
        zones=tuple(zones),
        polygons=shapes,
        within=bool(zones or shapes),
        places=plan().places,
        helpers=plan().helpers,
    )


def reach_of(audience: Audience, reader: Reader) -> Reach:
    """Counted over everybody as they are now."""
    selection = select(audience, population.fresh(reader=reader))
    meant = (selection.because & ~np.uint8(Because.HELPER)) > 0
    mine = Selection(selection.everybody, selection.rows[meant], selection.because[meant], selection.helped[meant])
    counts = counts_of(mine)
    app, text, helped, nowhere = _ways(mine)
    return Reach(counts.people, counts.households, app, text, helped, nowhere, int(np.count_nonzero(~meant)))


_WAYS = """
WITH person AS (SELECT unnest(%s::uuid[]) AS id),
point AS (
    SELECT c.resident_id, bool_or(c.channel IN ('push', 'line')) AS app, bool_or(c.channel = 'sms') AS text
      FROM messages_contactpoint c JOIN person p ON p.id = c.resident_id
     WHERE c.ended_at IS NULL AND c.verified_at IS NOT NULL GROUP BY c.resident_id),
ways AS (
    SELECT CASE WHEN point.app THEN 'app'
                WHEN point.text OR (r.email <> '' AND r.wants_email) THEN 'text'
                WHEN EXISTS (SELECT FROM people_helper h WHERE h.person_id = p.id AND h.agreed_at IS NOT NULL
                              AND h.ended_at IS NULL) THEN 'helped' ELSE 'nowhere' END AS way
      FROM person p JOIN people_resident r ON r.id = p.id LEFT JOIN point ON point.resident_id = p.id)
SELECT count(*) FILTER (WHERE way = 'app'), count(*) FILTER (WHERE way = 'text'),
       count(*) FILTER (WHERE way = 'helped'), count(*) FILTER (WHERE way = 'nowhere') FROM ways
"""


def _ways(selection: Selection) -> tuple[int, ...]:
    found = np.zeros(4, np.int64)
    hexes = [one.ljust(16, b"\0").hex() for one in selection.everybody.id_bytes(selection.rows).tolist()]
    with connection.cursor() as cursor:
        for start in range(0, len(hexes), BATCH):
            cursor.execute(_WAYS, [hexes[start : start + BATCH]])
            found += np.array(cursor.fetchone())
    return tuple(found.tolist())


def texts_for(order: Order) -> dict[str, dict[str, Any]]:
    """What would be sent of an order, saved or not, by language, with the gaps that each reader fills."""
    chosen = plan()
    said = Saying(
        plan=chosen,
        step=chosen.step(order.kind),
        change=Change.ISSUED,
        hazard=order.hazard,
        area=names_of_order(order),
        drill=order.drill,
    )
    return texts_of(said, Variant.STANDARD, sheltered=chosen.step(order.kind).shelter)


def points_of(said: str) -> tuple[tuple[Point, ...], ...]:
    """``141.30,38.42 141.31,38.43 …``, an outline a line. Raises BadOutlineError."""
    outlines = []
    for line in said.splitlines():
        if line.strip():
            try:
                pairs = [word.split(",") for word in line.split()]
                points = tuple((float(x), float(y)) for x, y in pairs)
            except ValueError:
                raise BadOutlineError from None
            if not 3 <= len(points) <= MOST_POINTS or not all(map(math.isfinite, np.ravel(points))):
                raise BadOutlineError
            outlines.append(points)
    return tuple(outlines)


def town_names(municipality: str) -> list[str]:
    """The towns of a municipality that have names, in the order of their readings."""
    rows = Town.objects.filter(municipality=municipality).exclude(name="").order_by("name_kana", "name")
    return list(dict.fromkeys(rows.values_list("name", flat=True)))


def _polygon(points: Iterable[Point]) -> BaseGeometry:
    drawn = shapely.make_valid(Polygon(points))
    if drawn.area == 0:
        raise BadOutlineError
    return drawn


def _of_towns(municipality: str, towns: Sequence[str]) -> Any:
    place = Municipality.objects.defer("boundary").get(pk=municipality)
    codes = Town.objects.filter(municipality=municipality, name__in=towns).exclude(postal_code="")
    ours = f"{prefecture(settings.PREFECTURE).name}{place.district}{place.name}"
    named = reduce(lambda one, town: one | Q(address__startswith=ours + town), towns, Q(pk__in=[]))
    rows = Household.objects.filter(municipality_code=municipality, longitude__isnull=False, latitude__isnull=False)
    rows = rows.filter(Q(postal_code__in=codes.values("postal_code")) | (Q(postal_code="") & named))
    points = np.array(list(rows.values_list("longitude", "latitude")), float).reshape(-1, 2)
    if not len(points):
        raise NoTownsError(towns="、".join(towns[:5]))
    cells = np.unique(np.floor(points / CELL).astype(np.int64), axis=0) * CELL
    squares = shapely.box(cells[:, 0] - CELL, cells[:, 1] - CELL, cells[:, 0] + 2 * CELL, cells[:, 1] + 2 * CELL)
    return shapely.union_all(squares)


def differences(draft: Mapping[str, Any], standing: Mapping[str, Any]) -> list[tuple[str, Any, Any, bool]]:
    """Of each thing that either has: what stands, what would, and whether that is another."""
    names = list(dict.fromkeys([*standing, *draft]))
    return [(name, standing.get(name), draft.get(name), standing.get(name) != draft.get(name)) for name in names]
