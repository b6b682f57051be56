"""Zones of the national land data, of nuclear power stations, and drawn on the map."""

import json
from pathlib import Path
from typing import Any

import pytest

from todoke.registry.places.errors import BadFileError, BadRowsError, NoAreaError, UnknownSourceError
from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Zone
from todoke.registry.places.queries import zones_in_force
from todoke.registry.places.types import Hazard
from todoke.registry.places.zones import draw_zone, end_zone, end_zones, import_zones

A40 = {"A40_001": "宮城県", "A40_002": 4, "A40_003": "2m以上 ～ 5m未満"}
A31 = {"A31a_201": "8202010001", "A31a_202": "北上川", "A31a_203": "04", "A31a_204": "宮城県", "A31a_205": 3}
A31_2021 = {"A31_101": "8202010001", "A31_102": "北上川", "A31_103": "04", "A31_104": "宮城県", "A31_105": "2"}
A31_2012 = {"A31_001": "13", "A31_004": "北上川"}
A33 = {"A33_001": 2, "A33_002": 1, "A33_003": "04", "A33_004": "Ⅱ-1-42", "A33_005": "見本沢", "A33_006": "石巻市見本"}
PAZ = {"kind": "PAZ", "name": "女川 5km"}


def square(west: float = 141.3, south: float = 38.4, size: float = 0.01) -> dict[str, Any]:
    east, north = west + size, south + size
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def collection(path: Path, *features: tuple[dict[str, Any], dict[str, Any]]) -> Path:
    rows = [{"type": "Feature", "properties": about, "geometry": geometry} for about, geometry in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("properties", "hazard", "kind", "name", "told"),
    [
        (A40, "tsunami", "tsunami", "津波浸水想定 2m以上 ～ 5m未満", {"depth": "2m以上 ～ 5m未満"}),
        (A31, "flood", "flood", "北上川 想定最大規模 3m以上5m未満", {"river": "北上川", "depth": "3m以上5m未満"}),
        (A31_2021, "flood", "flood", "北上川 計画規模 0.5m以上3m未満", {"scale": "計画規模"}),
        (A31_2012, "flood", "flood", "北上川 浸水想定 1m以上2m未満", {"rank": "13"}),
        (A33, "landslide", "landslide", "見本沢 土砂災害警戒区域", {"phenomenon": "土石流"}),
        (PAZ, "nuclear", "paz", "女川 5km", {}),
    ],
)
def test_layouts(
    db: None, tmp_path: Path, properties: dict[str, Any], hazard: str, kind: str, name: str, told: dict[str, str]
) -> None:
    path = collection(tmp_path / "file.geojson", (properties, square()))
    assert import_zones(path=path).added == 1
    zone = Zone.objects.get()
    assert (zone.hazard, zone.kind, zone.name) == (hazard, kind, name)
    assert told.items() <= zone.properties.items()
    assert zone.code.startswith("file:")
    before = list(Zone.objects.values())
    done = import_zones(path=path)
    assert (done.added, done.changed, done.withdrawn, done.unchanged) == (0, 0, 0, 1)
    assert list(Zone.objects.values()) == before


def test_parts_of_a_zone_are_joined(db: None, tmp_path: Path) -> None:
    parts = [(A31, square()), (A31, square(141.32)), (A31 | {"A31a_205": 2}, square(141.4))]
    assert import_zones(path=collection(tmp_path / "file.geojson", *parts)).added == 2
    deep = Zone.objects.get(properties__rank="3")
    assert from_wkb(deep.boundary).area == pytest.approx(0.0002)


def test_what_left_the_file_is_ended_and_comes_back(db: None, tmp_path: Path) -> None:
    path = tmp_path / "file.geojson"
    import_zones(path=collection(path, (A40, square()), (A33, square())))
    done = import_zones(path=collection(path, (A40, square(size=0.02))))
    assert (done.changed, done.withdrawn) == (1, 1)
    assert [zone.hazard for zone in zones_in_force()] == ["tsunami"]
    assert zones_in_force(Hazard.LANDSLIDE) == []
    assert import_zones(path=collection(path, (A40, square(size=0.02)), (A33, square()))).changed == 1
    assert len(zones_in_force()) == 2
    assert end_zones(source="file.geojson") == 2
    assert zones_in_force() == []
    with pytest.raises(UnknownSourceError):
        end_zones(source="file.geojson")


def test_other_prefectures_are_left_out(db: None, tmp_path: Path) -> None:
    done = import_zones(path=collection(tmp_path / "f.geojson", (A40, square()), (A40 | {"A40_002": 3}, square())))
    assert (done.added, done.elsewhere) == (1, 1)


def test_every_bad_feature_is_said(db: None, tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[141, 38], [142, 38]]}
    path = collection(
        tmp_path / "file.geojson",
        (A40, square()),
        (A31 | {"A31a_205": 9}, square()),
        ({"name": "?"}, square()),
        (A33, line),
        (A40, square(10.0, 50.0)),
        (A33, {}),
    )
    with pytest.raises(BadRowsError) as caught:
        import_zones(path=path)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4, 5, 6]
    assert not Zone.objects.exists()
    done = import_zones(path=path, skip_bad=True)
    assert (done.added, len(done.bad)) == (1, 5)
    with pytest.raises(BadFileError):
        import_zones(path=tmp_path / "missing.geojson")


def test_a_feature_that_cannot_be_read_ends_no_zone(db: None, tmp_path: Path) -> None:
    path = tmp_path / "file.geojson"
    import_zones(path=collection(path, (A40, square()), (A33, square())))
    done = import_zones(path=collection(path, (A40, square()), (A33, {})), skip_bad=True)
    assert (done.withdrawn, len(zones_in_force())) == (0, 2)


def test_drawing(db: None) -> None:
    zone = draw_zone(hazard=Hazard.FLOOD, name="見本橋の周り", geometry=square(), actor="officer:1")
    assert [one.code for one in zones_in_force(Hazard.FLOOD)] == [zone.code]
    end_zone(code=zone.code, actor="officer:1")
    assert zones_in_force() == []
    with pytest.raises(NoAreaError):
        draw_zone(hazard=Hazard.FLOOD, name="線", geometry={"type": "Point", "coordinates": [1, 2]}, actor="officer:1")
