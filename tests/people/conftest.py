"""Two residents who have nothing to do with each other."""

from datetime import date

import pytest

from todoke.kernel.text import search_key
from todoke.registry.people.models import Household, Resident


def resident(
    name: str, born: date = date(1992, 5, 14), relation: str = "head", home: Household | None = None
) -> Resident:
    home = home or Household.objects.create(municipality_code="04202", address="宮城県石巻市見本町1-2-3")
    return Resident.objects.create(
        household=home, relation=relation, name=name, name_key=search_key(name), birth_date=born, gender="2"
    )


@pytest.fixture
def mother(db: None) -> Resident:
    return resident("見本 花子")


@pytest.fixture
def stranger(db: None) -> Resident:
    return resident("例示 修")
