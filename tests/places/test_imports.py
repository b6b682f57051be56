"""Importing what a prefecture has better: all of a file, or nothing."""

import json
from pathlib import Path

import pytest

from todoke.registry.places.actions import load_places
from todoke.registry.places.errors import BadFileError, BadRowError, NoPlacesError
from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.imports import import_boundaries, import_population, import_towns
from todoke.registry.places.models import Municipality, Town
from todoke.registry.places.queries import municipality_at

TOWNS = "municipality_code,municipality,town,koaza,lat,lon\n"


def _file(folder: Path, text: str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def _square(code: str, west: float, south: float) -> dict[str, object]:
    ring = [[west, south], [west + 0.1, south], [west + 0.1, south + 0.1], [west, south + 0.1], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _collection(folder: Path, *features: dict[str, object]) -> Path:
    return _file(folder, json.dumps({"type": "FeatureCollection", "features": features}), "squares.geojson")


def test_points_of_towns(miyagi: None, tmp_path: Path) -> None:
    rows = (
        "04202,石巻市,蛇田,,38.45,141.28\n04101,仙台市青葉区,一番町一丁目,,38.26,140.87\n04202,石巻市,新しい町,小字,,\n"
    )
    path = _file(tmp_path, TOWNS + rows)
    assert import_towns(path=path) == 5, "the two towns, 青葉区 as a whole, and the two that are new"
    assert import_towns(path=path) == 0
    town = Town.objects.get(postal_code="9860861")
    assert (town.longitude, town.latitude) == (141.28, 38.45)
    whole = Town.objects.get(postal_code="9800811")
    assert (whole.name, whole.longitude) == ("青葉区一番町", 140.87)
    assert Town.objects.get(name="新しい町小字").postal_code == ""
    assert load_places(prefecture_code="04").changed == 0


@pytest.mark.parametrize(
    ("row", "line", "problem"),
    [
        ("04202,石巻市,蛇田,,北緯38,141.28", 3, "経度・緯度"),
        ("04202,石巻市,蛇田,,141.28,38.45", 3, "経度・緯度"),
        ("04202,石巻市,,,38.45,141.28", 3, "town"),
        ("4202,石巻市,蛇田,,38.45,141.28", 3, "5桁"),
        ("32201,松江市,母衣町,,35.47,133.05", 3, "知らない"),
        ("04202,石巻市,蛇田", 3, "列の数"),
    ],
)
def test_a_bad_row_refuses_the_file(miyagi: None, tmp_path: Path, row: str, line: int, problem: str) -> None:
    before = list(Town.objects.order_by("pk").values())
    path = _file(tmp_path, f"{TOWNS}04202,石巻市,新しい町,,38.45,141.28\n{row}\n")
    with pytest.raises(BadRowError) as caught:
        import_towns(path=path)
    assert f"file.csv の {line} 行目" in caught.value.message
    assert problem in caught.value.message
    assert list(Town.objects.order_by("pk").values()) == before


def test_a_file_of_another_kind(miyagi: None, tmp_path: Path) -> None:
    for deed, text in ((import_towns, "a,b\n1,2\n"), (import_population, "a\n1\n"), (import_boundaries, "no json")):
        with pytest.raises(BadFileError):
            deed(path=_file(tmp_path, text))
    with pytest.raises(BadFileError):
        import_towns(path=tmp_path / "missing.csv")


def test_nothing_to_import_into(db: None, tmp_path: Path) -> None:
    with pytest.raises(NoPlacesError):
        import_population(path=_file(tmp_path, "municipality_code,population\n04202,1\n"))


def test_boundaries_of_wards_make_their_city(miyagi: None, tmp_path: Path) -> None:
    path = _collection(tmp_path, _square("04101", 150.0, 30.0), _square("04102", 150.1, 30.0))
    assert import_boundaries(path=path) == 1
    assert import_boundaries(path=path) == 0
    city = Municipality.objects.get(code="04100")
    assert from_wkb(city.boundary or b"").area == pytest.approx(0.02)
    assert municipality_at(150.15, 30.05) == "04100"
    assert load_places(prefecture_code="04").changed == 0


def test_an_unknown_boundary_refuses_the_file(miyagi: None, tmp_path: Path) -> None:
    with pytest.raises(BadRowError) as caught:
        import_boundaries(path=_collection(tmp_path, _square("04202", 150.0, 30.0), _square("32201", 150.1, 30.0)))
    assert "2 行目" in caught.value.message
    assert Municipality.objects.get(code="04202").boundary_source == "JMA"


def test_populations(miyagi: None, tmp_path: Path) -> None:
    path = _file(tmp_path, "municipality_code,municipality,population_2020\n04202,石巻市,140151\n")
    assert import_population(path=path) == 1
    assert Municipality.objects.get(code="04202").population == 140151
    with pytest.raises(BadRowError):
        import_population(path=_file(tmp_path, "municipality_code,population\n04203,many\n"))
    with pytest.raises(BadRowError):
        import_population(path=_file(tmp_path, "municipality_code,population\n04203,1\n04203,2\n"))


def test_public_data_of_miyagi(miyagi: None, data: Path) -> None:
    assert import_boundaries(path=data / "municipalities.geojson") == 35
    assert import_towns(path=data / "addresses.csv") > 10_000
    assert import_towns(path=data / "addresses.csv") == 0
    assert import_population(path=data / "population.csv") == 35
    towns = Town.objects.exclude(postal_code="")
    assert towns.filter(longitude__isnull=False).count() > 0.75 * towns.count()


def test_most_towns_lie_where_the_warning_areas_say(miyagi: None, data: Path) -> None:
    import_towns(path=data / "addresses.csv")
    towns = list(Town.objects.filter(longitude__isnull=False, postal_code="9860861"))
    towns += list(Town.objects.filter(longitude__isnull=False).exclude(postal_code="").order_by("pk")[::100])
    right = [municipality_at(town.longitude or 0, town.latitude or 0) == town.municipality_id for town in towns]
    assert sum(right) > 0.9 * len(right)
