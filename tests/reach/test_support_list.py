"""The list of who needs help in a disaster, as the crisis office of a municipality sees it."""

from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.apply.test_access import signed_in
from tests.people.conftest import resident
from todoke.kernel.models import AuditEntry
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role
from todoke.registry.people import helpers
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.models import AccessEntry, Household, Resident
from todoke.registry.people.queries import own_facts
from todoke.registry.people.types import Source


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.STATE = tmp_path
    return tmp_path


@pytest.fixture
def desk(transactional_db: None) -> Officer:
    kind = OrganisationKind
    prefecture = Organisation.objects.create(code="04", kind=kind.PREFECTURE, name="宮城県", name_en="Miyagi")
    city = Organisation.objects.create(
        code="04202", kind=kind.MUNICIPALITY, parent=prefecture, name="石巻市", name_en="Ishinomaki"
    )
    office = Organisation.objects.create(
        code="04202-crisis",
        kind=kind.OFFICE,
        function="crisis",
        parent=city,
        municipality_code="04202",
        name="危機管理課",
        name_en="Crisis",
    )
    officer = Officer.objects.create(login="crisis", name="試験 太郎")
    Membership.objects.create(officer=officer, organisation=office, role=Role.OFFICER)
    return officer


def _opened(desk: Officer) -> Client:
    client = signed_in(desk)
    client.post(reverse("console:support-list"), {"reason": "計画の見直し"})
    return client


def _needing(name: str, *needs: str, home: Household | None = None) -> Resident:
    one = resident(name, date(1940, 1, 1), home=home)
    learn_facts(resident=one, said=dict.fromkeys(needs, True))
    return one


def test_nobody_is_shown_before_a_reason_and_each_sees_that_they_were(desk: Officer) -> None:
    walker, breather = _needing("見本 一郎", "needs.walking"), _needing("例示 トメ", "needs.electricity")
    elsewhere = Household.objects.create(municipality_code="04205", address="気仙沼市")
    _needing("仮名 葵", "needs.walking", home=elsewhere)
    client, address = signed_in(desk), reverse("console:support-list")
    assert "見本 一郎" not in client.get(address).content.decode()
    assert client.post(address, {"reason": " "}).status_code == 422
    shown = _opened(desk).get(address).content.decode()
    assert shown.index("例示 トメ") < shown.index("見本 一郎")
    assert "仮名 葵" not in shown
    entries = AccessEntry.objects.filter(reason="計画の見直し").values_list("resident", flat=True)
    assert set(entries) == {walker.pk, breather.pk}
    assert AuditEntry.objects.get(action="support-list.read").detail == {"people": 2}


def test_who_has_no_helper_is_found(desk: Officer) -> None:
    alone, helped = _needing("見本 一郎", "needs.walking"), _needing("例示 トメ", "needs.sight")
    row, _code = helpers.ask_helper(person=helped, by="x", name="自治会", relation="volunteer", phone="0225000000")
    helpers.note_agreement(helper_id=row.pk, person=helped, by="x")
    helpers.ask_helper(person=alone, by="x", name="返事のない人", relation="volunteer")
    client = _opened(desk)
    everybody = client.get(reverse("console:support-list")).content.decode()
    assert "0225000000" in everybody
    assert "返事のない人" not in everybody
    only = client.get(reverse("console:support-list"), {"alone": "yes"}).content.decode()
    assert "見本 一郎" in only
    assert "例示 トメ" not in only


def test_somebody_without_phone_is_added_at_the_counter(desk: Officer) -> None:
    person = resident("見本 一郎", date(1938, 1, 1))
    client, add = _opened(desk), reverse("console:support-add")
    said = {"name": "見本一郎", "birth_date": "1938-01-01", "need": ["needs.walking"], "helper": "隣の修さん"}
    assert client.post(add, said).status_code == 302
    facts = own_facts(person)
    assert (facts["needs.walking"].value, facts["needs.walking"].source) == (True, Source.OFFICE)
    assert helpers.helpers_of([person.pk])[person.pk][0].name == "隣の修さん"
    assert client.post(add, {**said, "birth_date": "1938-01-02"}).status_code == 422
    assert signed_in(desk).post(add, said).status_code == 422
    Household.objects.filter(pk=person.household_id).update(municipality_code="04205")
    assert client.post(add, said).status_code == 422
