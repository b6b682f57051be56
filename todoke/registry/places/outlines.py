"""Boundaries as geometries for many points at once, parsed and prepared once in a process."""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from django.conf import settings
from django.db import connection
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from todoke.registry.places.adapters.warning_areas import land_around
from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Municipality, Zone

Numbers = NDArray[Any]
KEPT = 512
_zones: dict[tuple[str, str], BaseGeometry] = {}


def zone_versions(codes: Collection[str] | None = None) -> dict[str, str]:
    """The zones in force, all or those of ``codes``, each with what changes whenever its row is written."""
    among = "" if codes is None else "AND code = ANY(%(codes)s)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT code, id || '-' || xmin::text FROM places_zone WHERE ended_at IS NULL {among} ORDER BY code",  # noqa: S608
            {"codes": list(codes or ())},
        )
        return dict(cursor.fetchall())


def zone_outlines(versions: Mapping[str, str]) -> dict[str, BaseGeometry]:
    """The boundaries of zones by code, prepared."""
    found = {code: _zones[code, version] for code, version in versions.items() if (code, version) in _zones}
    missing = [code for code in versions if code not in found]
    for code, boundary in Zone.objects.filter(code__in=missing).values_list("code", "boundary").iterator():
        outline = from_wkb(boundary)
        shapely.prepare(outline)
        found[code] = outline
        if len(_zones) >= KEPT:
            _zones.pop(next(iter(_zones)))
        _zones[code, versions[code]] = outline
    return found


def municipality_outlines() -> Mapping[str, BaseGeometry]:
    """The boundaries of the prefecture's municipalities by code, prepared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(string_agg(code || '-' || xmin::text, ' ' ORDER BY code), '') FROM places_municipality"
        )
        return _municipalities(settings.PREFECTURE, str(cursor.fetchone()[0]))


@lru_cache(maxsize=2)
def _municipalities(prefecture: str, version: str) -> Mapping[str, BaseGeometry]:
    rows = Municipality.objects.filter(prefecture_code=prefecture, boundary__isnull=False)
    found = {str(code): from_wkb(boundary) for code, boundary in rows.values_list("code", "boundary") if boundary}
    shapely.prepare(list(found.values()))
    return found


@lru_cache(maxsize=2)
def land(west: float, south: float, east: float, north: float) -> shapely.STRtree:
    """What is land in and around a box, of other prefectures too; the rest is water."""
    return shapely.STRtree(land_around(west, south, east, north))


def zones_meeting(box: BaseGeometry, hazard: str) -> list[BaseGeometry]:
    """The boundaries of the zones of a hazard in force that meet ``box``."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) || '-' || coalesce(max(id), 0) || '-' || coalesce(max(imported_at)::text, '')"
            " FROM places_zone WHERE ended_at IS NULL AND hazard = %s",
            [hazard],
        )
        tree = _zones_of(hazard, str(cursor.fetchone()[0]))
    return [tree.geometries[number] for number in tree.query(box, predicate="intersects")]


@lru_cache(maxsize=4)
def _zones_of(hazard: str, version: str) -> shapely.STRtree:
    rows = Zone.objects.filter(ended_at=None, hazard=hazard).order_by("code")
    return shapely.STRtree([from_wkb(boundary) for boundary in rows.values_list("boundary", flat=True)])


def zones_by_municipality(kinds: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The codes of the zones in force of these kinds in each municipality; who has none has no such zone imported.

    One that only touches a boundary from outside, as a neighbour's does, is not in it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) || '-' || coalesce(max(id), 0) || '-' || coalesce(max(imported_at)::text, '')"
            " FROM places_zone WHERE ended_at IS NULL AND kind = ANY(%s)",
            [sorted(kinds)],
        )
        return _zoned(frozenset(kinds), str(cursor.fetchone()[0]), municipality_outlines())


_INSIDE = -0.002
"""Degrees, some 200 m, by which the boundaries of two sources differ."""


def _zoned(
    kinds: frozenset[str], version: str, municipalities: Mapping[str, BaseGeometry]
) -> Mapping[str, tuple[str, ...]]:
    key = (kinds, version, id(municipalities))
    if key not in _zoned_before:
        rows = Zone.objects.filter(ended_at=None, kind__in=kinds).order_by("code").values_list("code", "boundary")
        codes, tree = [code for code, _boundary in rows], shapely.STRtree([from_wkb(area) for _code, area in rows])
        found = {}
        for municipality, outline in municipalities.items():
            within = tree.query(outline.buffer(_INSIDE), predicate="intersects")
            if len(within):
                found[municipality] = tuple(codes[number] for number in sorted(within))
        _zoned_before.clear()
        _zoned_before[key] = found
    return _zoned_before[key]


_zoned_before: dict[tuple[frozenset[str], str, int], Mapping[str, tuple[str, ...]]] = {}


def municipalities_at(longitude: Numbers, latitude: Numbers, codes: Sequence[str]) -> Numbers:
    """For each point the place in ``codes`` of its municipality's code; -1 outside of all of them."""
    places: Numbers = np.full(len(longitude), -1, np.int16)
    if not len(places):
        return places
    for code, outline in municipality_outlines().items():
        if code in codes:
            west, south, east, north = outline.bounds
            near = np.flatnonzero(
                (places < 0) & (longitude >= west) & (longitude <= east) & (latitude >= south) & (latitude <= north)
            )
            places[near[shapely.intersects_xy(outline, longitude[near], latitude[near])]] = codes.index(code)
    return places
