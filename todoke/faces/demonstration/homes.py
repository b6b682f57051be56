"""Where households live: real towns, and points in them."""

from dataclasses import dataclass
from random import Random

import shapely
from shapely.geometry.base import BaseGeometry

from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Municipality, Town

POINTS = 8
SPREAD = 0.001
"""Degrees round a town's own point, some 100 m."""
MOST_CODES = 5
"""A building with a postal code for every floor is no place to live."""


@dataclass(frozen=True)
class Home:
    """A town with some points in it, longitude and latitude in WGS 84."""

    address: str
    postal_code: str
    points: list[tuple[float, float]]


def homes_in(municipality: Municipality, prefecture_name: str, random: Random) -> list[Home]:
    """The towns of a municipality in which people live, by name; the whole municipality where it has none.

    A town without a point of its own gets points near the middle of the municipality, within its boundary.
    """
    rows = Town.objects.filter(municipality=municipality).exclude(postal_code="").order_by("name", "postal_code")
    codes: dict[str, list[Town]] = {}
    for town in rows:
        codes.setdefault(town.name, []).append(town)
    boundary = from_wkb(municipality.boundary) if municipality.boundary else None
    if boundary is not None:
        shapely.prepare(boundary)
    start = f"{prefecture_name}{municipality.district}{municipality.name}"
    return [
        Home(start + name, towns[0].postal_code, _points(towns[0], boundary, random))
        for name, towns in codes.items()
        if len(towns) <= MOST_CODES and (name or len(codes) == 1) and not name.endswith("区")
    ]


def _points(town: Town, boundary: BaseGeometry | None, random: Random) -> list[tuple[float, float]]:
    if town.longitude is not None and town.latitude is not None:
        return [
            (round(random.gauss(town.longitude, SPREAD), 6), round(random.gauss(town.latitude, SPREAD), 6))
            for _ in range(POINTS)
        ]
    if boundary is None:
        return []
    middle = boundary.representative_point()
    reach = boundary.area**0.5 / 6
    tried = [
        (round(random.gauss(middle.x, reach), 6), round(random.gauss(middle.y, reach), 6)) for _ in range(POINTS * 3)
    ]
    inside = [point for point in tried if shapely.contains_xy(boundary, *point)]
    return inside[:POINTS] or [(round(middle.x, 6), round(middle.y, 6))]
