"""Made-up residents: as many as wanted, where the census has them, the same every time."""

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings as installed
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from todoke.faces.demonstration import census
from todoke.faces.demonstration.cards import write_cards
from todoke.faces.demonstration.errors import (
    NoDemonstrationError,
    OtherDemonstrationError,
    RealResidentsError,
    TooFewResidentsError,
)
from todoke.faces.demonstration.households import REFERENCE_DAY
from todoke.faces.demonstration.ids import person_id
from todoke.faces.demonstration.population import load_population
from todoke.kernel.text import search_key
from todoke.registry.people.models import Household, Resident
from todoke.registry.places.models import Municipality, Town
from todoke.registry.places.queries import find_municipality_in_address, municipality_at


@pytest.fixture(autouse=True)
def demonstration(db: None, settings: Settings, tmp_path: Path) -> None:
    settings.DEMONSTRATION = True
    settings.STATE = tmp_path


def _everyone() -> list[tuple[object, ...]]:
    return list(Resident.objects.order_by("pk").values_list("pk", "name", "birth_date", "household__address"))


@given(
    total=st.integers(0, 10_000_000),
    weights=st.dictionaries(st.text(min_size=1), st.integers(1, 2_000_000), min_size=1, max_size=50),
)
def test_shares_add_up_and_are_proportional_within_one(total: int, weights: dict[str, int]) -> None:
    shared = census.shares(total, weights)
    whole = sum(weights.values())
    assert sum(shared.values()) == total
    assert all(abs(shared[key] * whole - total * weight) < whole for key, weight in weights.items())


def test_the_census_sums_up_to_the_prefecture() -> None:
    assert (len(census.MIYAGI), sum(census.MIYAGI.values())) == (35, 2_301_996)


def test_the_census_is_what_was_published() -> None:
    path = Path(installed.BASE_DIR).parent / "shared" / "data" / "population.csv"
    if not path.exists():
        pytest.skip("the folder with public data is not there: data")
    rows = [line.split(",") for line in path.read_text().splitlines()[1:]]
    assert {row[0]: int(row[2]) for row in rows} == census.MIYAGI


def test_residents_live_where_the_census_has_them() -> None:
    loaded = load_population(residents=2000)
    assert loaded.residents == Resident.objects.filter(demonstration=True, registered=True).count() == 2000
    there = Counter(Resident.objects.values_list("household__municipality_code", flat=True))
    for code, population in census.MIYAGI.items():
        assert abs(there[code] - 2000 * population / 2_301_996) < 1
    ages = [(REFERENCE_DAY - born).days / 365.25 for born in Resident.objects.values_list("birth_date", flat=True)]
    assert 0.09 < sum(age < 15 for age in ages) / 2000 < 0.16
    assert 0.22 < sum(age >= 65 for age in ages) / 2000 < 0.34
    assert 2.0 < 2000 / loaded.households < 2.5


def test_every_household_lives_in_a_town_of_its_municipality() -> None:
    load_population(residents=2000)
    towns = set(Town.objects.values_list("municipality_id", "postal_code", "name"))
    municipalities = {row.code: f"宮城県{row.district}{row.name}" for row in Municipality.objects.all()}
    addresses = Household.objects.values_list("municipality_code", "postal_code", "address")
    for code, postal_code, address in addresses:
        start = municipalities[code]
        assert any(
            (code, postal_code, address.removeprefix(start)[:end]) in towns for end in range(len(address) + 1)
        ), address
        assert address.startswith(start)
    assert len({address for *_, address in addresses}) == len(addresses)
    for household in Household.objects.order_by("pk")[::20]:
        assert find_municipality_in_address(household.address) == household.municipality_code
        assert municipality_at(household.longitude or 0, household.latitude or 0) == household.municipality_code


def test_names_are_made_up_and_can_be_compared_by() -> None:
    load_population(residents=500)
    for resident in Resident.objects.all():
        assert resident.name_key == search_key(resident.name)
        assert resident.birth_date < REFERENCE_DAY
    surnames = {name.split(" ")[0] for name in Resident.objects.values_list("name", flat=True)}
    assert not surnames & {"佐藤", "鈴木", "高橋", "田中"}
    for household in Household.objects.prefetch_related("members"):
        members = list(household.members.all())
        assert [member.relation for member in members].count("head") == 1
        assert len({member.name for member in members}) == len(members)
        parents = [member.birth_date for member in members if member.relation in {"head", "spouse"}]
        children = [member.birth_date for member in members if member.relation == "child"]
        assert all((child - parent).days > 15 * 365 for child in children for parent in parents)


def test_the_storys_family_is_there() -> None:
    load_population(residents=2000)
    hanako = Resident.objects.select_related("household").get(name="見本 花子", birth_date=date(1992, 5, 14))
    assert hanako.household.municipality_code == "04202"
    assert list(hanako.household.members.order_by("pk").values_list("relation", "name", "birth_date"))[1:] == [
        ("spouse", "見本 一郎", date(1990, 11, 3)),
        ("child", "見本 ひかり", date(2018, 4, 20)),
        ("child", "見本 はるか", date(2024, 6, 8)),
        ("child", "見本 そら", date(2025, 9, 2)),
    ]


def test_loading_twice_changes_nothing() -> None:
    load_population(residents=300)
    before = _everyone()
    assert load_population(residents=300).seconds is None
    assert _everyone() == before
    with pytest.raises(OtherDemonstrationError):
        load_population(residents=400)


def test_the_same_people_on_every_machine() -> None:
    load_population(residents=300)
    before = _everyone()
    Resident.objects.all().delete()
    Household.objects.all().delete()
    load_population(residents=300)
    assert _everyone() == before


def test_real_residents_are_left_alone() -> None:
    household = Household.objects.create(municipality_code="04202", address="宮城県石巻市")
    Resident.objects.create(
        household=household, relation="head", name="本物", name_key="本物", birth_date=date(1980, 1, 1), gender="0"
    )
    with pytest.raises(RealResidentsError):
        load_population(residents=300)
    assert Resident.objects.count() == 1


def test_refused_where_it_is_no_demonstration(settings: Settings) -> None:
    settings.DEMONSTRATION = False
    with pytest.raises(NoDemonstrationError):
        load_population(residents=300)
    settings.DEMONSTRATION = True
    with pytest.raises(TooFewResidentsError):
        load_population(residents=10)


def test_cards_of_adults_the_story_first() -> None:
    load_population(residents=3000)
    path, count = write_cards()
    cards = json.loads(path.read_text(encoding="utf-8"))
    assert len(cards) == count <= 2000
    assert cards[0]["name"] == "見本 花子"
    assert (cards[0]["birthdate"], cards[0]["gender"], cards[0]["story"]) == ("19920514", "2", True)
    order = [card["story"] for card in cards]
    assert order == sorted(order, reverse=True)
    assert len({card["id"] for card in cards}) == count
    assert all(card["birthdate"] <= "20081001" for card in cards)
    residents = Resident.objects.in_bulk([card["id"] for card in cards])
    assert len(residents) == count


def test_an_older_demonstration_gets_who_was_added_to_the_story_since() -> None:
    load_population(residents=200)
    everyone = _everyone()
    Resident.objects.filter(name="見本 ひかり").delete()
    stranger = Resident.objects.exclude(household__members__name="見本 花子").first()
    assert stranger
    stranger.pk = person_id("04999", 1, 1)
    stranger.save(force_insert=True)
    for _again in range(2):
        load_population(residents=200)
    child = Resident.objects.get(name="見本 ひかり")
    assert child.household == Resident.objects.get(name="見本 花子").household
    assert len(_everyone()) == len(everyone) + 1
    with pytest.raises(OtherDemonstrationError):
        load_population(residents=201)
