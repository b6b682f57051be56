"""The page at the door, as a browser without scripts and a device with them use it."""

import json
import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.passes.conftest import Door
from todoke.exchange.passes import queries
from todoke.exchange.passes.actions.passes import code_of, pass_of
from todoke.exchange.passes.actions.readers import end_reader, enrol_reader
from todoke.exchange.passes.models import Reader, Scan
from todoke.exchange.passes.numbers import in_fours
from todoke.exchange.passes.types import Headcount
from todoke.kernel import clock
from todoke.kernel.models import AuditEntry
from todoke.registry.people.models import AccessEntry
from todoke.registry.places.models import ShelterState


def find(device: Client, text: str, **more: str) -> str:
    return device.post("/reader/find/", {"q": text, **more}).content.decode()


def fields(page: str) -> dict[str, Any]:
    """Of the panel's form, as a browser would send it."""
    form = re.search(r'<form class="door-panel".*?</form>', page, re.DOTALL)
    assert form, page
    found: dict[str, Any] = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form[0]))
    found["residents"] = re.findall(r'name="residents" value="([^"]+)" checked', form[0])
    return found


def send(device: Client, *steps: dict[str, Any], ago: float = 0, **more: Any) -> dict[str, Any]:
    """What the page's script does; the steps happened ``ago`` minutes before."""
    now = clock.now()
    entries = [{"at": (now - timedelta(minutes=ago)).isoformat(), "nonce": str(uuid4()), **one} for one in steps]
    body = {"sent_at": now.isoformat(), "waiting": len(entries), "entries": entries, **more}
    answer = device.post("/reader/scans/", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_a_device_becomes_a_reader_by_a_link_that_works_once(door: Door) -> None:
    _reader, secret = enrol_reader(shelter=door.school, label="入口2", by="officer:1")
    device = Client()
    assert device.get("/reader/").status_code == 404
    for _look in range(2):
        page = device.get(f"/reader/enrol/{secret}/")
        assert "見本中学校 体育館" in page.content.decode()
    answer = device.post(f"/reader/enrol/{secret}/", {"operator": "仮名 葵"})
    cookie = answer.cookies["todoke-reader"]
    assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/reader/", "Lax")
    assert "係 仮名 葵" in device.get("/reader/").content.decode()
    for client in (Client(), device):
        assert client.post(f"/reader/enrol/{secret}/", {"operator": "x"}).status_code == 404
    assert cookie.value not in str(list(Reader.objects.values()))
    assert AuditEntry.objects.filter(action="reader.take-up").count() == 2


def test_a_link_has_an_end(door: Door) -> None:
    reader, secret = enrol_reader(shelter=door.school, label="入口2", by="officer:1")
    Reader.objects.filter(pk=reader.pk).update(code_ends_at=clock.now())
    assert Client().get(f"/reader/enrol/{secret}/").status_code == 404


def test_a_family_by_its_code_without_scripts(door: Door) -> None:
    device = door.device()
    page = find(device, code_of(pass_of(door.mother)))
    assert "見本 トミ" in page
    assert "79歳" in page
    assert "石巻市見本町" not in page
    assert "data-at-once" not in page
    said = fields(page)
    assert len(said["residents"]) == 4
    answer = device.post("/reader/check-in/", {**said, "kind": "in"})
    again = device.post("/reader/check-in/", {**said, "kind": "in"})
    assert answer.headers["Location"] == again.headers["Location"]
    page = device.get(answer.headers["Location"]).content.decode()
    assert "家族4人" in page
    assert "受付済み" in page
    assert "<strong>4</strong>" in page
    assert "<strong>636</strong>" in page
    assert "ほか3人" in page
    assert queries.headcount(door.school) == Headcount(4, 1)
    scan = Scan.objects.first()
    assert scan
    assert (scan.how, scan.by, scan.by_name, scan.reader) == (
        "code",
        f"reader:{door.reader.pk}",
        "試験 太郎",
        door.reader,
    )


def test_who_came_alone_of_a_family_and_who_lives_alone(door: Door) -> None:
    device = door.device()
    said = fields(find(device, in_fours(pass_of(door.mother).number)))
    assert said["how"] == "card"
    device.post("/reader/check-in/", {**said, "only": str(door.mother.pk)})
    assert queries.headcount(door.school) == Headcount(1, 1)
    page = find(device, code_of(pass_of(door.neighbour)))
    assert "data-at-once" in page


def test_who_is_here_already_is_not_put_out_by_a_second_scan(door: Door) -> None:
    device = door.device()
    code = code_of(pass_of(door.neighbour))
    device.post("/reader/check-in/", {**fields(find(device, code)), "kind": "in"})
    page = find(device, code)
    assert "もう受付済みです" in page
    assert "data-at-once" not in page
    assert "button-solid" not in page.split('id="by-hand"')[0].split('class="door-panel"')[1]
    page = find(device, code, kind="out")
    assert "出る人" not in page
    device.post("/reader/check-in/", {**fields(page), "kind": "out"})
    assert queries.headcount(door.school) == Headcount()


def test_a_member_at_another_shelter_is_not_taken_along(door: Door) -> None:
    send(door.device(), {"residents": [str(door.father.pk)]})
    _reader, secret = enrol_reader(shelter=door.hall, label="玄関", by="officer:1")
    other = Client()
    other.post(f"/reader/enrol/{secret}/", {"operator": "仮名 葵"})
    page = find(other, code_of(pass_of(door.mother)))
    assert "いまは見本中学校 体育館" in page
    assert str(door.father.pk) not in fields(page)["residents"]
    send(door.device(), {"residents": [str(door.father.pk)], "private": True})
    assert "見本中学校" not in find(other, code_of(pass_of(door.mother)))


def test_by_name_and_birthday_with_the_rows_that_they_see(door: Door) -> None:
    device = door.device()
    page = find(device, "見本 花子 昭和63年5月14日")
    assert fields(page)["how"] == "search"
    rows = AccessEntry.objects.filter(actor=f"reader:{door.reader.pk}")
    assert {row.resident for row in rows} == {door.mother, door.father, door.daughter, door.grandmother}
    first = rows[0]
    assert (first.actor_name, first.purpose, first.keys) == (
        "見本中学校 体育館",
        "避難所の受付",
        ["birth_date", "name"],
    )
    find(device, "見本 花子 1988-5-14")
    assert rows.count() == 4
    door.neighbour.name_kana = "ミホン タダシ"
    door.neighbour.save()
    page = find(device, "みほん 1988-5-14")
    assert "どの人ですか" in page
    assert page.count('name="resident"') == 2
    page = device.post("/reader/find/", {"resident": str(door.neighbour.pk)}).content.decode()
    assert fields(page)["residents"] == [str(door.neighbour.pk)]


def test_what_cannot_be_found_is_said_and_kept(door: Door) -> None:
    device = door.device()
    for text, words in (
        ("見本", "名前と生年月日を続けて"),
        ("だれか 1988-5-14", "見つかりません"),
        ("TDP1ABC", "読めません"),
        ("\0", "名前と生年月日を続けて"),
    ):
        answer = device.post("/reader/find/", {"q": text}, headers={"X-Part": "result"})
        assert answer.status_code == 422
        assert words in answer.content.decode()
        assert "<html" not in answer.content.decode()
    assert device.post("/reader/find/", {"resident": str(uuid4())}).status_code == 422
    assert device.post("/reader/find/", {"replaces": str(uuid4())}).status_code == 422


def test_somebody_without_a_code_by_hand(door: Door) -> None:
    device = door.device()
    form = {
        "nonce": str(uuid4()),
        "how": "hand",
        "name": "架空 誠",
        "birth_date": "S45.1.1",
        "town": "",
        "people": "３",
    }
    answer = device.post("/reader/check-in/", form)
    page = device.get(answer.headers["Location"]).content.decode()
    assert "架空 誠 ほか2人" in page
    assert "人数を直す" not in page
    bad = device.post("/reader/check-in/", {**form, "nonce": str(uuid4()), "birth_date": "きのう"})
    assert bad.status_code == 422
    assert "生年月日を確かめてください" in bad.content.decode()
    assert 'value="きのう"' in bad.content.decode()
    assert queries.headcount(door.school) == Headcount(3, 1)


def test_a_step_is_put_right_and_taken_back(door: Door) -> None:
    device = door.device()
    nonce = str(uuid4())
    send(device, {"nonce": nonce, "residents": [str(pk) for pk in door.family]})
    page = device.post("/reader/find/", {"replaces": nonce}).content.decode()
    said = fields(page)
    assert len(said["residents"]) == 4
    assert said["replaces"] == nonce
    device.post("/reader/check-in/", {**said, "residents": said["residents"][:2], "kind": "in"})
    assert queries.headcount(door.school) == Headcount(2, 1)
    void = {"nonce": str(uuid4()), "kind": "void", "replaces": said["nonce"]}
    page = device.get(device.post("/reader/check-in/", void).headers["Location"]).content.decode()
    assert "取り消しました" in page
    assert queries.headcount(door.school) == Headcount()


def test_what_lay_on_the_device_is_sent_later_and_twice(door: Door) -> None:
    device = door.device()
    steps = [
        {"nonce": str(uuid4()), "residents": [str(door.mother.pk)]},
        {"nonce": str(uuid4()), "code": code_of(pass_of(door.neighbour)), "how": "code"},
        {"nonce": str(uuid4()), "visitor": {"name": "架空 誠", "people": "2"}},
        {"nonce": str(uuid4()), "residents": ["x"]},
        {"nonce": str(uuid4())},
    ]
    first = send(device, *steps, ago=40, waiting=12)
    assert [one["state"] for one in first["results"]] == ["new", "new", "new", "refused", "refused"]
    assert "<strong>4</strong>" in first["head"]
    assert "架空 誠" in first["result"]
    second = send(device, *steps, ago=40)
    assert [one["state"] for one in second["results"]] == ["known", "known", "known", "refused", "refused"]
    assert queries.headcount(door.school) == Headcount(4, 3)
    door.reader.refresh_from_db()
    assert door.reader.waiting == 0
    send(device, steps[0], waiting=8)
    door.reader.refresh_from_db()
    assert door.reader.waiting == 7


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        '{"sent_at": "x", "entries": []}',
        '{"sent_at": "2026-11-27T00:00Z", "entries": 5}',
        "[" * 9000,
    ],
)
def test_what_is_no_upload_is_refused(door: Door, body: str) -> None:
    answer = door.device().post("/reader/scans/", body, content_type="application/json")
    assert answer.status_code == 422


def test_odd_entries_are_refused_one_by_one(door: Door) -> None:
    odd: list[Any] = [
        5,
        None,
        {"nonce": "1"},
        {"nonce": str(uuid4()), "at": "yesterday"},
        {"nonce": str(uuid4()), "kind": "maybe", "residents": [str(door.mother.pk)]},
        {"nonce": str(uuid4()), "visitor": "x"},
        {"nonce": str(uuid4()), "visitor": {"name": "\0"}},
        {"nonce": str(uuid4()), "replaces": "\0"},
    ]
    now = clock.now().isoformat()
    entries = [{"at": now, **one} if isinstance(one, dict) else one for one in odd]
    body = json.dumps({"sent_at": now, "entries": entries})
    answer = door.device().post("/reader/scans/", body, content_type="application/json")
    assert {one["state"] for one in answer.json()["results"]} == {"refused"}
    assert Scan.objects.count() == 0


def test_a_clock_from_another_century_is_borne(door: Door) -> None:
    device = door.device()
    for at, sent in (("1970-01-01T00:00:00Z", "1970-01-01T00:05:00Z"), ("9999-12-31T23:59:59Z",) * 2):
        step = {"nonce": str(uuid4()), "at": at, "residents": [str(door.mother.pk)]}
        body = json.dumps({"sent_at": sent, "entries": [step]})
        answer = device.post("/reader/scans/", body, content_type="application/json")
        assert answer.json()["results"][0]["state"] == "new"
    assert queries.headcount(door.school) == Headcount(1, 1)


def test_a_reader_ends_with_its_shelter_but_sends_what_it_recorded_before(door: Door) -> None:
    device = door.device()
    ShelterState.objects.create(shelter=door.school, state="closed", at=clock.now(), actor="officer:1", actor_name="x")
    assert device.get("/reader/").status_code == 404
    assert "残っている記録を送ります" in device.get("/reader/").content.decode()
    assert device.post("/reader/find/", {"q": "見本 花子 1988-5-14"}).status_code == 404
    before = send(device, {"residents": [str(door.mother.pk)]}, ago=5)
    after = send(device, {"residents": [str(door.father.pk)]})
    assert before["results"][0]["state"] == "new"
    assert after["results"][0]["state"] == "refused"
    assert "result" not in after
    ShelterState.objects.create(shelter=door.school, state="open", at=clock.now(), actor="officer:1", actor_name="x")
    assert device.get("/reader/").status_code == 404


def test_a_reader_that_was_ended_by_hand_sends_nothing_more(door: Door) -> None:
    device = door.device()
    end_reader(reader=door.reader, by="officer:1")
    assert device.get("/reader/").status_code == 404
    answer = device.post("/reader/scans/", "{}", content_type="application/json")
    assert answer.status_code == 404
    assert not queries.standing_readers(door.school).exists()


def test_nothing_is_kept_by_the_browser_and_no_other_site_can_post(door: Door) -> None:
    device = door.device()
    page = device.get("/reader/")
    assert page.headers["Cache-Control"] == "private, no-store"
    assert b" style=" not in page.content
    assert b"<script>" not in page.content
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["todoke-reader"] = door.token
    assert strict.post("/reader/scans/", "{}", content_type="application/json").status_code == 403


def test_the_person_at_the_door_changes(door: Door) -> None:
    device = door.device()
    device.post("/reader/operator/", {"operator": "仮名 葵"})
    assert "係 仮名 葵" in device.get("/reader/").content.decode()


def test_what_a_device_keeps_names_nobody_and_has_every_file(door: Door) -> None:
    device = door.device()
    send(device, {"residents": [str(door.mother.pk)]})
    page, kept = device.get("/reader/").content.decode(), device.get("/reader/shell/").content.decode()
    assert "見本 花子" in page
    for words in ("見本 花子", "試験 太郎"):
        assert words not in kept
    assert "見本中学校 体育館" in kept
    script = Client().get("/reader/sw.js")
    assert script.headers["Cache-Control"] == "no-cache"
    for path in re.findall(r'(?:href|src)="(/static/[^"]+)"', page):
        assert f'"{path}"' in script.content.decode().replace("\\u002D", "-")
    assert Client().get("/reader/shell/").status_code == 404
    end_reader(reader=door.reader, by="officer:1")
    assert device.get("/reader/shell/").status_code == 404


def test_public_keys_are_there_for_everybody(door: Door) -> None:
    pass_of(door.mother)
    code_of(pass_of(door.mother))
    answer = Client().get("/reader/keys.json")
    assert answer.json()["keys"][0]["kty"] == "OKP"


def test_somebody_noted_by_hand_leaves(door: Door) -> None:
    device = door.device()
    send(device, {"visitor": {"name": "架空 誠", "birth_date": "S45.1.1", "people": "3"}})
    send(device, {"visitor": {"name": "仮名 葵"}})
    page = find(device, "架空誠 1970-1-1")
    assert "もう受付済みです" in page
    visitor = re.findall(r'name="visitors" value="([^"]+)"', page)
    assert queries.headcount(door.school) == Headcount(4, 2)
    device.post("/reader/check-in/", {"nonce": str(uuid4()), "visitors": visitor, "kind": "out"})
    assert queries.headcount(door.school) == Headcount(1, 1)
    assert 'name="visitors"' in find(device, "仮名 葵")
    assert 'name="visitors"' not in find(device, "架空 誠")
