"""Files that a prefecture imports: GeoJSON of boundaries, CSV of towns and of populations.

Every problem names the file and the line, or the number of the feature.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shapely.geometry import MultiPolygon

from todoke.registry.places.errors import BadFileError, BadRowError
from todoke.registry.places.geometry import from_geojson


@dataclass(frozen=True)
class BoundaryRow:
    """A boundary by municipality's or ward's code, with the number of its feature."""

    line: int
    code: str
    boundary: MultiPolygon


@dataclass(frozen=True)
class TownRow:
    """A town, or a hamlet (小字) of one, with its point in WGS 84 where the file has one."""

    line: int
    code: str
    city: str
    town: str
    hamlet: str
    point: tuple[float, float] | None


@dataclass(frozen=True)
class PopulationRow:
    """Residents of a municipality."""

    line: int
    code: str
    population: int


def boundary_rows(path: Path) -> Iterator[BoundaryRow]:
    """Features with the property ``code``. Raises BadFileError, BadRowError."""
    try:
        collection = json.loads(_text(path))
        features = collection["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadFileError(file=path.name, problem=f"GeoJSON の FeatureCollection ではありません（{error}）") from None
    for number, feature in enumerate(features, 1):
        try:
            code = _code(path, number, str(feature["properties"]["code"]))
            yield BoundaryRow(number, code, from_geojson(feature["geometry"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BadRowError(file=path.name, line=number, problem=f"境界として読めません（{error}）") from None


def town_rows(path: Path) -> Iterator[TownRow]:
    """Columns municipality_code, municipality, town, koaza, lat, lon. Raises BadFileError, BadRowError."""
    for line, row in _rows(path, ("municipality_code", "municipality", "town", "koaza", "lat", "lon")):
        code = _code(path, line, row["municipality_code"])
        if not row["town"]:
            raise BadRowError(file=path.name, line=line, problem="町字の名前（town）がありません")
        yield TownRow(line, code, row["municipality"], row["town"], row["koaza"], _point(path, line, row))


def population_rows(path: Path) -> Iterator[PopulationRow]:
    """Columns municipality_code and one that begins with population. Raises BadFileError, BadRowError."""
    for line, row in _rows(path, ("municipality_code",)):
        column = next((name for name in row if name.startswith("population")), None)
        if column is None:
            raise BadFileError(file=path.name, problem="population で始まる列がありません")
        if not (row[column].isascii() and row[column].isdecimal()):
            raise BadRowError(file=path.name, line=line, problem=f"人口が数字ではありません: {row[column]}")
        yield PopulationRow(line, _code(path, line, row["municipality_code"]), int(row[column]))


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    reader = csv.DictReader(_text(path).splitlines(keepends=True), strict=True)
    missing = [name for name in needed if name not in (reader.fieldnames or [])]
    if missing:
        raise BadFileError(file=path.name, problem=f"列がありません: {', '.join(missing)}")
    try:
        for row in reader:
            if None in row or None in row.values():
                raise BadRowError(file=path.name, line=reader.line_num, problem="列の数が見出しと違います")
            yield reader.line_num, {name: value.strip() for name, value in row.items()}
    except csv.Error as error:
        raise BadRowError(file=path.name, line=reader.line_num, problem=str(error)) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFileError(file=path.name, problem=str(error)) from None


def _code(path: Path, line: int, code: str) -> str:
    if not (len(code) == 5 and code.isascii() and code.isdecimal()):
        raise BadRowError(file=path.name, line=line, problem=f"市区町村コードは5桁の数字です: {code}")
    return code


def _point(path: Path, line: int, row: dict[str, Any]) -> tuple[float, float] | None:
    if not row["lat"] and not row["lon"]:
        return None
    try:
        longitude, latitude = float(row["lon"]), float(row["lat"])
    except ValueError:
        longitude = latitude = 0.0
    if not (122 <= longitude <= 154 and 20 <= latitude <= 46):
        problem = f"日本の経度・緯度ではありません: {row['lon']}, {row['lat']}"
        raise BadRowError(file=path.name, line=line, problem=problem)
    return longitude, latitude
