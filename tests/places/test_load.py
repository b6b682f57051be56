"""Loading the places of a prefecture from the packages."""

import pytest
import reversejp
import shapely

from todoke.registry.places.actions import load_places
from todoke.registry.places.errors import UnknownPrefectureError
from todoke.registry.places.geometry import from_wkb
from todoke.registry.places.models import Municipality, Town, WarningArea


def test_miyagi_has_its_35_municipalities_and_the_jmas_39_areas(miyagi: None) -> None:
    assert Municipality.objects.count() == 35
    assert WarningArea.objects.count() == 39
    sendai = Municipality.objects.get(code="04100")
    assert (sendai.name, sendai.name_kana, sendai.name_en) == ("仙台市", "センダイシ", "Sendai City")
    assert [area.code for area in sendai.warning_areas.all()] == ["0410001", "0410002"]
    ogawara = Municipality.objects.get(code="04321")
    assert (ogawara.district, ogawara.name, ogawara.name_kana) == ("柴田郡", "大河原町", "オオガワラマチ")


def test_every_boundary_is_valid_and_is_what_the_package_answers_by(miyagi: None) -> None:
    for area in WarningArea.objects.all():
        boundary = from_wkb(area.boundary)
        assert boundary.is_valid
        point = shapely.point_on_surface(boundary)
        assert area.code in {found.code for found in reversejp.find_properties(point.x, point.y)}
        whole = from_wkb(area.municipality.boundary)
        assert whole.is_valid
        assert whole.contains(point)


def test_a_second_load_changes_nothing(miyagi: None) -> None:
    before = list(Town.objects.order_by("pk").values())
    assert load_places(prefecture_code="04").changed == 0
    assert list(Town.objects.order_by("pk").values()) == before


def test_what_differs_is_mended_and_the_rest_stays(miyagi: None) -> None:
    Town.objects.filter(postal_code="9860861").update(name_kana="チガウ")
    Municipality.objects.filter(code="04202").update(name_en="Wrong")
    Town.objects.create(municipality_id="04202", name="なくなった町", postal_code="9869999")
    Town.objects.create(municipality_id="04202", name="県が足した町")
    assert load_places(prefecture_code="04").changed == 3
    assert Town.objects.get(postal_code="9860861").name_kana == "ヘビタ"
    assert Municipality.objects.get(code="04202").name_en == "Ishinomaki City"
    assert not Town.objects.filter(name="なくなった町").exists()
    assert Town.objects.filter(name="県が足した町").exists()


@pytest.mark.parametrize(("code", "municipalities", "areas"), [("32", 19, 19), ("14", 33, 35)])
def test_another_prefecture(db: None, code: str, municipalities: int, areas: int) -> None:
    loaded = load_places(prefecture_code=code)
    assert (loaded.municipalities, loaded.warning_areas) == (municipalities, areas)
    assert not Municipality.objects.filter(name_kana="").exists()
    assert not Town.objects.exclude(municipality__prefecture_code=code).exists()


def test_wards_belong_to_the_designated_city_before_them(db: None) -> None:
    load_places(prefecture_code="14")
    wards = {
        "2210000": ("14100", "神奈川区"),
        "2100000": ("14130", "川崎区"),
    }
    for postal_code, (code, town) in wards.items():
        assert Town.objects.filter(postal_code=postal_code, municipality_id=code, name=town).exists()


def test_a_prefecture_that_does_not_exist(db: None) -> None:
    with pytest.raises(UnknownPrefectureError):
        load_places(prefecture_code="48")
