"""The page on which a resident prepares for a disaster."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.people.conftest import resident
from todoke.kernel import sessions
from todoke.kernel.clock import now
from todoke.kernel.errors import NotFoundError
from todoke.registry.people import helpers
from todoke.registry.people.models import AccessEntry, Helper, Identity, Resident, Whereabouts
from todoke.registry.people.queries import own_facts
from todoke.registry.places.models import Municipality, Shelter


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.STATE = tmp_path
    return tmp_path


def as_resident(who: Resident) -> Client:
    client, store = Client(), sessions.SessionStore()
    store[sessions.PRINCIPAL] = f"resident:{who.pk}"
    store.create()
    client.cookies["todoke"] = store.session_key or ""
    return client


def with_card(who: Resident) -> Resident:
    Identity.objects.create(issuer="x", subject=who.name, resident=who, first_used_at=now(), last_used_at=now())
    return who


@pytest.fixture
def mother(db: None) -> Resident:
    return with_card(resident("見本 花子"))


@pytest.fixture
def grandfather(mother: Resident) -> Resident:
    return resident("見本 一郎", date(1938, 1, 1), "parent", mother.household)


def page(client: Client, **query: str) -> str:
    shown = client.get(reverse("portal:prepared"), query).content.decode()
    return re.sub("<wbr>|</?span[^>]*>|\u200b", "", shown)


def test_the_page_says_first_what_is_missing(mother: Resident) -> None:
    client = as_resident(mother)
    assert "助けがいるか" in page(client)
    client.post(reverse("portal:prepared-needs"), {"need": ["needs.hearing"]})
    assert "まだ決まっていません" in page(client)
    facts = own_facts(mother)
    assert facts["needs.hearing"].value is True
    assert facts["needs.dialysis"].value is False
    asked = {"name": "隣の修さん", "relation": "neighbour", "agreed": "yes"}
    assert "data-code" in client.post(reverse("portal:prepared-help-ask"), asked).content.decode()
    assert "備えができています" in page(client)


def test_who_is_asked_and_agreed_is_written_down_as_one_or_not_at_all(
    mother: Resident, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(**_given: object) -> None:
        raise NotFoundError

    monkeypatch.setattr(helpers, "note_agreement", fails)
    asked = {"name": "隣の修さん", "relation": "neighbour", "agreed": "yes"}
    assert as_resident(mother).post(reverse("portal:prepared-help-ask"), asked).status_code == 404
    assert not Helper.objects.exists()


def test_a_code_makes_a_helper_who_sees_whom_they_help(mother: Resident) -> None:
    shown = as_resident(mother).post(reverse("portal:prepared-help-ask"), {"name": "修", "relation": "neighbour"})
    code = shown.content.decode().partition("data-code>")[2].partition("<")[0]
    neighbour = as_resident(with_card(resident("例示 修")))
    wrong = neighbour.post(reverse("portal:prepared-help-agree"), {"code": "AAAA"})
    assert wrong.status_code == 404
    assert "このコードは使えません" in wrong.content.decode()
    neighbour.post(reverse("portal:prepared-help-agree"), {"code": code})
    assert "見本 花子" in page(neighbour)
    assert Helper.objects.get().agreed_at
    neighbour.post(reverse("portal:prepared-help-end", args=[Helper.objects.get().pk]))
    assert "見本 花子" not in page(neighbour)


def test_the_family_says_what_a_member_without_phone_needs(mother: Resident, grandfather: Resident) -> None:
    client, address = as_resident(mother), reverse("portal:prepared-member", args=[grandfather.pk])
    assert "必要な助けを登録する" in page(client)
    assert client.get(address).status_code == 200
    assert AccessEntry.objects.get(resident=grandfather).actor == f"resident:{mother.pk}"
    said = {"need": ["needs.no_phone", "needs.walking"]}
    client.post(reverse("portal:prepared-member-say", args=[grandfather.pk]), said)
    facts = own_facts(grandfather)
    assert (facts["needs.walking"].value, facts["needs.walking"].agent) == (True, "見本 花子")
    with_card(grandfather)
    assert client.get(address).status_code == 404
    assert client.get(reverse("portal:prepared-member", args=[resident("例示 修").pk])).status_code == 404


def test_a_member_of_the_family_who_has_a_card_is_asked_by_name(mother: Resident, grandfather: Resident) -> None:
    with_card(grandfather)
    as_resident(mother).post(reverse("portal:prepared-help-ask"), {"member": str(grandfather.pk)})
    his = as_resident(grandfather)
    assert "頼まれました" in his.get(reverse("portal:inbox")).content.decode()
    his.post(reverse("portal:prepared-help-agree"), {"helper": str(Helper.objects.get().pk)})
    assert (Helper.objects.get().helper, bool(Helper.objects.get().agreed_at)) == (grandfather, True)
    assert "引き受けました" in as_resident(mother).get(reverse("portal:inbox")).content.decode()
    again = as_resident(mother).post(reverse("portal:prepared-help-ask"), {"member": str(grandfather.pk)})
    assert again.status_code == 422


def test_a_place_is_a_point_of_the_device_or_a_shelter_near_it(mother: Resident) -> None:
    Municipality.objects.create(code="04202", prefecture_code="04", name="石巻市", name_en="Ishinomaki")
    Shelter.objects.create(
        code="s1",
        name="見本小学校",
        municipality_id="04202",
        longitude=141.3,
        latitude=38.4,
        emergency=True,
        designated=True,
        source="test",
        imported_at=now(),
    )
    client, add = as_resident(mother), reverse("portal:prepared-place-add")
    assert "見本小学校" in page(client, place="04202")
    client.post(add, {"kind": "work", "name": "見本商店", "near": "s1"})
    client.post(add, {"kind": "now", "longitude": "141.5", "latitude": "38.2", "hours": "3"})
    assert sorted(Whereabouts.objects.values_list("kind", "longitude")) == [("now", 141.5), ("work", 141.3)]
    assert client.post(add, {"kind": "work"}).status_code == 422
    assert client.post(add, {"kind": "work", "longitude": "inf", "latitude": "38"}).status_code == 422
    client.post(reverse("portal:prepared-place-end", args=[Whereabouts.objects.get(kind="work").pk]))
    assert "見本商店" not in page(client)
