"""A small map from a home to a shelter, drawn here: land and water, boundaries, the zone of danger. North is up."""

from dataclasses import dataclass
from math import atan2, cos, degrees, hypot, radians, sin

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from todoke.registry.places.outlines import land, municipality_outlines, zones_meeting

WIDTH, HEIGHT = 350, 200
MARGIN_X, MARGIN_Y = 62, 52
"""Points left around home and shelter, for their names."""

NARROWEST = 800
"""Metres across that are shown at least."""

METRE = 1 / 111_195
"""In degrees of latitude."""

Point = tuple[float, float]
"""Longitude and latitude in WGS 84."""


@dataclass(frozen=True)
class Sketch:
    """Paths and points in the drawing's own units."""

    land: str
    borders: str
    zones: str
    home: Point
    shelter: Point
    water: Point | None
    """Where its name stands, when enough of it is seen."""

    way: tuple[float, float, float, float]
    """A line from one mark to the other, without covering either."""

    scale_metres: int
    scale_width: float

    @property
    def scale_words(self) -> str:
        """The length of the scale."""
        return f"{self.scale_metres} m" if self.scale_metres < 1000 else f"{self.scale_metres // 1000} km"

    @property
    def home_label(self) -> float:
        """Where the name of the home stands: on the side that the line leaves free."""
        return self.home[1] + (26 if self.home[1] >= self.shelter[1] else -16)

    @property
    def shelter_label(self) -> float:
        """Where the name of the shelter stands."""
        return self.shelter[1] + (-22 if self.home[1] >= self.shelter[1] else 32)


def sketch(home: Point, shelter: Point, hazard: str) -> Sketch | None:
    """None where the two are further apart than a map of this size can show."""
    flat = cos(radians((home[1] + shelter[1]) / 2))
    across = abs(home[0] - shelter[0]) * flat / METRE
    along = abs(home[1] - shelter[1]) / METRE
    metres = max(NARROWEST / WIDTH, across / (WIDTH - 2 * MARGIN_X), along / (HEIGHT - 2 * MARGIN_Y))
    if metres * WIDTH > 60_000:
        return None
    west = (home[0] + shelter[0]) / 2 - metres * WIDTH / 2 * METRE / flat
    north = (home[1] + shelter[1]) / 2 + metres * HEIGHT / 2 * METRE
    frame = _Frame(west, north, metres, flat)
    ground, borders, zones = _ground(frame, hazard)
    start, end = frame.place(home), frame.place(shelter)
    scale = _round(metres * WIDTH / 4)
    return Sketch(
        land=frame.path(ground),
        borders=frame.path(borders),
        zones=frame.path(zones),
        home=start,
        shelter=end,
        water=_water(frame, ground, start, end),
        way=_between(start, end),
        scale_metres=scale,
        scale_width=round(scale / metres, 1),
    )


def bearing(start: Point, end: Point) -> float:
    """Degrees clockwise from north, in which one sees the other."""
    flat = cos(radians((start[1] + end[1]) / 2))
    return degrees(atan2((end[0] - start[0]) * flat, end[1] - start[1])) % 360


def metres_between(start: Point, end: Point) -> float:
    """In a straight line; for places of one prefecture."""
    flat = cos(radians((start[1] + end[1]) / 2))
    return hypot((end[0] - start[0]) * flat, end[1] - start[1]) / METRE


def start_of(end: Point, metres: float, direction: int) -> Point:
    """From where ``end`` lies so far in one of the eight directions."""
    angle = radians(direction * 45)
    flat = cos(radians(end[1]))
    return end[0] - sin(angle) * metres * METRE / flat, end[1] - cos(angle) * metres * METRE


@dataclass(frozen=True)
class _Frame:
    west: float
    north: float
    metres: float
    """Of one unit of the drawing."""

    flat: float

    def place(self, point: Point) -> Point:
        x = (point[0] - self.west) * self.flat / METRE / self.metres
        y = (self.north - point[1]) / METRE / self.metres
        return round(x, 1), round(y, 1)

    @property
    def box(self) -> BaseGeometry:
        """What is seen, and a little more, so that no edge of it is drawn."""
        extra = 4
        width = (WIDTH + extra) * self.metres * METRE / self.flat
        height = (HEIGHT + extra) * self.metres * METRE
        side = extra * self.metres * METRE
        return shapely.box(self.west - side, self.north - height, self.west + width, self.north + side)

    def path(self, shape: BaseGeometry) -> str:
        words = []
        for part in shapely.get_parts(shape):
            lines = [part] if part.geom_type == "LineString" else [part.exterior, *part.interiors]
            for line in lines:
                points = [self.place((x, y)) for x, y in shapely.get_coordinates(line)]
                end = "Z" if part.geom_type == "Polygon" else ""
                words.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points) + end)
        return "".join(words)


def _ground(frame: _Frame, hazard: str) -> tuple[BaseGeometry, BaseGeometry, BaseGeometry]:
    box, fine = frame.box, frame.metres * METRE
    outlines = municipality_outlines()
    own = [outline for outline in outlines.values() if outline.intersects(box)]
    ground = shapely.union_all([shapely.intersection(outline, box) for outline in own])
    if not shapely.covers(ground, box) and outlines:
        around = land(*(round(edge, 3) for edge in shapely.total_bounds(list(outlines.values())).tolist()))
        others = around.geometries[around.query(box, predicate="intersects")]
        ground = shapely.union_all([ground, *(shapely.intersection(one, box) for one in others)])
        # Boundaries of two sources leave slivers between them.
        ground = shapely.buffer(shapely.buffer(ground, 30 * METRE, quad_segs=2), -30 * METRE, quad_segs=2)
    edges = [shapely.intersection(shapely.boundary(outline), box) for outline in own]
    inland = shapely.difference(shapely.union_all(edges), shapely.buffer(shapely.boundary(ground), 40 * METRE))
    zones = shapely.union_all([shapely.intersection(zone, box) for zone in zones_meeting(box, hazard)])
    return _polygons(ground, fine), _lines(inland, fine), _polygons(shapely.intersection(zones, ground), fine)


def _polygons(shape: BaseGeometry, fine: float) -> BaseGeometry:
    parts = [part for part in _leaves(shape) if isinstance(part, Polygon)]
    return shapely.simplify(shapely.MultiPolygon(parts), fine)


def _lines(shape: BaseGeometry, fine: float) -> BaseGeometry:
    parts = [part for part in _leaves(shape) if isinstance(part, LineString)]
    merged = shapely.line_merge(shapely.MultiLineString(parts))
    return shapely.simplify(merged, fine)


def _leaves(shape: BaseGeometry) -> list[BaseGeometry]:
    if shape.is_empty:
        return []
    parts = list(shapely.get_parts(shape))
    return [
        leaf for part in parts for leaf in (_leaves(part) if part.geom_type.startswith(("Multi", "Geom")) else [part])
    ]


def _water(frame: _Frame, ground: BaseGeometry, home: Point, shelter: Point) -> Point | None:
    """The middle of the widest water in sight, clear of both marks."""
    inner = shapely.box(22, 20, WIDTH - 22, HEIGHT - 34)
    seen = (
        shapely.transform(ground, lambda points: np.array([frame.place((x, y)) for x, y in points]))
        if not ground.is_empty
        else ground
    )
    marks = shapely.MultiPoint([home, shelter]).buffer(44)
    water = shapely.difference(shapely.difference(inner, shapely.make_valid(seen)), marks)
    parts = [part for part in _leaves(water) if isinstance(part, Polygon) and part.area > 1500]
    if not parts:
        return None
    widest = max(parts, key=lambda part: part.area)
    circle = shapely.get_coordinates(shapely.maximum_inscribed_circle(widest, tolerance=2))
    if hypot(*(circle[0] - circle[-1])) < 14:
        return None
    return round(float(circle[0][0]), 1), round(float(circle[0][1]), 1)


def _between(start: Point, end: Point) -> tuple[float, float, float, float]:
    length = hypot(end[0] - start[0], end[1] - start[1]) or 1
    x, y = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    first, last = min(11, length / 3), min(21, length / 3)
    return (
        round(start[0] + x * first, 1),
        round(start[1] + y * first, 1),
        round(end[0] - x * last, 1),
        round(end[1] - y * last, 1),
    )


def _round(metres: float) -> int:
    """The largest of 1, 2, 5 times a power of ten that is not longer."""
    found = 10
    for step in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000):
        if step <= metres:
            found = step
    return found
