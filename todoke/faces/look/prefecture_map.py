"""The prefecture's municipalities as one drawing, which a page fills with steps of one colour."""

from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians
from typing import Any

import shapely
from django.conf import settings

from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Municipality

WIDTH = 360
DETAIL = 0.004
"""Degrees within which a boundary is smoothed: some 400 m, half a point on the page."""


@dataclass(frozen=True)
class Shape:
    """A municipality: its outline in the drawing's points, and where a label fits best."""

    code: str
    name: str
    name_en: str
    path: str
    label: tuple[float, float]


@dataclass(frozen=True)
class Drawing:
    """All of them; ``height`` to the width of WIDTH."""

    height: int
    shapes: tuple[Shape, ...]


@lru_cache(maxsize=4)
def prefecture_map(prefecture_code: str = "") -> Drawing:
    """Of the prefecture served; a page draws the same outlines every time."""
    rows = Municipality.objects.filter(prefecture_code=prefecture_code or settings.PREFECTURE, boundary__isnull=False)
    outlines = [
        (row, shapely.simplify(from_wkb(row.boundary), DETAIL, preserve_topology=True)) for row in rows if row.boundary
    ]
    if not outlines:
        return Drawing(0, ())
    west, south, east, north = shapely.total_bounds([outline for _row, outline in outlines])
    flat = cos(radians((south + north) / 2))
    scale = WIDTH / ((east - west) * flat)
    shapes = [
        Shape(
            row.code,
            row.name,
            row.name_en,
            "".join(_ring(part, west, north, flat, scale) for part in _parts(outline)),
            _label(_parts(outline)[0], west, north, flat, scale),
        )
        for row, outline in outlines
    ]
    return Drawing(round((north - south) * scale), tuple(shapes))


def _parts(outline: shapely.Geometry) -> list[shapely.Geometry]:
    """Islands too small to be seen are left out, but for the largest part."""
    parts = sorted(shapely.get_parts(outline), key=lambda part: -part.area)
    return [part for number, part in enumerate(parts) if number == 0 or part.area > DETAIL**2]


def _ring(part: shapely.Geometry, west: float, north: float, flat: float, scale: float) -> str:
    points = shapely.get_coordinates(shapely.get_exterior_ring(part))
    words = [f"{(x - west) * flat * scale:.1f} {(north - y) * scale:.1f}" for x, y in points]
    return f"M{'L'.join(words)}Z"


def _label(part: Any, west: float, north: float, flat: float, scale: float) -> tuple[float, float]:
    """The middle of the largest circle inside."""
    x, y = shapely.get_coordinates(shapely.maximum_inscribed_circle(part, tolerance=DETAIL))[0]
    return round((x - west) * flat * scale, 1), round((north - y) * scale, 1)
