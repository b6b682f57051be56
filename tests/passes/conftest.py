"""A shelter and another, a family of four, and a device at the door."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from todoke.exchange.passes.actions.readers import enrol_reader, take_up_reader
from todoke.exchange.passes.models import Reader
from todoke.kernel.text import search_key
from todoke.registry.people.models import Household, Resident
from todoke.registry.places.models import Municipality, Shelter


def shelter(code: str, name: str, municipality: str = "04202", capacity: int | None = 640) -> Shelter:
    town, _made = Municipality.objects.get_or_create(
        code=municipality, defaults={"prefecture_code": "04", "name": f"市{municipality}", "name_en": "City"}
    )
    return Shelter.objects.create(
        code=code,
        name=name,
        municipality=town,
        longitude=141.3,
        latitude=38.4,
        emergency=True,
        designated=True,
        hazards=["tsunami"],
        capacity=capacity,
        source="test",
        imported_at=timezone.now(),
    )


def resident(name: str, kana: str, born: date, home: Household, relation: str = "head") -> Resident:
    return Resident.objects.create(
        household=home,
        relation=relation,
        name=name,
        name_kana=kana,
        name_key=search_key(name),
        birth_date=born,
        gender="0",
        demonstration=True,
    )


@dataclass
class Door:
    """Everything that a check-in needs."""

    school: Shelter
    hall: Shelter
    reader: Reader
    token: str
    mother: Resident
    father: Resident
    daughter: Resident
    grandmother: Resident
    neighbour: Resident

    @property
    def family(self) -> tuple[UUID, ...]:
        return self.mother.pk, self.father.pk, self.daughter.pk, self.grandmother.pk

    def device(self) -> Client:
        client = Client()
        client.cookies["todoke-reader"] = self.token
        return client


@pytest.fixture
def door(db: None) -> Door:
    school, hall = shelter("04202-1", "見本中学校 体育館"), shelter("04203-1", "例示公民館", "04203", 100)
    waiting, secret = enrol_reader(shelter=school, label="入口1", by="officer:1")
    reader, token = take_up_reader(secret=secret, operator="試験 太郎")
    assert reader.pk == waiting.pk
    home = Household.objects.create(municipality_code="04202", address="宮城県石巻市見本町1-2-3")
    alone = Household.objects.create(municipality_code="04203", address="宮城県塩竈市例示町4")
    return Door(
        school,
        hall,
        reader,
        token,
        resident("見本 花子", "ミホン ハナコ", date(1988, 5, 14), home),
        resident("見本 一郎", "ミホン イチロウ", date(1985, 1, 2), home, "spouse"),
        resident("見本 さくら", "ミホン サクラ", date(2020, 3, 3), home, "child"),
        resident("見本 トミ", "ミホン トミ", date(1947, 9, 9), home, "parent"),
        resident("例示 正", "レイジ タダシ", date(1988, 5, 14), alone),
    )
