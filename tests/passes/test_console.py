"""The officers' side: enrolling devices, the list of who is there, corrections, cards; and the resident's own page."""

import re
from uuid import UUID

import pytest
from django.test import Client

from tests.apply.test_access import signed_in
from tests.passes.conftest import Door, shelter
from tests.passes.test_door import find, send
from todoke.exchange.passes import queries
from todoke.exchange.passes.actions.passes import code_of, pass_of
from todoke.exchange.passes.models import Pass, Reader
from todoke.exchange.passes.numbers import in_fours
from todoke.exchange.passes.types import Headcount
from todoke.kernel.models import AuditEntry
from todoke.registry.organisations.models import Membership, Officer, Organisation
from todoke.registry.organisations.types import OrganisationKind, Role
from todoke.registry.people.models import AccessEntry


def officer(login: str, function: str, municipality: str, role: Role = Role.OFFICER) -> Client:
    office, _made = Organisation.objects.get_or_create(
        code=f"{municipality or '04'}-{function}",
        defaults={
            "kind": OrganisationKind.OFFICE,
            "function": function,
            "municipality_code": municipality,
            "name": "危機管理課",
            "name_en": "Crisis Management Office",
        },
    )
    person = Officer.objects.create(login=login, name=f"試験 {login}")
    Membership.objects.create(officer=person, organisation=office, role=role)
    return signed_in(person)


@pytest.fixture
def desk(door: Door) -> Client:
    """An officer of the crisis office of the school's city."""
    return officer("desk", "crisis", "04202")


def path(door: Door, rest: str = "") -> str:
    return f"/console/check-in/{door.school.pk}/{rest}"


def opened(desk: Client, door: Door) -> None:
    desk.post(path(door, "people/"), {"reason": "安否の問い合わせ"})


def test_only_crisis_offices_of_the_place_and_the_prefecture_may(door: Door, desk: Client) -> None:
    assert desk.get(path(door)).status_code == 200
    assert officer("all", "crisis", "").get(path(door)).status_code == 200
    refused = (
        officer("childcare", "childcare", "04202"),
        officer("elsewhere", "crisis", "04203"),
        officer("auditor", "crisis", "04202", Role.AUDITOR),
        signed_in(door.mother),
    )
    for client in refused:
        for rest in ("", "people/"):
            assert client.get(path(door, rest)).status_code in {302, 404}
        for rest in ("readers/", "people/1/", "people.csv", f"readers/{door.reader.pk}/end/"):
            answer = client.post(path(door, rest), {"label": "x", "reason": "x", "deed": "out"})
            assert answer.status_code in {302, 404}
            assert "login" in answer.headers.get("Location", "login")
    assert Reader.objects.filter(ended_at=None).count() == 1


def test_an_officer_enrols_a_device_and_ends_it(door: Door, desk: Client) -> None:
    assert desk.post(path(door, "readers/"), {"label": " "}).status_code == 422
    page = desk.post(path(door, "readers/"), {"label": "入口2"}).content.decode()
    address = re.search(r"http://localhost:8000(/reader/enrol/[^/]+/)", page)
    assert address
    assert "qr-code" in page
    device = Client()
    assert device.post(address[1], {"operator": "仮名 葵"}).status_code == 302
    page = desk.get(path(door)).content.decode()
    assert "入口2" in page
    assert "仮名 葵" in page
    assert address[1] not in page
    made = Reader.objects.get(label="入口2")
    desk.post(path(door, f"readers/{made.pk}/end/"))
    assert device.get("/reader/").status_code == 404
    assert "入口2" not in desk.get(path(door)).content.decode()
    assert AuditEntry.objects.filter(action="reader.end").count() == 1


def test_the_list_needs_a_reason_and_leaves_rows(door: Door, desk: Client) -> None:
    send(door.device(), {"residents": [str(pk) for pk in door.family]})
    send(door.device(), {"visitor": {"name": "架空 誠", "town": "東京都", "people": "2"}})
    assert "見本" not in desk.get(path(door, "people/")).content.decode().replace("見本中学校", "")
    assert desk.post(path(door, "people/"), {"reason": " "}).status_code == 422
    opened(desk, door)
    page = desk.get(path(door, "people/")).content.decode()
    for words in ("見本 花子", "見本 トミ", "架空 誠"):
        assert words in page
    row = AccessEntry.objects.get(resident=door.mother, actor__startswith="officer:")
    assert (row.reason, row.purpose, row.actor_name) == ("安否の問い合わせ", "避難者名簿", "危機管理課")
    desk.get(path(door, "people/"))
    assert AccessEntry.objects.filter(actor__startswith="officer:").count() == 4
    narrowed = desk.get(path(door, "people/") + "?q=花子").content.decode()
    assert "見本 トミ" not in narrowed


def test_the_list_as_csv_with_a_reason_of_its_own(door: Door, desk: Client) -> None:
    send(door.device(), {"residents": [str(door.mother.pk)]})
    send(door.device(), {"visitor": {"name": "=1+1"}})
    assert desk.post(path(door, "people.csv"), {}).status_code == 422
    answer = desk.post(path(door, "people.csv"), {"reason": "県への報告"})
    text = answer.content.decode()
    assert text.startswith("\ufeff名前,読み")
    assert "見本 花子,ミホン ハナコ,1988-05-14" in text
    assert "'=1+1" in text
    assert AuditEntry.objects.get(action="shelter.people-download").detail["reason"] == "県への報告"
    assert AccessEntry.objects.filter(resident=door.mother, reason="県への報告").exists()


def test_an_officer_puts_one_person_right(door: Door, desk: Client) -> None:
    other = shelter("04202-9", "試験小学校")
    send(door.device(), {"residents": [str(pk) for pk in door.family]})
    rows = {row.resident_id: row.pk for row in queries.people_in(door.school)}

    def put_right(who: UUID, **said: str) -> int:
        return desk.post(path(door, f"people/{rows[who]}/"), said).status_code

    assert put_right(door.father.pk, deed="out") == 404
    opened(desk, door)
    assert put_right(door.father.pk, deed="out") == 302
    assert put_right(door.mother.pk, deed="moved", shelter="どこか") == 422
    assert put_right(door.mother.pk, deed="moved", shelter="試験小学校") == 302
    assert put_right(door.daughter.pk, deed="void") == 302
    assert queries.headcounts() == {door.school.pk: Headcount(1, 1), other.pk: Headcount(1, 1)}
    assert {p.resident_id for p in door.school.presences.filter(present=False)} == {door.father.pk}
    assert put_right(door.mother.pk, deed="out") == 404


def test_the_desk_sees_its_shelters_and_its_people_elsewhere(door: Door, desk: Client) -> None:
    hall = door.hall
    send(door.device(), {"residents": [str(door.mother.pk), str(door.neighbour.pk)]})
    page = desk.get("/console/check-in/").content.decode()
    assert "見本中学校 体育館" in page
    assert hall.name not in page
    other = officer("shiogama", "crisis", "04203")
    page = other.get("/console/check-in/").content.decode()
    assert "ほかの市町村の避難所にいる人" in page
    assert "見本中学校 体育館" in page
    assert f"/console/check-in/{door.school.pk}/" not in page
    assert "例示公民館" in other.get("/console/check-in/?q=例示").content.decode()


def test_cards_for_people_without_a_phone(door: Door, desk: Client) -> None:
    bad = desk.post("/console/check-in/cards/", {"people": "見本 トミ 1947-9-9\nだれか 1950-1-1\n例示 正 1988-5-14"})
    assert bad.status_code == 422
    assert "<li>だれか 1950-1-1</li><li>例示 正 1988-5-14</li>" in bad.content.decode()
    page = desk.post("/console/check-in/cards/", {"people": "見本 トミ S22.9.9"}).content.decode()
    number = in_fours(pass_of(door.grandmother).number)
    assert number in page
    assert page.count("qr-code") == 1
    assert "見本 トミ" in find(door.device(), number)
    page = desk.post("/console/check-in/cards/", {"people": "見本 トミ S22.9.9", "family": "1"}).content.decode()
    assert page.count("qr-code") == 4
    assert AccessEntry.objects.filter(purpose="避難所の受付カードを作るため").count() == 4


def test_a_resident_sees_their_code_and_their_family(door: Door) -> None:
    client = signed_in(door.mother)
    send(door.device(), {"residents": [str(door.daughter.pk)]})
    page = client.get("/pass/").content.decode()
    assert in_fours(pass_of(door.mother).number) in page
    assert "見本中学校 体育館" in page
    assert page.count("まだ、避難所で受付していません") == 3
    held = signed_in(door.daughter).get("/my-data/download/").json()
    assert [(one["shelter"], one["what"]) for one in held["check_ins"]] == [("見本中学校 体育館", "in")]
    old = code_of(pass_of(door.mother))
    client.post("/pass/renew/")
    assert "新しいものに替わっています" in find(door.device(), old)
    assert Pass.objects.filter(resident=door.mother).count() == 2
