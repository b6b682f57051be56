"""Where an address, a postal code or a point lies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from todoke.registry.places.models import Municipality, Town
from todoke.registry.places.queries import (
    find_municipality_in_address,
    municipalities,
    municipality_at,
    postal_code_of,
    towns_for_postal_code,
)

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
digits = st.text("0123456789", min_size=7, max_size=7)


@given(
    code=digits,
    mark=st.sampled_from(["", "〒", "〒 ", "〒　"]),
    hyphen=st.sampled_from(["", "-", "－", "ー", "‐", "−", "—", " ", "　"]),
    wide=st.booleans(),
    around=st.sampled_from(["", " ", "　", "\t"]),
)
def test_a_postal_code_is_understood_however_it_is_typed(
    code: str, mark: str, hyphen: str, wide: bool, around: str
) -> None:
    typed = f"{around}{mark}{code[:3]}{hyphen}{code[3:]}{around}"
    assert postal_code_of(typed.translate(FULL_WIDTH) if wide else typed) == code


@given(st.text())
def test_anything_else_is_no_postal_code(typed: str) -> None:
    found = postal_code_of(typed)
    assert found is None or (len(found) == 7 and found.isascii() and found.isdecimal())


@given(st.text("0123456789", max_size=12).filter(lambda typed: len(typed) != 7))
def test_too_few_or_too_many_digits(typed: str) -> None:
    assert postal_code_of(typed) is None


def test_towns_of_a_postal_code(miyagi: None) -> None:
    [town] = towns_for_postal_code("〒９８６－０８６１")
    assert (town.municipality_code, town.municipality_name, town.town, town.town_kana) == (
        "04202",
        "石巻市",
        "蛇田",
        "ヘビタ",
    )
    assert towns_for_postal_code("100-0001") == []
    assert towns_for_postal_code("986") == []


def test_a_ward_stays_in_the_name_of_the_town(miyagi: None) -> None:
    [town] = towns_for_postal_code("980-0811")
    assert (town.municipality_code, town.municipality_name, town.town) == ("04100", "仙台市", "青葉区一番町")
    assert not Town.objects.filter(municipality__code__startswith="0410").exclude(municipality="04100").exists()


def test_a_district_stands_before_the_town(miyagi: None) -> None:
    assert {town.municipality_name for town in towns_for_postal_code("989-1201")} == {"柴田郡大河原町"}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("宮城県石巻市蛇田1番地1", "04202"),
        ("石巻市　蛇田１－１", "04202"),
        ("〒986-0861 宮城県石巻市蛇田", "04202"),
        ("宮城県仙台市青葉区一番町一丁目", "04100"),
        ("宮城県柴田郡大河原町字新南", "04321"),
        ("宮城県大河原町字新南", "04321"),
        ("宮城県柴田郡柴田町船岡", "04323"),
        ("宮城県七ケ浜町東宮浜", "04404"),
        ("塩釜市旭町", "04203"),
        ("宮城県遠田郡美里町北浦", "04505"),
        ("島根県邑智郡美郷町", None),
        ("埼玉県児玉郡美里町大字木部", None),
        ("神奈川県川崎市川崎区", None),
        ("石巻", None),
        ("", None),
    ],
)
def test_the_municipality_of_an_address(miyagi: None, address: str, code: str | None) -> None:
    assert find_municipality_in_address(address) == code


def test_the_municipality_at_a_point(miyagi: None) -> None:
    assert municipality_at(141.3028, 38.4344) == "04202"
    assert municipality_at(140.8694, 38.2688) == "04100"
    assert municipality_at(139.767, 35.681) is None
    assert municipality_at(141.9, 38.0) is None


def test_those_of_the_prefecture_served(miyagi: None) -> None:
    Municipality.objects.create(code="32201", prefecture_code="32", name="松江市", name_en="Matsue City")
    assert len(municipalities()) == 35
