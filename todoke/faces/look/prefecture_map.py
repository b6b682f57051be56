"""The prefecture's municipalities as one drawing, which a page fills with steps of one colour."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
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
    room: float
    """Points from there to the nearest boundary."""


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
            *_label(_parts(outline)[0], west, north, flat, scale),
        )
        for row, outline in outlines
    ]
    return Drawing(round((north - south) * scale), tuple(shapes))


def _parts(outline: shapely.Geometry) -> list[shapely.Geometry]:
    """Islands too small to be seen are left out, but for the largest part."""
    parts = sorted(shapely.get_parts(outline), key=lambda part: -part.area)
    return [part for number, part in enumerate(parts) if number == 0 or part.area > DETAIL**2]


def _ring(part: shapely.Geometry, west: float, north: float, flat: float, scale: float) -> str:
    """Steps from point to point in tenths, which are half as long as the points."""
    corners = shapely.get_coordinates(shapely.get_exterior_ring(part))
    points = [(round((x - west) * flat * scale * 10), round((north - y) * scale * 10)) for x, y in corners[:-1]]
    steps = [f"{_tenths(x - before_x)} {_tenths(y - before_y)}" for (before_x, before_y), (x, y) in pairwise(points)]
    x, y = points[0]
    return f"M{_tenths(x)} {_tenths(y)}l{' '.join(steps).replace(' -', '-')}z"


def _tenths(number: int) -> str:
    return f"{number / 10:g}".replace("0.", ".", 1) if abs(number) < 10 else f"{number / 10:g}"


def _label(part: Any, west: float, north: float, flat: float, scale: float) -> tuple[tuple[float, float], float]:
    """The middle of the largest circle inside, and its radius."""
    radius = shapely.maximum_inscribed_circle(part, tolerance=DETAIL)
    x, y = shapely.get_coordinates(radius)[0]
    return (round((x - west) * flat * scale, 1), round((north - y) * scale, 1)), radius.length * scale
