"""Importing what a prefecture has better than the packages: boundaries, points of towns, populations.

A file with a bad row is refused whole.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from django.conf import settings
from django.db import transaction

from todoke.registry.places.actions import BATCH, set_populations
from todoke.registry.places.adapters.imported import Problems, Row, csv_rows, features
from todoke.registry.places.errors import NoPlacesError
from todoke.registry.places.geometry import from_geojson, to_wkb, union
from todoke.registry.places.models import Municipality, Town
from todoke.registry.places.municipalities import municipality_code, ward_of
from todoke.registry.places.queries import place_key

TOWN_COLUMNS = ("municipality_code", "municipality", "town", "koaza", "lat", "lon")
POPULATION_COLUMNS = ("municipality_code", "population_2020")
_BLOCK = re.compile("[一二三四五六七八九十]+丁目$")
_LATITUDES, _LONGITUDES = (20.0, 46.5), (122.0, 154.5)
"""Of Japan, WGS 84."""
UNKNOWN_CODE = "この県の市区町村コードではありません。"


@transaction.atomic
def import_boundaries(*, file: Path) -> int:
    """Municipalities' boundaries from GeoJSON, ``code`` and ``name`` among the properties; wards become one with their
    city. How many municipalities changed. Raises BadFileError, BadRowsError, NoPlacesError.
    """
    known = _known()
    problems = Problems(file, "番目の地物")
    parts: dict[str, list[bytes]] = defaultdict(list)
    for row in features(file):
        properties = row.values.get("properties") or {}
        code = municipality_code(str(properties.get("code", "")), str(properties.get("name", "")), known)
        if code not in known:
            problems.add(row, UNKNOWN_CODE)
            continue
        try:
            parts[code].append(to_wkb(from_geojson(row.values.get("geometry") or {})))
        except ValueError:
            problems.add(row, "境界が Polygon か MultiPolygon ではないか、壊れています。")
    problems.refuse()
    changed = []
    for municipality in Municipality.objects.filter(code__in=parts):
        boundary = union(parts[municipality.code])
        if bytes(municipality.boundary or b"") != boundary or municipality.boundary_source != file.name[:60]:
            municipality.boundary, municipality.boundary_source = boundary, file.name[:60]
            changed.append(municipality)
    Municipality.objects.bulk_update(changed, ["boundary", "boundary_source"])
    return len(changed)


@transaction.atomic
def import_populations(*, file: Path) -> int:
    """Residents by municipality from CSV. How many municipalities changed. Raises BadFileError, BadRowsError,
    NoPlacesError.
    """
    known = _known()
    problems = Problems(file)
    populations: dict[str, int] = {}
    for row in csv_rows(file, POPULATION_COLUMNS):
        code, number = row.values["municipality_code"], row.values["population_2020"]
        if code not in known:
            problems.add(row, UNKNOWN_CODE)
        elif code in populations:
            problems.add(row, f"{code} は前にもあります。")
        elif not (number.isascii() and number.isdecimal()):
            problems.add(row, f"人口「{number}」は数ではありません。")
        else:
            populations[code] = int(number)
    problems.refuse()
    return set_populations(populations=populations)


@dataclass
class _Placed:
    """A town as the file spells it, with the points of its own rows and of its 小字."""

    name: str
    own: list[tuple[float, float]] = field(default_factory=list)
    within: list[tuple[float, float]] = field(default_factory=list)

    def point(self) -> tuple[float | None, float | None]:
        """Longitude and latitude: the middle of its own points, else of those of its parts."""
        points = self.own or self.within
        if not points:
            return None, None
        return round(fmean(x for x, _ in points), 6), round(fmean(y for _, y in points), 6)


@transaction.atomic
def import_towns(*, file: Path) -> int:
    """Points of towns from CSV; a town that the postal codes do not know is added without one. 丁目 are parts of their
    town. How many towns were added or changed. Raises BadFileError, BadRowsError, NoPlacesError.
    """
    found = _towns(file)
    rows = Town.objects.filter(municipality__prefecture_code=settings.PREFECTURE)
    there: dict[tuple[str, str], list[Town]] = defaultdict(list)
    for row in rows:
        there[row.municipality_id, place_key(row.name)].append(row)
    new, changed = [], []
    for (code, key), town in found.items():
        longitude, latitude = town.point()
        if (code, key) not in there:
            new.append(Town(municipality_id=code, name=town.name, longitude=longitude, latitude=latitude))
        for row in there.get((code, key), []):
            if longitude is not None and (row.longitude, row.latitude) != (longitude, latitude):
                row.longitude, row.latitude = longitude, latitude
                changed.append(row)
    Town.objects.bulk_create(new, batch_size=BATCH)
    Town.objects.bulk_update(changed, ["longitude", "latitude"], batch_size=BATCH)
    return len(new) + len(changed)


def _towns(file: Path) -> dict[tuple[str, str], _Placed]:
    known = _known()
    problems = Problems(file)
    found: dict[tuple[str, str], _Placed] = {}
    for row in csv_rows(file, TOWN_COLUMNS):
        city, town = row.values["municipality"], row.values["town"]
        code = municipality_code(row.values["municipality_code"], city, known)
        if code not in known:
            problems.add(row, UNKNOWN_CODE)
        elif not town:
            problems.add(row, "町名がありません。")
        else:
            point = _point(row, problems)
            ward = ward_of(city) if code != row.values["municipality_code"] else ""
            name = ward + _BLOCK.sub("", town)
            placed = found.setdefault((code, place_key(name)), _Placed(name))
            if point:
                (placed.within if row.values["koaza"] else placed.own).append(point)
    problems.refuse()
    return found


def _point(row: Row, problems: Problems) -> tuple[float, float] | None:
    if not row.values["lat"] and not row.values["lon"]:
        return None
    try:
        longitude, latitude = float(row.values["lon"]), float(row.values["lat"])
    except ValueError:
        problems.add(row, "緯度か経度が数ではありません。")
        return None
    if not (_LATITUDES[0] <= latitude <= _LATITUDES[1] and _LONGITUDES[0] <= longitude <= _LONGITUDES[1]):
        problems.add(row, "緯度と経度が日本の中ではありません。")
        return None
    return longitude, latitude


def _known() -> set[str]:
    codes = set(Municipality.objects.filter(prefecture_code=settings.PREFECTURE).values_list("code", flat=True))
    if not codes:
        raise NoPlacesError
    return codes
