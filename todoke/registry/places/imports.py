"""Importing boundaries, towns' points and populations from files: all of a file, or nothing."""

from collections import defaultdict
from pathlib import Path

from django.db import transaction

from todoke.kernel.text import search_key
from todoke.registry.places.actions import BATCH, set_populations
from todoke.registry.places.adapters.files import TownRow, boundary_rows, population_rows, town_rows
from todoke.registry.places.errors import BadRowError
from todoke.registry.places.geometry import to_wkb, union
from todoke.registry.places.models import Municipality, Town
from todoke.registry.places.municipalities import city_of_ward, municipality_code, ward_of
from todoke.registry.places.queries import known_municipalities

Point = tuple[float, float]


@transaction.atomic
def import_boundaries(*, path: Path) -> int:
    """Replace boundaries of municipalities; a designated city's is put together from its wards'. How many changed.

    Raises BadFileError, BadRowError, NoPlacesError.
    """
    known = known_municipalities()
    wards: dict[str, list[bytes]] = defaultdict(list)
    for row in boundary_rows(path):
        code = row.code if row.code in known else city_of_ward(row.code, known)
        if code is None:
            raise BadRowError(file=path.name, line=row.line, problem=f"知らない市区町村コードです: {row.code}")
        wards[code].append(to_wkb(row.boundary))
    changed = []
    for code, parts in wards.items():
        municipality = known[code]
        boundary = union(parts)
        if municipality.boundary is None or bytes(municipality.boundary) != boundary:
            changed.append(municipality)
        municipality.boundary, municipality.boundary_source = boundary, path.name[:60]
    Municipality.objects.bulk_update(changed, ["boundary", "boundary_source"])
    return len(changed)


@transaction.atomic
def import_population(*, path: Path) -> int:
    """Residents by municipality; how many changed. Raises BadFileError, BadRowError, NoPlacesError."""
    known = known_municipalities()
    populations: dict[str, int] = {}
    for row in population_rows(path):
        if row.code not in known:
            raise BadRowError(file=path.name, line=row.line, problem=f"知らない市区町村コードです: {row.code}")
        if row.code in populations:
            raise BadRowError(file=path.name, line=row.line, problem=f"同じ市区町村が2度出ています: {row.code}")
        populations[row.code] = row.population
    return set_populations(populations=populations)


@transaction.atomic
def import_towns(*, path: Path) -> int:
    """Points of towns; how many rows changed. A town that is not there yet is added without a postal code.

    A town that the file has only in parts (一番町一丁目, 一番町二丁目 of 一番町) gets the point of the part nearest to
    their middle. Raises BadFileError, BadRowError, NoPlacesError.
    """
    known = known_municipalities()
    points: dict[tuple[str, str], Point | None] = {}
    names: dict[tuple[str, str], str] = {}
    for row in town_rows(path):
        code = row.code if row.code in known else municipality_code(row.code, row.city, known)
        if code not in known:
            raise BadRowError(file=path.name, line=row.line, problem=f"知らない市区町村コードです: {row.code}")
        name = _name(row, code)
        key = (code, _town_key(name))
        names.setdefault(key, name)
        points[key] = points.get(key) or row.point
    parts = _parts(points)
    changed = []
    there = set()
    for town in Town.objects.filter(municipality__in=known):
        key = (town.municipality_id, _town_key(town.name))
        there.add(key)
        point = _point(key, points, parts)
        if point and (town.longitude, town.latitude) != point:
            town.longitude, town.latitude = point
            changed.append(town)
    new = []
    for key, name in names.items():
        if key not in there:
            longitude, latitude = _point(key, points, parts) or (None, None)
            new.append(Town(municipality_id=key[0], name=name, longitude=longitude, latitude=latitude))
    Town.objects.bulk_update(changed, ["longitude", "latitude"], batch_size=BATCH)
    Town.objects.bulk_create(new, batch_size=BATCH)
    return len(changed) + len(new)


def _name(row: TownRow, code: str) -> str:
    ward = ward_of(row.city) if row.code != code else ""
    return f"{ward}{row.town}{row.hamlet}"


def _town_key(name: str) -> str:
    """大字 and 字 are left out by half of the sources."""
    return search_key(name.removeprefix("大字").removeprefix("字").translate(_SMALL_KE))


_SMALL_KE = str.maketrans("ヶヵ", "ケカ")


def _point(
    key: tuple[str, str], points: dict[tuple[str, str], Point | None], parts: dict[tuple[str, str], list[Point]]
) -> Point | None:
    return points.get(key) or (_middle(parts[key]) if key in parts else None)


def _parts(points: dict[tuple[str, str], Point | None]) -> dict[tuple[str, str], list[Point]]:
    """Points by every beginning of a town's name."""
    found: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for (code, key), point in points.items():
        if point:
            for end in range(2, len(key)):
                found[code, key[:end]].append(point)
    return found


def _middle(points: list[Point]) -> Point:
    longitude = sum(point[0] for point in points) / len(points)
    latitude = sum(point[1] for point in points) / len(points)
    return min(points, key=lambda point: ((point[0] - longitude) ** 2 + (point[1] - latitude) ** 2, point))
