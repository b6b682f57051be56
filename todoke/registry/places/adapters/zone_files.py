"""Zones from GeoJSON, each with all of its parts; features that cannot be read are said, not raised."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import MultiPolygon

from todoke.registry.places.adapters.decoding import text_of
from todoke.registry.places.adapters.zone_layouts import Zoned, ZoneLayout, layout_of
from todoke.registry.places.errors import BadFileError
from todoke.registry.places.geometry import from_geojson, multipolygon
from todoke.registry.places.types import Hazard, Problem, ZoneKind

JAPAN = shapely.box(122, 20, 154, 46)


@dataclass(frozen=True)
class ZoneRow:
    """A zone of a file. ``code`` has the file's name before the zone's own."""

    code: str
    hazard: Hazard
    kind: ZoneKind
    name: str
    boundary: MultiPolygon
    properties: dict[str, str]


@dataclass
class ZoneFile:
    """What a file has: zones, features of other prefectures, and features that cannot be read."""

    zones: list[ZoneRow] = field(default_factory=list)
    elsewhere: int = 0
    problems: list[Problem] = field(default_factory=list)


def read_zones(path: Path, prefecture: str) -> ZoneFile:
    """Raises BadFileError for what is no FeatureCollection."""
    found = ZoneFile()
    parts: dict[tuple[ZoneLayout, str], list[MultiPolygon]] = defaultdict(list)
    said: dict[tuple[ZoneLayout, str], Zoned] = {}
    for number, feature in enumerate(_features(path), 1):
        try:
            properties = feature["properties"] or {}
            layout = layout_of(properties)
            if layout is None:
                found.problems.append(Problem(number, "国土数値情報 A31・A33・A40、PAZ・UPZ のどれでもありません"))
                continue
            if layout.prefecture(properties) not in {"", "00", prefecture}:
                found.elsewhere += 1
                continue
            zoned = layout.read(properties)
            boundary = from_geojson(feature["geometry"])
            if not JAPAN.contains(boundary):
                found.problems.append(Problem(number, "日本の経度・緯度ではありません"))
                continue
            parts[layout, zoned.key].append(boundary)
            said.setdefault((layout, zoned.key), zoned)
        except KeyError as error:
            found.problems.append(Problem(number, f"属性がないか、知らない値です: {error}"))
        except (ValueError, TypeError, AttributeError) as error:
            found.problems.append(Problem(number, f"区域として読めません（{error}）"))
    for (layout, key), boundaries in parts.items():
        zoned = said[layout, key]
        whole = boundaries[0] if len(boundaries) == 1 else multipolygon(shapely.union_all(boundaries))
        code = f"{path.stem[: 58 - len(key[:40])]}:{key[:40]}"
        found.zones.append(ZoneRow(code, layout.hazard, layout.kind, zoned.name[:100], whole, zoned.properties))
    return found


def _features(path: Path) -> list[dict[str, Any]]:
    try:
        features = json.loads(text_of(path))["features"]
    except (ValueError, KeyError, TypeError) as error:
        raise BadFileError(file=path.name, problem=f"GeoJSON の FeatureCollection ではありません（{error}）") from None
    if not isinstance(features, list):
        raise BadFileError(file=path.name, problem="GeoJSON の FeatureCollection ではありません")
    return features
