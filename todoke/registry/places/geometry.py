"""Boundaries as multipolygons in WGS 84, kept as WKB."""

from typing import Any

import shapely
from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry


def multipolygon(geometry: BaseGeometry) -> MultiPolygon:
    """The valid areas of ``geometry``; lines and points that repairing leaves over are dropped."""
    repaired = shapely.make_valid(geometry)
    parts = [inner for part in shapely.get_parts(repaired) for inner in shapely.get_parts(part)]
    return MultiPolygon([part for part in parts if part.geom_type == "Polygon" and not part.is_empty])


def from_geojson(geometry: dict[str, Any]) -> MultiPolygon:
    """Raises ValueError for what is no Polygon or MultiPolygon, or is empty."""
    if geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise ValueError(geometry.get("type"))
    try:
        found = multipolygon(shape(geometry))
    except (AttributeError, KeyError, IndexError, TypeError, shapely.errors.ShapelyError) as error:
        raise ValueError(str(error)) from error
    if found.is_empty:
        raise ValueError("empty")
    return found


def union(boundaries: list[bytes]) -> bytes:
    """One multipolygon of several."""
    joined = shapely.union_all(shapely.from_wkb(boundaries))
    return to_wkb(multipolygon(joined))


def to_wkb(geometry: BaseGeometry) -> bytes:
    """Two dimensions, little-endian: the same on every machine."""
    return shapely.to_wkb(geometry, output_dimension=2, byte_order=1)


def from_wkb(stored: bytes | memoryview) -> BaseGeometry:
    """A boundary as the database gives it."""
    geometry: BaseGeometry = shapely.from_wkb(bytes(stored))
    return geometry
