"""Zones made up for a demonstration: along the coast and rivers, on slopes, and round a nuclear power station.

They follow the real coast and the real rivers roughly. Nobody may take them for the zones that the authorities made.
"""

from dataclasses import dataclass
from functools import partial
from math import cos, radians
from random import Random

import numpy as np
import shapely
from django.conf import settings
from shapely.geometry import MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from todoke.kernel import audit
from todoke.registry.places.adapters.warning_areas import land_around
from todoke.registry.places.adapters.zone_files import ZoneRow
from todoke.registry.places.geometry import from_wkb, multipolygon
from todoke.registry.places.models import Municipality, Town, Zone
from todoke.registry.places.types import Hazard, Imported, ZoneKind
from todoke.registry.places.zones import keep_zones

SOURCE = "demonstration"
METRES_A_DEGREE = 111_195
COAST = 1_800
"""Metres from the sea that a tsunami reaches."""

BORDER = 0.01
"""Degrees within which a border belongs to two prefectures, whose boundaries were simplified apart from each other."""

REFUGE, COVERED = 600, 0.85
"""Where the strip covers more than this share of a municipality, it has a hill of so many metres round."""

RIVERS = {
    "04": {
        "旧北上川": "141.314 38.412, 141.301 38.435, 141.283 38.470, 141.268 38.520, 141.247 38.552, 141.214 38.602, "
        "141.203 38.657, 141.190 38.700",
        "阿武隈川": "140.920 38.052, 140.873 38.063, 140.830 38.042, 140.782 37.985, 140.772 37.940",
        "名取川": "140.953 38.178, 140.912 38.192, 140.880 38.209, 140.842 38.222, 140.790 38.230",
        "鳴瀬川": "141.170 38.374, 141.140 38.410, 141.078 38.450, 141.010 38.520, 140.960 38.565",
    }
}
"""The lower course of some rivers, by prefecture, by a few points of each."""

DEPTHS = (("3m以上5m未満", 350), ("0.5m以上3m未満", 1_000))
"""How deep, and metres from the river; each band without the ones before it."""

STATIONS = {"04": ("女川原子力発電所", 141.500, 38.401)}
RINGS = ((ZoneKind.PAZ, 5_000), (ZoneKind.UPZ, 30_000))
SLOPES = 4
"""Slopes in each municipality."""


@dataclass(frozen=True)
class Land:
    """The prefecture, its municipalities, and where it meets the sea."""

    parts: dict[str, BaseGeometry]
    whole: BaseGeometry
    coast: BaseGeometry


def load_zones() -> Imported:
    """Zones that are missing; none where a prefecture has its own already."""
    if Zone.objects.exclude(source=SOURCE).filter(demonstration=False).exists():
        return Imported()
    if there := Zone.objects.filter(source=SOURCE, ended_at=None).count():
        return Imported(unchanged=there)
    land = land_of(settings.PREFECTURE)
    rows = [*_tsunami(land), *_floods(land), *_slopes(land), *_rings(land)]
    return keep_zones(rows=rows, source=SOURCE, actor=audit.SYSTEM, demonstration=True)


def land_of(prefecture_code: str) -> Land:
    """The sea is where neither this prefecture nor another one is."""
    rows = Municipality.objects.filter(prefecture_code=prefecture_code, boundary__isnull=False)
    parts = {row.code: from_wkb(row.boundary or b"") for row in rows}
    whole = shapely.union_all(list(parts.values()))
    own = whole.buffer(BORDER)
    others = [area for area in land_around(*whole.bounds) if not own.contains(area.representative_point())]
    coast = whole.boundary.difference(shapely.union_all(others).buffer(BORDER))
    return Land(parts, whole, coast)


def around(geometry: BaseGeometry, metres: float) -> BaseGeometry:
    """What is within so many metres, in degrees."""
    middle = geometry.centroid.y
    squeeze = np.array([cos(radians(middle)), 1.0])
    flat = shapely.transform(geometry, lambda points: points * squeeze)
    wide = flat.buffer(metres / METRES_A_DEGREE, quad_segs=6)
    return shapely.transform(wide, lambda points: points / squeeze)


def _row(
    hazard: Hazard, kind: ZoneKind, name: str, key: str, geometry: BaseGeometry, properties: dict[str, str]
) -> list[ZoneRow]:
    """None where nothing is left of the geometry."""
    boundary: MultiPolygon = multipolygon(geometry)
    if boundary.is_empty:
        return []
    return [ZoneRow(f"{SOURCE}:{key}", hazard, kind, name, boundary, properties)]


def _tsunami(land: Land) -> list[ZoneRow]:
    strip = around(land.coast, COAST).intersection(land.whole)
    for part in land.parts.values():
        if part.area and part.intersection(strip).area / part.area > COVERED:
            biggest = max(shapely.get_parts(part), key=lambda polygon: float(polygon.area))
            hill = Point(shapely.get_coordinates(shapely.maximum_inscribed_circle(biggest))[0])
            strip = strip.difference(around(hill, REFUGE))
    tsunami = partial(_row, Hazard.TSUNAMI, ZoneKind.TSUNAMI)
    return tsunami("津波浸水想定（デモ用の仮のもの）", "tsunami", strip, {"depth": "2m以上"})


def _floods(land: Land) -> list[ZoneRow]:
    rows: list[ZoneRow] = []
    for river, points in _rivers(land).items():
        before: BaseGeometry = Polygon()
        for number, (depth, metres) in enumerate(DEPTHS, 1):
            band = around(points, metres).intersection(land.whole)
            name = f"{river} 浸水想定 {depth}（デモ用の仮のもの）"
            told = {"river": river, "depth": depth}
            flood = partial(_row, Hazard.FLOOD, ZoneKind.FLOOD)
            rows += flood(name, f"flood-{river}-{number}", band.difference(before), told)
            before = band
    return rows


def _rivers(land: Land) -> dict[str, BaseGeometry]:
    known = RIVERS.get(settings.PREFECTURE)
    if known:
        return {river: shapely.from_wkt(f"LINESTRING ({points})") for river, points in known.items()}
    inland = max(land.parts.values(), key=lambda part: float(part.distance(land.coast)), default=Polygon())
    if inland.is_empty or land.coast.is_empty:
        return {}
    source = inland.representative_point()
    return {"見本川": shapely.shortest_line(source, land.coast)}


def _slopes(land: Land) -> list[ZoneRow]:
    rows: list[ZoneRow] = []
    towns: dict[str, list[tuple[float, float]]] = {}
    placed = Town.objects.filter(municipality_id__in=land.parts, longitude__isnull=False).order_by("pk")
    for code, longitude, latitude in placed.values_list("municipality_id", "longitude", "latitude"):
        towns.setdefault(code, []).append((longitude or 0, latitude or 0))
    slope = partial(_row, Hazard.LANDSLIDE, ZoneKind.LANDSLIDE)
    for code, part in sorted(land.parts.items()):
        random = Random(f"slopes {code}")  # noqa: S311
        middle = part.representative_point()
        for number in range(1, SLOPES + 1):
            west, south = random.choice(towns[code]) if code in towns else (middle.x, middle.y)
            at = Point(west + random.uniform(-0.01, 0.01), south + random.uniform(-0.01, 0.01))
            name = f"見本沢{number} 土砂災害警戒区域（デモ用の仮のもの）"
            told = {"phenomenon": random.choice(["土石流", "急傾斜地の崩壊"]), "zone": "土砂災害警戒区域"}
            area = around(at, random.uniform(120, 350)).intersection(part)
            rows += slope(name, f"landslide-{code}-{number}", area, told)
    return rows


def _rings(land: Land) -> list[ZoneRow]:
    if settings.PREFECTURE not in STATIONS:
        return []
    station, longitude, latitude = STATIONS[settings.PREFECTURE]
    rows: list[ZoneRow] = []
    before: BaseGeometry = Polygon()
    for kind, metres in RINGS:
        circle = around(Point(longitude, latitude), metres)
        name = f"{station} {kind.value.upper()}（{metres // 1000}km、デモ用の仮のもの）"
        told = {"station": station, "metres": str(metres)}
        area = circle.intersection(land.whole).difference(before)
        rows += _row(Hazard.NUCLEAR, kind, name, kind.value, area, told)
        before = circle
    return rows
