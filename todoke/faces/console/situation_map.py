"""The map of a situation: municipalities by a share, the warned coast, zones, shelters. Drawn here; north is up."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import cos, radians

import shapely
from django.conf import settings
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from todoke.registry.places.models import Municipality, Zone
from todoke.registry.places.outlines import land, municipality_outlines, zone_outlines, zone_versions

WIDTH = 440
TALLEST = 640
MARGIN = 0.06
"""Degrees around what is shown."""

DETAIL = 0.0015
"""Degrees within which outlines are smoothed: a third of a point on the page."""

COAST = 0.004
"""Degrees within which land that meets ours makes no coast: boundaries of two sources do not quite touch."""

Point = tuple[float, float]


@dataclass(frozen=True)
class Frame:
    """From longitude and latitude to the drawing's points."""

    west: float
    north: float
    scale: float
    flat: float
    width: int
    height: int

    def at(self, longitude: float, latitude: float) -> Point:
        """A place in the drawing."""
        return (
            round((longitude - self.west) * self.flat * self.scale, 1),
            round((self.north - latitude) * self.scale, 1),
        )

    @property
    def box(self) -> BaseGeometry:
        """What is shown, in WGS 84."""
        east = self.west + self.width / (self.flat * self.scale)
        return box(self.west, self.north - self.height / self.scale, east, self.north)


@dataclass(frozen=True)
class Outline:
    """A municipality in the drawing."""

    code: str
    name: str
    name_en: str
    path: str
    label: Point


@dataclass(frozen=True)
class Ground:
    """What does not change while an incident goes on."""

    frame: Frame
    land: str
    around: tuple[Outline, ...]
    """Municipalities that are only there to be seen."""

    shown: tuple[Outline, ...]
    coast: str
    zones: str


@dataclass(frozen=True)
class Label:
    """The name of a municipality, where it covers no other one."""

    code: str
    at: Point


def ground(codes: Collection[str], hazard: str, *, coast: bool, zone_codes: Collection[str] | None = None) -> Ground:
    """Around these municipalities, with the zones of a hazard, or those of ``zone_codes``, and their coast."""
    outlines = municipality_outlines()
    zones = zone_versions(zone_codes) if zone_codes is not None else _versions(hazard)
    shown = tuple(sorted(code for code in codes if code in outlines)) or tuple(sorted(outlines))
    return _ground(settings.PREFECTURE, shown, tuple(sorted(zones.items())), coast, _mark(outlines))


def _versions(hazard: str) -> dict[str, str]:
    codes = list(Zone.objects.filter(ended_at=None, hazard=hazard).values_list("code", flat=True)[:400])
    return zone_versions(codes) if codes else {}


def _mark(outlines: Mapping[str, BaseGeometry]) -> int:
    """Changes when the boundaries are loaded anew."""
    return id(outlines)


@lru_cache(maxsize=16)
def _ground(
    prefecture: str, codes: tuple[str, ...], zones: tuple[tuple[str, str], ...], coast: bool, mark: int
) -> Ground:
    outlines = municipality_outlines()
    mine = shapely.union_all([outlines[code] for code in codes])
    shores = coast_of(codes) if coast else shapely.LineString()
    shapes = [shape for shape in zone_outlines(dict(zones)).values() if shape.intersects(mine)] if zones else []
    joined = shapely.union_all([shapely.simplify(shape, DETAIL) for shape in shapes]).intersection(mine)
    near_water = shapely.union_all([shores, joined]) if coast else mine
    frame = frame_of((mine if near_water.is_empty else near_water).bounds)
    window = frame.box
    names = {row.code: row for row in Municipality.objects.filter(prefecture_code=prefecture).defer("boundary")}
    near = [code for code, outline in outlines.items() if outline.intersects(window)]
    drawn = {code: _outline(names[code], outlines[code], frame) for code in near if code in names}
    everything = land(*window.bounds)
    others = [everything.geometries[number] for number in everything.query(window)]
    return Ground(
        frame=frame,
        land=path_of(
            shapely.union_all([shapely.simplify(shape, DETAIL) for shape in others]).intersection(window), frame
        ),
        around=tuple(one for code, one in drawn.items() if code not in codes),
        shown=tuple(drawn[code] for code in codes if code in drawn),
        coast=path_of(shapely.simplify(shores, DETAIL / 2).intersection(window), frame),
        zones=path_of(joined.intersection(window), frame),
    )


def frame_of(bounds: tuple[float, float, float, float], *, margin: float = MARGIN, tallest: int = TALLEST) -> Frame:
    """The drawing that holds a box, as wide as WIDTH and no taller than ``tallest``."""
    west, south, east, north = bounds
    west, south, east, north = west - margin, south - margin, east + margin, north + margin
    flat = cos(radians((south + north) / 2))
    scale = min(WIDTH / ((east - west) * flat), tallest / (north - south))
    width = WIDTH / (flat * scale)
    west -= (width - (east - west)) / 2
    return Frame(west, north, scale, flat, WIDTH, round((north - south) * scale))


def coast_of(codes: Collection[str]) -> BaseGeometry:
    """Where these municipalities meet the sea."""
    outlines = municipality_outlines()
    mine = shapely.union_all([outlines[code] for code in codes])
    everything = land(*mine.buffer(COAST * 3).bounds)
    near = [everything.geometries[number] for number in everything.query(mine.buffer(COAST))]
    own = mine.buffer(COAST)
    others = [shape for shape in near if not own.contains(shape.representative_point())]
    others += [outline for code, outline in outlines.items() if code not in codes and outline.intersects(own)]
    return mine.boundary.difference(shapely.union_all(others).buffer(COAST))


def _outline(row: Municipality, outline: BaseGeometry, frame: Frame) -> Outline:
    parts = sorted(shapely.get_parts(outline), key=lambda part: -part.area)
    window = frame.box
    seen = parts[0].intersection(window)
    biggest = max(shapely.get_parts(seen), key=lambda part: part.area, default=parts[0])
    middle = biggest if biggest.is_empty else shapely.maximum_inscribed_circle(biggest, tolerance=0.003)
    x, y = shapely.get_coordinates(middle)[0] if not middle.is_empty else (frame.west, frame.north)
    kept = [part for number, part in enumerate(parts) if number == 0 or part.area > DETAIL**2]
    simple = shapely.simplify(shapely.MultiPolygon(kept), DETAIL, preserve_topology=True)
    return Outline(row.code, row.name, row.name_en, path_of(simple.intersection(window), frame), frame.at(x, y))


def path_of(shape: BaseGeometry, frame: Frame) -> str:
    """Polygons and lines as the commands of an SVG path."""
    words: list[str] = []
    for part in shapely.get_parts(shape):
        if part.geom_type == "Polygon":
            rings = [part.exterior, *part.interiors]
            words += [
                _points(ring, frame) + "Z" for ring in rings if shapely.area(shapely.Polygon(ring)) > DETAIL**2 / 4
            ]
        elif part.geom_type in {"LineString", "LinearRing"}:
            words.append(_points(part, frame))
    return "".join(words)


def _points(line: BaseGeometry, frame: Frame) -> str:
    """Each point from the one before it, in tenths: half as long as places would be."""
    points = [frame.at(x, y) for x, y in shapely.get_coordinates(line)]
    tenths = [(round(x * 10), round(y * 10)) for x, y in points]
    steps = [(x - px, y - py) for (px, py), (x, y) in pairwise(tenths) if (x, y) != (px, py)]
    return f"M{_tenths(*tenths[0])}" + "".join(f"l{_tenths(dx, dy)}" for dx, dy in steps)


def _tenths(x: int, y: int) -> str:
    first, second = (f"{n / 10:g}".replace("0.", ".", 1) if abs(n) < 10 else f"{n / 10:g}" for n in (x, y))
    return f"{first}{second}" if second.startswith("-") else f"{first} {second}"


def labels(outlines: Collection[Outline], *, wide: float = 74, high: float = 15) -> list[Label]:
    """Of each a place for its name; one that would cover another is moved, and left out when nothing is free."""
    taken: list[Point] = []
    found = []
    for one in sorted(outlines, key=lambda each: each.label[1]):
        x, y = one.label
        for dx, dy in (
            (0, 0),
            (0, high),
            (0, -high),
            (wide / 2, 0),
            (-wide / 2, 0),
            (wide / 2, high),
            (-wide / 2, high),
        ):
            place = (min(max(x + dx, wide / 2), WIDTH - wide / 2), y + dy)
            if all(abs(place[0] - tx) > wide or abs(place[1] - ty) > high for tx, ty in taken):
                taken.append(place)
                found.append(Label(one.code, (round(place[0], 1), round(place[1], 1))))
                break
    return found
