"""Opening and closing shelters at the crisis desk."""

from typing import Any

import pytest
from django.db import connection
from django.urls import reverse

from tests.reach.desk import officer, signed_in
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry
from todoke.registry.places.models import Municipality, Shelter
from todoke.registry.places.queries import states
from todoke.registry.places.types import Openness

LIST, DEED = "console:shelters", "console:shelter-deed"


@pytest.fixture
def towns(db: None) -> None:
    for code, name in (("04202", "石巻市"), ("04205", "気仙沼市")):
        Municipality.objects.create(code=code, prefecture_code="04", name=name, name_en=name)


def made(name: str, code: str = "04202", **values: Any) -> Shelter:
    about: dict[str, Any] = {
        "code": name,
        "name": name,
        "municipality_id": code,
        "longitude": 141.3,
        "latitude": 38.4,
        "emergency": True,
        "designated": True,
        "hazards": ["tsunami"],
        "capacity": 1200,
        "source": "test",
        "imported_at": clock.now(),
    }
    return Shelter.objects.create(**{**about, **values})


def test_a_municipality_sees_its_own(towns: None) -> None:
    made("見本小学校"), made("例示公園", "04205")
    page = signed_in(officer("o", "04202")).get(reverse(LIST))
    text = page.content.decode()
    assert page.status_code == 200
    assert "見本小学校" in text
    assert "例示公園" not in text
    assert "1,200" in text
    client = signed_in(officer("p"))
    assert "例示公園" in client.get(reverse(LIST), {"area": "04205"}).content.decode()
    assert signed_in(officer("q", "04202")).get(reverse(LIST), {"area": "04205"}).status_code == 404


def test_one_press_for_many_or_for_one(towns: None) -> None:
    first, second, third = made("一"), made("二"), made("三")
    client = signed_in(officer("o", "04202"))
    chosen = {"deed": "open", "shelter": [first.pk, second.pk], "reason": "津波警報のため", "area": "04202"}
    answer = client.post(reverse(DEED), chosen)
    assert (answer.status_code, answer["Location"]) == (302, f"{reverse(LIST)}?area=04202")
    client.post(reverse(DEED), {"deed": f"full:{second.pk}", "shelter": [third.pk]})
    found = states()
    assert (found[first.pk].openness, found[second.pk].openness) == (Openness.OPEN, Openness.FULL)
    assert third.pk not in found
    assert found[first.pk].reason == "津波警報のため"
    assert AuditEntry.objects.filter(action="shelter.open").count() == 2
    page = client.get(reverse(LIST), {"state": "full"}).content.decode()
    assert 'aria-label="二"' in page
    assert 'aria-label="一"' not in page


def test_nobody_opens_another_towns(towns: None) -> None:
    mine, other = made("一"), made("二", "04205")
    client = signed_in(officer("o", "04202"))
    assert client.post(reverse(DEED), {"deed": "open", "shelter": [mine.pk, other.pk]}).status_code == 403
    assert client.post(reverse(DEED), {"deed": "burn", "shelter": [mine.pk]}).status_code == 404
    assert client.post(reverse(DEED), {"deed": "open", "shelter": [0]}).status_code == 404
    assert states() == {}
    assert signed_in(officer("x", "04202", function="childcare")).get(reverse(LIST)).status_code == 404


def test_a_withdrawn_shelter_opens_with_none(towns: None) -> None:
    mine, gone = made("一"), made("二", withdrawn_at=clock.now())
    client = signed_in(officer("o", "04202"))
    assert client.post(reverse(DEED), {"deed": "open", "shelter": [mine.pk, gone.pk]}).status_code == 422
    assert states() == {}


def assignments() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT args->>'hazard' FROM procrastinate_jobs WHERE task_name = 'reach.assign_for' AND status = 'todo'"
        )
        return sorted(hazard for (hazard,) in cursor.fetchall())


def test_a_shelter_that_closes_or_opens_has_everybody_assigned_anew_once(towns: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'reach.assign_for'")
    first, second = made("一", hazards=["tsunami", "flood"]), made("二", designated=False)
    client = signed_in(officer("o", "04202"))
    client.post(reverse(DEED), {"deed": "open", "shelter": [first.pk, second.pk], "area": "04202"})
    assert assignments() == []
    client.post(reverse(DEED), {"deed": "close", "shelter": [second.pk], "area": "04202", "reason": "浸水のため"})
    assert assignments() == ["tsunami"]
    client.post(reverse(DEED), {"deed": "full", "shelter": [first.pk], "area": "04202"})
    assert assignments() == ["flood", "missile", "nuclear", "snow", "tsunami"]
    client.post(reverse(DEED), {"deed": "open", "shelter": [first.pk], "area": "04202"})
    assert len(assignments()) == 5
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE task_name = 'reach.assign_for'")
    client.post(reverse(DEED), {"deed": "open", "shelter": [second.pk], "area": "04202"})
    assert assignments() == ["tsunami"]
