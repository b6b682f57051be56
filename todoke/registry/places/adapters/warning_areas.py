"""The JMA's warning areas from the package reversejp.

The package answers look-ups of one point; the boundaries behind them are GeoJSON files, zipped one by one into its
extension module. They are read from there, whole, which is exact and takes a tenth of a second.
"""

import io
import json
import struct
import zipfile
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from todoke.registry.places.errors import BoundariesMissingError
from todoke.registry.places.geometry import from_geojson, to_wkb
from todoke.registry.places.types import AreaRecord

PACKAGE = "reversejp"
_END = struct.Struct("<4s4H2IH")
"""End of central directory record (PKWARE APPNOTE 4.3.16)."""
_END_SIGNATURE = b"PK\x05\x06"
_FILE_SIGNATURE = b"PK\x03\x04"


def warning_areas(prefecture_code: str) -> list[AreaRecord]:
    """The areas of 市町村等 (class20s) of a prefecture, by code. Raises BoundariesMissingError."""
    found: dict[str, AreaRecord] = {}
    for feature in _features():
        properties = feature["properties"]
        code = properties["code"]
        if len(code) == 7 and code.startswith(prefecture_code) and code.isdecimal():
            boundary = to_wkb(from_geojson(feature["geometry"]))
            found[code] = AreaRecord(code, properties["name"], properties["enName"], boundary)
    if not found:
        raise BoundariesMissingError
    return [found[code] for code in sorted(found)]


def land_around(west: float, south: float, east: float, north: float) -> list[BaseGeometry]:
    """The areas of every prefecture that meet a box in WGS 84: what is land there. [] without the package's files."""
    box = shapely.box(west, south, east, north)
    found: list[BaseGeometry] = []
    for feature in _features():
        code = feature["properties"].get("code", "")
        if len(code) == 7 and code.isdecimal():
            area = shape(feature["geometry"])
            if area.intersects(box):
                found.append(shapely.make_valid(area))
    return found


def _features() -> Iterator[dict[str, Any]]:
    for module in files(PACKAGE).iterdir():
        if module.name.endswith((".so", ".pyd")):
            for text in _zipped(module.read_bytes()):
                yield from json.loads(text)["features"]


def _zipped(module: bytes) -> Iterator[bytes]:
    """The contents of every zip file embedded in ``module``."""
    end = module.find(_END_SIGNATURE)
    while end >= 0:
        if end + _END.size <= len(module):
            *_, entries, size, offset, _comment = _END.unpack_from(module, end)
            start = end - size - offset
            if entries and start >= 0 and module[start : start + 4] == _FILE_SIGNATURE:
                with zipfile.ZipFile(io.BytesIO(module[start : end + _END.size])) as archive:
                    for name in archive.namelist():
                        yield archive.read(name)
        end = module.find(_END_SIGNATURE, end + 4)
