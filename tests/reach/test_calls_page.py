"""Everybody who is to be called, on pages of their own."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.journeys.conftest import accessible  # noqa: F401 - a fixture
from tests.reach.desk import officer, signed_in
from tests.reach.warned import CITY, TOWN, Danger, danger, resident
from todoke.faces.console import calls
from todoke.kernel import clock
from todoke.loops.reach.actions.calls import take_call
from todoke.loops.reach.calling import Callee, Heard
from todoke.loops.reach.models import Call, Situation
from todoke.loops.reach.types import Variant
from todoke.registry.people.models import AccessEntry, Resident
from todoke.registry.places.actions import load_places

pytestmark = pytest.mark.django_db
People = tuple[Danger, list[Resident]]


@pytest.fixture(autouse=True)
def miyagi(settings: Settings, tmp_path: Path, db: None) -> None:
    settings.STATE = tmp_path
    load_places(prefecture_code="04")


@pytest.fixture
def people() -> People:
    """Four to call in the city: one asked, one on oxygen and one old and alone are silent, one baby's was not reached;
    and one in the town.
    """
    now, found = danger(), [resident() for _ in range(5)]
    names = ("見本 一", "見本 二", "見本 三", "見本 四", "例示 五")
    for person, name in zip(found, names, strict=True):
        person.name = name
        person.save()
    since = clock.now() - timedelta(minutes=5)
    about: list[dict[str, object]] = [
        {"heard": Heard.HELP},
        {"heard": Heard.SILENT, "need": Variant.ELECTRICITY},
        {"heard": Heard.SILENT, "age": 80, "alone": True},
        {"heard": Heard.UNREACHED, "infant": True, "alone": True},
        {"heard": Heard.SILENT, "need": Variant.DIALYSIS, "municipality": TOWN},
    ]
    callees = [
        Callee(**{"resident": one.pk, "message": one.pk, "municipality": CITY, "since": since, **more})  # type: ignore[arg-type]
        for one, more in zip(found, about, strict=True)
    ]
    Situation.objects.create(
        incident=now.incident, counted_at=clock.now(), callees=[callee.as_json() for callee in callees]
    )
    return now, found


def address(now: Danger) -> str:
    return f"/console/situation/{now.incident.pk}/calls/"


def test_all_of_a_desk_are_listed_and_see_that_they_were(people: People) -> None:
    now, (one, two, three, four, other) = people
    page = signed_in(officer("c", CITY)).get(address(now)).content.decode()
    for person in (one, two, three, four):
        assert person.name in page
    assert other.name not in page
    assert AccessEntry.objects.filter(resident=one).count() == 1
    assert not AccessEntry.objects.filter(resident=other).exists()
    assert other.name in signed_in(officer("p")).get(address(now)).content.decode()
    assert signed_in(officer("x", CITY, function="childcare")).get(address(now)).status_code == 404


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"heard": "help"}, "一"),
        ({"heard": "silent"}, "二三五"),
        ({"heard": "unreached"}, "四"),
        ({"why": "electricity"}, "二"),
        ({"why": "elderly_alone"}, "三"),
        ({"area": TOWN}, "五"),
        ({"area": CITY, "heard": "silent"}, "二三"),
        ({"state": "untouched"}, "二三四五"),
        ({"state": "mine"}, "一"),
        ({"state": "done"}, ""),
    ],
)
def test_by_district_reason_and_state(people: People, query: dict[str, str], shown: str) -> None:
    now, found = people
    me = officer("p")
    take_call(officer=me, incident=now.incident, resident_id=found[0].pk, seen=0)
    page = signed_in(me).get(address(now), query).content.decode()
    assert "".join(one.name[-1] for one in found if one.name in page) == shown


def test_page_by_page_only_who_is_shown_was_looked_at(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    now, found = people
    monkeypatch.setattr(calls, "PAGE", 3)
    client = signed_in(officer("c", CITY))
    page = client.get(address(now), {"area": CITY}).content.decode()
    assert found[3].name not in page
    assert not AccessEntry.objects.filter(resident=found[3]).exists()
    assert "?area=04202&amp;page=2" in page
    assert found[3].name in client.get(address(now), {"area": CITY, "page": "2"}).content.decode()


def test_somebody_is_taken_and_resolved_there_as_on_the_board(people: People) -> None:
    now, found = people
    client = signed_in(officer("c", CITY))
    form = {"resident": str(found[1].pk), f"seen-{found[1].pk}": "0", "deed": "take"}
    answer = client.post(f"{address(now)}?heard=silent", form)
    assert answer.headers["Location"] == f"{address(now)}?heard=silent&chosen={found[1].pk}"
    assert client.post(address(now), form).status_code == 409
    assert client.post(address(now), {"deed": "take"}).status_code == 422
    other = {"resident": str(found[4].pk), f"seen-{found[4].pk}": "0", "deed": "take"}
    Resident.objects.get(pk=found[4].pk).household.__class__.objects.filter(pk=found[4].household_id).update(
        municipality_code=TOWN
    )
    assert client.post(address(now), other).status_code == 403
    done = {**form, f"seen-{found[1].pk}": "1", "deed": "resolve", "note": "電話で無事"}
    client.post(address(now), done)
    assert (Call.objects.get().state, Call.objects.get().note) == ("resolved", "電話で無事")
    assert found[1].name not in client.get(address(now)).content.decode()
    assert "電話で無事" in client.get(address(now), {"state": "done"}).content.decode()
    board = client.get(f"/console/situation/{now.incident.pk}/").content.decode()
    assert "全件 3" in board


@pytest.mark.browser
def test_by_keyboard(
    live_server: LiveServer,
    page_desktop: Page,
    people: People,
    accessible: Callable[[Page], None],  # noqa: F811
) -> None:
    now, found = people
    client = signed_in(officer("p"))
    page_desktop.context.add_cookies(
        [{"name": "todoke", "value": client.cookies["todoke"].value, "url": live_server.url}]
    )
    page_desktop.goto(live_server.url + address(now))
    accessible(page_desktop)
    page_desktop.keyboard.press("j")
    page_desktop.keyboard.press("j")
    expect(page_desktop.locator(f'input[value="{found[1].pk}"]')).to_be_checked()
    page_desktop.keyboard.press("a")
    expect(page_desktop.get_by_text("受持ち 自分")).to_be_visible()
    expect(page_desktop.locator(f'input[value="{found[1].pk}"]')).to_be_checked()
    page_desktop.set_viewport_size({"width": 390, "height": 844})
    accessible(page_desktop)
