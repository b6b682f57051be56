"""The situation board: right figures, the right people first, nobody's name where it does not belong."""

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.journeys.conftest import accessible  # noqa: F401 - a fixture
from tests.reach.desk import officer, signed_in
from tests.reach.warned import CITY, TOWN, danger, resident, say_open, shelter_at
from todoke.exchange.messages.actions import reply
from todoke.exchange.messages.models import Delivery, Message, Wording
from todoke.exchange.messages.people import people_told
from todoke.exchange.messages.types import Answer
from todoke.kernel import clock
from todoke.loops.reach.actions.calls import forward_call, resolve_call, take_call
from todoke.loops.reach.actions.situations import callees_of, situation_of
from todoke.loops.reach.calling import Callee, Heard, Rank, in_order
from todoke.loops.reach.counting import count_situation
from todoke.loops.reach.errors import CallTakenError, NobodyHelpsError, NotYourPeopleError
from todoke.loops.reach.models import Call, Situation, Telegram
from todoke.loops.reach.types import Change, Variant
from todoke.registry.people.models import AccessEntry, Helper, Resident
from todoke.registry.places.actions import load_places

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def miyagi(settings: Settings, tmp_path: Path, db: None) -> None:
    settings.STATE = tmp_path
    load_places(prefecture_code="04")


def message_of(person: Resident) -> Message:
    return Message.objects.filter(resident=person).latest("created_at")


# Figures


def test_a_person_counts_once_however_often_they_were_told() -> None:
    now, person = danger(), resident()
    first, raised = now.alert(), now.alert("major-warning", Change.RAISED, before="warning")
    abouts = [f"alert:{first.pk}", f"alert:{raised.pk}"]
    now.tell(person, first)
    reply(message=message_of(person), answer=Answer.HELP)
    now.tell(person, raised)
    counted = people_told(abouts).count()[CITY]
    assert (counted["people"], counted["help"]) == (1, 1)
    reply(message=message_of(person), answer=Answer.SAFE)
    counted = people_told(abouts).count()[CITY]
    assert (counted["people"], counted["help"], counted["safe"]) == (1, 0, 1)


def test_the_figures_add_up() -> None:
    now = danger()
    alert = now.alert()
    silent = resident()
    now.tell(silent, alert)
    Delivery.objects.create(
        message=message_of(silent), channel="sms", state="delivered", changed_at=clock.now(), provider_id="1"
    )
    figures = people_told([f"alert:{alert.pk}"]).count()[CITY]
    assert figures == {
        "people": 1,
        "reached": 1,
        "waiting": 0,
        "unreached": 0,
        "silent": 1,
        "safe": 0,
        "moving": 0,
        "help": 0,
    }
    Delivery.objects.filter(channel="sms").update(state="failed", failure="unknown_address")
    figures = people_told([f"alert:{alert.pk}"]).count()[CITY]
    assert (figures["reached"], figures["unreached"], figures["silent"]) == (0, 1, 0)
    Delivery.objects.filter(channel="sms").update(state="sending", failure="")
    figures = people_told([f"alert:{alert.pk}"]).count()[CITY]
    assert (figures["waiting"], figures["unreached"], figures["silent"]) == (1, 0, 1)


def test_a_count_is_shown_with_its_age_and_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    now = danger()
    alert, person = now.alert(), resident()
    first = situation_of(now.incident)
    assert first.figures == {}
    now.tell(person, alert)
    assert situation_of(now.incident).figures == {}
    Situation.objects.update(counted_at=clock.now() - timedelta(seconds=13))
    assert situation_of(now.incident).figures[CITY]["people"] == 1
    page = signed_in(officer("p")).get(f"/console/situation/{now.incident.pk}/").content.decode()
    assert re.search("全データ \\d+秒前", page)
    assert (
        'data-part="figures"'
        in signed_in(officer("p2")).get(f"/console/situation/{now.incident.pk}/live/").content.decode()
    )


# Whom to call first

MOMENT = datetime(2031, 3, 11, 5, 46, tzinfo=UTC)
CALLEES = st.builds(
    Callee,
    resident=st.uuids(),
    message=st.just(UUID(int=1)),
    municipality=st.just(CITY),
    heard=st.sampled_from(Heard),
    since=st.integers(0, 600).map(lambda minutes: MOMENT + timedelta(minutes=minutes)),
    need=st.sampled_from(Variant),
    age=st.integers(0, 105),
    alone=st.booleans(),
    infant=st.booleans(),
)


@given(st.lists(CALLEES, unique_by=lambda one: one.resident), st.randoms())
def test_the_order_does_not_depend_on_how_they_come_in(people: list[Callee], random: object) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_order(people) == in_order(shuffled)


@given(st.lists(CALLEES, unique_by=lambda one: one.resident))
def test_who_asked_for_help_is_called_before_who_is_silent_and_never_left_out(people: list[Callee]) -> None:
    ordered = in_order(people)
    asked = [one.heard is Heard.HELP for one in ordered]
    assert asked == sorted(asked, reverse=True)
    assert sum(asked) == sum(one.heard is Heard.HELP for one in people)


@given(CALLEES, st.sampled_from([Variant.ELECTRICITY, Variant.DIALYSIS, Variant.WHEELCHAIR, Variant.SIGHT]))
def test_a_need_or_an_age_never_makes_anybody_wait_longer(one: Callee, need: Variant) -> None:
    plain = replace(one, need=Variant.STANDARD)
    last = max(Rank) + 1
    assert (replace(one, need=need).rank or last) <= (plain.rank or last)
    older = replace(plain, age=max(plain.age, 80), alone=True)
    assert (older.rank or last) <= (plain.rank or last)


@given(CALLEES)
def test_a_callee_comes_back_as_it_was_kept(one: Callee) -> None:
    assert Callee.from_json(one.as_json()) == one


def test_whose_life_hangs_on_electricity_comes_first() -> None:
    now = danger()
    alert = now.alert()
    plain, oxygen, quiet = resident(), resident(), resident()
    for person, variant in ((plain, "standard"), (oxygen, "electricity"), (quiet, "dialysis")):
        now.tell(person, alert)
        Wording.objects.filter(key=f"alert:{alert.pk}:standard:alone").update(
            key=f"alert:{alert.pk}:{variant}:x", variant=variant
        )
    for person in (plain, oxygen):
        reply(message=message_of(person), answer=Answer.HELP, needs="酸素があと2時間" if person == oxygen else "")
    count_situation(incident_id=now.incident.pk)
    found = callees_of(situation_of(now.incident))
    assert [(one.resident, one.rank) for one in found] == [
        (oxygen.pk, Rank.HELP_LIFE),
        (plain.pk, Rank.HELP),
        (quiet.pk, Rank.QUIET_LIFE),
    ]
    page = signed_in(officer("p")).get(f"/console/situation/{now.incident.pk}/").content.decode()
    assert "電源が必要な機器：「酸素があと2時間」" in page


# Calls


@pytest.fixture
def asking() -> tuple[object, Resident]:
    now, person = danger(), resident()
    now.tell(person, now.alert())
    reply(message=message_of(person), answer=Answer.HELP)
    count_situation(incident_id=now.incident.pk)
    return now, person


def test_the_second_officer_sees_that_somebody_is_taken(asking: tuple[object, Resident]) -> None:
    now, person = asking
    incident = now.incident  # type: ignore[attr-defined]
    first, second = officer("p", name="見本 花子"), officer("p2")
    take_call(officer=first, incident=incident, resident_id=person.pk, seen=0)
    with pytest.raises(CallTakenError):
        take_call(officer=second, incident=incident, resident_id=person.pk, seen=0)
    form = {"resident": str(person.pk), f"seen-{person.pk}": "0", "deed": "take"}
    answer = signed_in(second).post(f"/console/situation/{incident.pk}/call/", form)
    assert answer.status_code == 409
    assert "見本 花子さんが先に受け持ちました" in answer.content.decode()
    taken = take_call(officer=second, incident=incident, resident_id=person.pk, seen=1)
    assert (taken.officer_id, taken.revision) == (second.pk, 2)


def test_who_is_resolved_comes_back_when_they_ask_again(asking: tuple[object, Resident]) -> None:
    now, person = asking
    incident = now.incident  # type: ignore[attr-defined]
    desk = officer("p")
    address = f"/console/situation/{incident.pk}/"
    resolve_call(officer=desk, incident=incident, resident_id=person.pk, seen=0, note="電話で無事を確認")
    assert "いま電話する人はいません" in signed_in(desk).get(address).content.decode()
    Call.objects.update(at=clock.now() - timedelta(minutes=5))
    reply(message=message_of(person), answer=Answer.HELP)
    count_situation(incident_id=incident.pk)
    assert "また求めている" in signed_in(desk).get(address).content.decode()


def test_helpers_are_asked_to_go(asking: tuple[object, Resident]) -> None:
    now, person = asking
    incident = now.incident  # type: ignore[attr-defined]
    desk, helper = officer("p"), resident(language="en")
    with pytest.raises(NobodyHelpsError):
        forward_call(officer=desk, incident=incident, resident_id=person.pk, seen=0)
    Helper.objects.create(
        person=person, helper=helper, name="", relation="neighbour", asked_at=clock.now(), agreed_at=clock.now()
    )
    call = forward_call(officer=desk, incident=incident, resident_id=person.pk, seen=0)
    assert (call.state, call.helper_name) == ("forwarded", helper.name)
    from todoke.exchange.messages.wordings import text_of

    assert text_of(message_of(helper)).subject == f"Please check on {person.name}"


def test_a_municipality_sees_its_own_people_only_and_they_see_who_looked(asking: tuple[object, Resident]) -> None:
    now, person = asking
    incident = now.incident  # type: ignore[attr-defined]
    own, other, child = officer("i", CITY), officer("t", TOWN), officer("c", CITY, function="childcare")
    address = f"/console/situation/{incident.pk}/"
    assert person.name not in signed_in(other).get(address).content.decode()
    assert not AccessEntry.objects.exists()
    assert person.name in signed_in(own).get(address).content.decode()
    signed_in(own).get(f"{address}live/")
    entry = AccessEntry.objects.get()
    assert entry.resident == person
    assert "安否" in entry.purpose
    assert entry.reason
    assert signed_in(child).get(address).status_code == 404
    with pytest.raises(NotYourPeopleError):
        take_call(officer=other, incident=incident, resident_id=person.pk, seen=0)


# Pages


def test_a_drill_is_marked_everywhere() -> None:
    now = danger("drill")
    now.warn()
    now.order()
    page = signed_in(officer("p")).get(f"/console/situation/{now.incident.pk}/").content.decode()
    assert "これは訓練です" in page
    assert page.count('<span class="drill-word">訓練</span>') >= 3
    assert "対象（訓練）" in page.replace(" ", "")


def test_information_and_orders_are_apart_and_a_tsunami_has_no_level() -> None:
    now = danger()
    now.warn()
    now.order(municipality=TOWN)
    page = signed_in(officer("p")).get(f"/console/situation/{now.incident.pk}/").content.decode()
    assert 'class="info-badge tone-3"' in page
    assert 'class="order-badge order-badge-large tone-4"' in page
    assert "津波に警戒レベルはない" in page
    assert "2市町村のうち 1 が発令" in page
    assert "未発令 1" in page


def test_shelters_show_how_full_they_are() -> None:
    now = danger()
    now.warn()
    shelter = shelter_at("S1", "みなと山公園", capacity=300)
    say_open(shelter)
    page = signed_in(officer("p")).get(f"/console/situation/{now.incident.pk}/").content.decode()
    assert "みなと山公園" in page
    assert "残り 300" in page
    say_open(shelter, "full")
    page = signed_in(officer("p2")).get(f"/console/situation/{now.incident.pk}/").content.decode()
    assert 'class="square square-full"' in page


def test_the_list_keeps_what_goes_on_drills_and_what_is_over_apart() -> None:
    going_on, drill, over = danger(), danger("drill"), danger()
    over.incident.ended_at = clock.now()
    over.incident.save()
    page = signed_in(officer("p")).get("/console/situation/").content.decode()
    parts = page.split("<h2>")
    for part, one in zip(parts[1:4], (going_on, drill, over), strict=True):
        assert f"/console/situation/{one.incident.pk}/" in part


def test_telegrams_say_what_became_of_them() -> None:
    Telegram.objects.create(digest="0" * 64, source="push", received_at=clock.now(), body=b"", error="xml: 壊れている")
    Telegram.objects.create(
        digest="1" * 64,
        source="feed",
        received_at=clock.now(),
        body=b"",
        type="VPWW54",
        reason="ほかの県",
        title="気象",
    )
    client = signed_in(officer("p"))
    page = client.get("/console/situation/telegrams/").content.decode()
    assert "xml: 壊れている" in page
    assert "関係なし" in page
    only = client.get("/console/situation/telegrams/?view=error").content.decode()
    assert "VPWW54" not in only


def test_the_report_has_no_names(asking: tuple[object, Resident]) -> None:
    now, person = asking
    answer = signed_in(officer("p")).get(f"/console/situation/{now.incident.pk}/report.pdf")  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    text = "".join(page.extract_text() for page in pages)
    assert len(pages) <= 2
    assert "引継ぎ資料" in text
    assert "未着手" in text
    assert person.name not in text
    assert not AccessEntry.objects.exists()


def test_a_disaster_in_which_nothing_is_in_force_has_a_board_too() -> None:
    page = signed_in(officer("p")).get(f"/console/situation/{danger().incident.pk}/")
    assert page.status_code == 200
    assert "まだだれにも知らせていません" in page.content.decode()


@pytest.mark.browser
def test_the_board_keeps_itself_up_to_now_without_losing_the_choice(
    live_server: LiveServer,
    page_desktop: Page,
    asking: tuple[object, Resident],
    accessible: Callable[[Page], None],  # noqa: F811
) -> None:
    now, person = asking
    incident = now.incident  # type: ignore[attr-defined]
    now.warn()  # type: ignore[attr-defined]
    client = signed_in(officer("p", name="見本 花子"))
    page_desktop.context.add_cookies(
        [{"name": "todoke", "value": client.cookies["todoke"].value, "url": live_server.url}]
    )
    page_desktop.goto(f"{live_server.url}/console/situation/{incident.pk}/")
    accessible(page_desktop)
    page_desktop.keyboard.press("j")
    expect(page_desktop.locator(f'input[value="{person.pk}"]')).to_be_checked()
    take_call(officer=officer("p2", name="例示 修"), incident=incident, resident_id=person.pk, seen=0)
    expect(page_desktop.get_by_text("受持ち 例示 修")).to_be_visible(timeout=8000)
    expect(page_desktop.locator(f'input[value="{person.pk}"]')).to_be_checked()
    expect(page_desktop.locator(f'input[value="{person.pk}"]')).to_be_focused()
    page_desktop.keyboard.press("a")
    expect(page_desktop.get_by_text("受持ち 自分")).to_be_visible()
    page_desktop.keyboard.press("6")
    expect(page_desktop.locator("th[aria-sort]")).to_have_text("回答なし")
    page_desktop.keyboard.press("?")
    expect(page_desktop.get_by_role("dialog")).to_be_visible()
