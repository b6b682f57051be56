"""Ways in which somebody in danger was not told, told wrongly or told twice; each was so once."""

import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import shapely
from django.db import connection
from pytest_django.fixtures import Settings

from tests.people.conftest import resident
from tests.reach.desk import officer
from tests.reach.telegram_maker import (
    MUNICIPALITIES,
    coast,
    information,
    kind,
    rain,
    report,
    tsunami,
    warning_item,
)
from todoke.exchange.messages.dispatch.mailing import dispatch_part
from todoke.exchange.messages.models import Mailing, Message, Wording
from todoke.exchange.messages.wordings import text_of
from todoke.kernel import clock
from todoke.loops.reach.actions.alerts import confirm_alert, send_alerts
from todoke.loops.reach.actions.announcing import announce
from todoke.loops.reach.actions.incidents import incident_for
from todoke.loops.reach.actions.orders import confirm_lifting, confirm_order, enter_lifting, enter_order
from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.actions.warnings import expire, take_in
from todoke.loops.reach.audience import Audience, select
from todoke.loops.reach.errors import OrderMovedOnError
from todoke.loops.reach.models import Alert, AreaWarning, Incident, Order, Telegram
from todoke.loops.reach.plans import plans
from todoke.loops.reach.queries import present_of
from todoke.loops.reach.standing import Difference, Standing
from todoke.loops.reach.telegrams.types import Severity
from todoke.loops.reach.types import Change, OrderKind
from todoke.registry.organisations.models import Officer
from todoke.registry.people.models import Helper, Household, Resident, Whereabouts
from todoke.registry.people.population import fresh, rebuild, snapshot
from todoke.registry.people.types import Reader
from todoke.registry.places.geometry import multipolygon, to_wkb
from todoke.registry.places.models import Municipality, Zone
from todoke.registry.places.types import Hazard

pytestmark = pytest.mark.django_db(transaction=True)

NONE, ADVISORY, WARNING = ("津波なし", "00"), ("津波注意報", "62"), ("津波警報", "51")
READER = Reader("system", "試験", "試験のため")
OVER = ("津波注意報解除", "60")
SEVERE_RAIN, RAIN = ("レベル４大雨危険警報", "43"), ("レベル３大雨警報", "03")


@pytest.fixture(autouse=True)
def prefecture(settings: Settings, tmp_path: Path, transactional_db: None) -> None:
    """Two towns at the sea, of which one has zones; a third without any coast."""
    settings.STATE = tmp_path
    for number, code in enumerate(("04202", "04207", "04208")):
        area = shapely.box(140 + number, 38, 141 + number, 39)
        Municipality.objects.create(
            code=code, prefecture_code="04", name=code, name_en=code, boundary=to_wkb(multipolygon(area))
        )
    zone("shore", "tsunami")


def zone(code: str, what: str) -> Zone:
    return Zone.objects.create(
        code=code,
        hazard=what,
        kind=what,
        name="区域",
        boundary=to_wkb(multipolygon(shapely.box(140.5, 38, 141, 39))),
        source="test",
        imported_at=clock.now(),
    )


def person(longitude: float = 140.7, code: str = "04202", name: str = "見本 花子") -> Resident:
    home = Household.objects.create(municipality_code=code, address="見本", longitude=longitude, latitude=38.5)
    return resident(name, date(1990, 1, 1), "head", home)


def come(body: bytes) -> Telegram:
    """A telegram arrives; nobody has taken it in yet."""
    return receive(body=body, source="push").telegram


def taken(body: bytes) -> list[Alert]:
    telegram = come(body)
    take_in(telegram_id=telegram.pk)
    return list(Alert.objects.filter(telegram=telegram))


def sea(said: tuple[str, str], before: tuple[str, str] = NONE, minute: int = 0, event: str = "20260701115000") -> bytes:
    return tsunami(coast("宮城県", "220", *said, last=before), sent=f"2026-07-01T03:{minute:02}:00Z", event=event)


def raining(minute: int = 0, **said: tuple[str, str] | None) -> bytes:
    """Heavy rain by municipality (``c04202``); None: nothing is in force there."""
    items = []
    for name, one in said.items():
        what = kind(*one, "発表") if one else kind("大雨警報", "00", "解除")
        items.append(warning_item(what, f"{name[1:]}00", name))
    return rain(*items, sent=f"2026-07-01T03:{minute:02}:00Z")


def quake(intensity: str, event: str, title: str = "震度速報", code: str = "220") -> bytes:
    area = f"<Area><Name>宮城県北部</Name><Code>{code}</Code><MaxInt>{intensity}</MaxInt></Area>"
    pref = f"<Pref><Name>宮城県</Name><Code>04</Code><MaxInt>{intensity}</MaxInt>{area}</Pref>"
    now = clock.now().isoformat(timespec="seconds")
    return report(
        title,
        office="気象庁本庁",
        event=event,
        reported=now,
        sent=f"{event[:4]}-07-01T03:{int(event[-4:-2]):02}:00Z",
        topic="seismology1",
        body=f"<Intensity><Observation><MaxInt>{intensity}</MaxInt>{pref}</Observation></Intensity>",
    )


def subjects(reader: Resident) -> list[str]:
    return [text_of(one).subject for one in Message.objects.filter(resident=reader).order_by("created_at", "id")]


def newest(reader: Resident) -> Message:
    return Message.objects.filter(resident=reader).order_by("-created_at", "-id")[0]


# What is over in one municipality is not over in the next


def test_those_still_in_danger_are_not_told_that_it_is_over_elsewhere() -> None:
    here, there = person(140.2), person(141.5, "04207")
    taken(raining(c04202=SEVERE_RAIN, c04207=SEVERE_RAIN))
    taken(raining(5, c04202=None, c04207=SEVERE_RAIN))
    assert len(subjects(here)) == 2
    assert len(subjects(there)) == 1


def test_those_still_in_danger_are_not_told_that_it_is_lower_elsewhere() -> None:
    here, there = person(140.2), person(141.5, "04207")
    taken(raining(c04202=SEVERE_RAIN, c04207=SEVERE_RAIN))
    taken(raining(5, c04202=RAIN, c04207=SEVERE_RAIN))
    assert [one.split("の")[0] for one in subjects(there)] == [subjects(there)[0].split("の")[0]]
    assert len(subjects(here)) == 2


def test_a_page_does_not_say_that_it_is_over_because_a_neighbour_worked_where_it_is() -> None:
    """A recipient who lives in 04207 and was told of 04202 makes no alert of 04202 one of 04207."""
    reader, commuter = person(141.5, "04207"), person(141.6, "04207")
    Whereabouts.objects.create(resident=commuter, kind="work", longitude=140.7, latitude=38.5, said_at=clock.now())
    taken(raining(c04202=SEVERE_RAIN, c04207=SEVERE_RAIN))
    taken(raining(5, c04202=None, c04207=SEVERE_RAIN))
    assert subjects(commuter)
    assert not any("解除" in one for one in subjects(commuter))
    present = present_of(newest(reader))
    assert present is not None
    assert not present.over


def test_what_was_not_sent_yet_is_stopped_when_it_is_over_bit_by_bit() -> None:
    person(140.2), person(141.5, "04207")
    (first,) = taken(raining(c04202=SEVERE_RAIN, c04207=SEVERE_RAIN))
    taken(raining(5, c04202=None, c04207=SEVERE_RAIN))
    first.refresh_from_db()
    assert first.stopped_at is None
    taken(raining(10, c04202=None, c04207=None))
    assert not Wording.objects.filter(about=f"alert:{first.pk}", stopped_at=None).exists()


# Order of arrival, of jobs, of clocks


def test_a_job_that_comes_late_does_not_bring_back_what_was_lifted() -> None:
    reader = person()
    warned, lifted = come(sea(WARNING)), come(sea(OVER, WARNING, 15))
    take_in(telegram_id=lifted.pk)
    take_in(telegram_id=warned.pk)
    assert not AreaWarning.objects.filter(ended_at=None).exists()
    assert subjects(reader) == []


def test_a_withdrawal_that_overtakes_what_it_withdraws_leaves_what_was_said_before() -> None:
    reader = person()
    taken(sea(ADVISORY))
    wrong = come(sea(WARNING, ADVISORY, 5))
    withdrawn = come(tsunami(sent="2026-07-01T03:10:00Z", info_type="取消"))
    take_in(telegram_id=withdrawn.pk)
    take_in(telegram_id=wrong.pk)
    assert AreaWarning.objects.get(ended_at=None).name == "津波注意報"
    assert subjects(reader) == ["津波注意報"]


def test_a_telegram_from_the_future_does_not_silence_those_that_follow() -> None:
    reader = person()
    taken(tsunami(coast("宮城県", "220", *ADVISORY), sent="2199-01-01T00:00:00Z"))
    soon = f"{clock.now() + timedelta(minutes=1):%Y-%m-%dT%H:%M:%SZ}"
    taken(tsunami(coast("宮城県", "220", *WARNING, last=ADVISORY), sent=soon))
    assert subjects(reader) == ["津波注意報", "津波警報"]


def test_what_cannot_be_understood_lifts_nothing() -> None:
    reader = person()
    taken(sea(WARNING))
    assert taken(tsunami(sent="2026-07-01T03:10:00Z")) == []
    assert AreaWarning.objects.get(ended_at=None).name == "津波警報"
    assert subjects(reader) == ["津波警報"]


def test_what_is_written_late_still_has_time_to_be_sent() -> None:
    person()
    telegram = come(sea(WARNING))
    Telegram.objects.filter(pk=telegram.pk).update(received_at=clock.now() - timedelta(hours=9))
    take_in(telegram_id=telegram.pk)
    assert Message.objects.get().created_at > clock.now() - timedelta(minutes=5)


# What stands for ever


def test_a_second_earthquake_is_told_while_the_first_is_still_shown() -> None:
    reader = person(140.2, "04205")
    Municipality.objects.create(code="04205", prefecture_code="04", name="04205", name_en="04205")
    taken(quake("6-", "20260701120000"))
    taken(quake("6-", "20260701120000", title="震源・震度に関する情報"))
    assert len(subjects(reader)) == 1
    taken(quake("6-", "20260701121000"))
    assert len(subjects(reader)) == 2


def record_rain(minute: int, event: str) -> bytes:
    areas = information(
        "記録的短時間大雨情報（市町村等）", "記録的短時間大雨情報", "1", MUNICIPALITIES, {"0420200": "石巻市"}
    )
    now = clock.now().isoformat(timespec="seconds")
    return report(
        "記録的短時間大雨情報", event=event, sent=f"2026-07-01T03:{minute:02}:00Z", reported=now, information=areas
    )


def test_rain_that_poured_once_does_not_silence_the_next_warning() -> None:
    reader = person(140.2)
    taken(record_rain(0, "a"))
    row = AreaWarning.objects.get()
    assert row.ends_at is not None
    AreaWarning.objects.update(ends_at=clock.now() - timedelta(seconds=1))
    expire()
    assert Incident.objects.get().ended_at is not None
    taken(raining(30, c04202=SEVERE_RAIN))
    assert len(subjects(reader)) == 2


@pytest.mark.parametrize(
    ("title", "hours"), [("北海道・三陸沖後発地震注意情報", 24 * 8), ("熱中症警戒アラート", 48), ("噴火速報", 24)]
)
def test_what_nobody_lifts_ends_by_itself(title: str, hours: int) -> None:
    now = clock.now().isoformat(timespec="seconds")
    areas = information("噴火速報（対象市町村等）", "噴火速報", "51", MUNICIPALITIES, {"0420200": "石巻市"})
    taken(report(title, heading=f"宮城県{title}", event="1", reported=now, information=areas))
    for row in AreaWarning.objects.all():
        assert row.ends_at is not None, row.name
        assert row.ends_at < clock.now() + timedelta(hours=hours)
    assert AreaWarning.objects.exists()


def test_what_is_said_to_last_longer_lasts_longer() -> None:
    def tornado(minute: int, until: datetime) -> bytes:
        areas = information("竜巻注意情報", "竜巻注意情報", "1", "気象情報／府県予報区・細分区域等", {"040010": "東部"})
        now = clock.now().isoformat(timespec="seconds")
        return report(
            "竜巻注意情報",
            heading="宮城県竜巻注意情報",
            sent=f"2026-07-01T03:{minute:02}:00Z",
            reported=now,
            valid=until.isoformat(timespec="seconds"),
            information=areas,
        )

    first = clock.now() + timedelta(hours=1)
    taken(tornado(0, first))
    taken(tornado(50, first + timedelta(hours=1)))
    row = AreaWarning.objects.get()
    assert row.ends_at is not None
    assert row.ends_at > first + timedelta(minutes=30)


def test_a_tsunami_of_two_earthquakes_is_one_disaster() -> None:
    reader = person()
    taken(sea(ADVISORY))
    taken(sea(WARNING, ADVISORY, 5, event="20260701120500"))
    before = newest(reader)
    taken(sea(OVER, WARNING, 30, event="20260701120500"))
    assert Incident.objects.count() == 1
    assert Incident.objects.get().ended_at is not None
    first = Message.objects.filter(resident=reader).order_by("created_at").first()
    for message in (before, first):
        present = present_of(message) if message else None
        assert present is not None
        assert present.over


# The weather scheme of 2026 takes over from the one before


def weather(title: str, minute: int, *kinds: tuple[str, str], version: str = "1.5_0") -> bytes:
    """What an observatory says of 石巻市."""
    said = "".join(kind(*one, "発表") for one in kinds) or kind("", "", "発表警報・注意報はなし")
    item = warning_item(said, "0420200", "石巻市")
    return rain(item, title=title, version=version, sent=f"2026-07-01T03:{minute:02}:00Z")


OLDER, LEVELS = "気象警報・注意報（Ｈ２７）", "気象警報・注意報（Ｒ０６）"
THUNDER, FOG, FLOOD, OLD_RAIN, WIND = (
    ("雷注意報", "14"),
    ("濃霧注意報", "20"),
    ("洪水警報", "04"),
    ("大雨警報", "03"),
    (
        "強風注意報",
        "15",
    ),
)


def standing() -> set[str]:
    return set(AreaWarning.objects.filter(ended_at=None).values_list("kind", flat=True))


def test_a_title_with_levels_takes_over_all_kinds_that_it_speaks_for() -> None:
    taken(weather(OLDER, 0, OLD_RAIN, FLOOD, THUNDER, FOG, version="1.2_0"))
    assert standing() == {"heavy_rain", "flood", "thunder", "dense_fog"}
    taken(weather(f"{LEVELS}（大雨）", 5, RAIN))
    assert standing() == {"heavy_rain", "thunder", "dense_fog"}
    taken(weather(f"{LEVELS}（その他の注意報）", 10, THUNDER))
    assert standing() == {"heavy_rain", "thunder"}
    assert AreaWarning.objects.filter(ended_at=None, unit__contains="Ｒ０６").count() == 2


def test_what_was_said_without_levels_can_still_be_lifted_without() -> None:
    taken(weather(OLDER, 0, OLD_RAIN, WIND, version="1.2_0"))
    taken(weather(f"{LEVELS}（大雨）", 5, RAIN))
    taken(weather(OLDER, 10, OLD_RAIN, THUNDER, version="1.2_0"))
    assert standing() == {"heavy_rain"}
    assert AreaWarning.objects.get(ended_at=None).unit.startswith(LEVELS)


def test_slopes_said_without_levels_do_not_stand_for_ever() -> None:
    areas = information("土砂災害警戒情報", "警戒", "3", MUNICIPALITIES, {"0420200": "石巻市"})
    taken(report("土砂災害警戒情報", event="1", heading="宮城県土砂災害警戒情報", information=areas))
    assert standing() == {"landslide"}
    taken(weather(f"{LEVELS}（土砂災害）", 5))
    assert standing() == set()


# One thing that is wrong does not keep everything from everybody


def test_a_place_that_is_named_twice_does_not_stop_the_telegram() -> None:
    reader = person(140.2)
    twice = kind("新しい注意報", "91", "発表") + kind("別の注意報", "92", "発表")
    taken(rain(warning_item(kind(*SEVERE_RAIN, "発表") + twice, "0420200", "石巻市")))
    assert len(subjects(reader)) == 1


def test_long_names_do_not_stop_the_telegram() -> None:
    reader = person()
    offices = "北上川下流河川事務所　" * 8
    taken(tsunami(coast("宮城県", "220", "とても長い津波警報" * 9, "51"), publisher=offices))
    assert len(subjects(reader)) == 1
    long = "まだ知らない種類の長い題名" * 15
    taken(rain(warning_item(kind("雷注意報", "14", "発表"), "0420200", "石巻市"), title=f"気象警報・注意報{long}"))
    assert AreaWarning.objects.filter(kind="thunder", ended_at=None).exists()


def test_who_is_in_danger_in_several_places_is_led_from_where_they_are_now() -> None:
    one = person(142.5, "04208")
    for where, longitude in (("work", 141.1), ("now", 141.5), ("school", 141.9)):
        Whereabouts.objects.create(
            resident=one, kind=where, longitude=longitude, latitude=38.5, said_at=clock.now(),
            until=clock.now() + timedelta(hours=1) if where == "now" else None,
        )  # fmt: skip
    audience = Audience(areas=("04207",), places=("now", "work", "school"))
    selection = select(audience, fresh(reader=READER))
    assert selection.at.tolist() == [[141.5, 38.5]]


def help_for(one: Resident, helper: Resident) -> None:
    now = clock.now()
    Helper.objects.create(
        person=one, helper=helper, name=helper.name, relation="neighbour", asked_at=now, agreed_at=now
    )


def test_a_name_with_a_quotation_mark_does_not_keep_the_warning_from_everybody() -> None:
    odd, helper = person(name='ジョン"ジャック"\\見本'), person(142.5, "04208")
    help_for(odd, helper)
    taken(sea(WARNING))
    assert subjects(odd) == ["津波警報"]
    assert "ジョン" in text_of(Message.objects.get(resident=helper)).body


def test_who_helps_two_is_told_of_both() -> None:
    first, second, helper = person(name="見本 一"), person(name="見本 二"), person(142.5, "04208")
    help_for(first, helper)
    help_for(second, helper)
    taken(sea(WARNING))
    said = " ".join(text_of(one).body for one in Message.objects.filter(resident=helper))
    assert "見本 一さん" in said
    assert "見本 二さん" in said


def test_a_helpers_page_says_that_it_is_over() -> None:
    in_danger, helper = person(), person(142.5, "04208")
    help_for(in_danger, helper)
    taken(sea(WARNING))
    told = newest(helper)
    taken(sea(OVER, WARNING, 15))
    present = present_of(told)
    assert present is not None
    assert present.over


def test_a_helpers_page_goes_on_saying_whom_they_help() -> None:
    in_danger, helper = person(), person(140.2)
    help_for(in_danger, helper)
    taken(sea(ADVISORY))
    told = newest(helper)
    taken(sea(WARNING, ADVISORY, 5))
    for sent in (False, True):
        if sent:
            for mailing in Mailing.objects.all():
                dispatch_part(mailing.pk, 0, mailing.count)
        present = present_of(told)
        assert present is not None
        assert present.alert.step == "warning"
        assert "見本 花子さん" in text_of(present.shown).body


@pytest.mark.parametrize("lost", ["about.json", "people.npy", ""])
def test_a_broken_snapshot_is_made_anew(lost: str, settings: Settings) -> None:
    reader = person()
    made = rebuild(reader=READER)
    Resident.objects.filter(pk=reader.pk).update(language="en")
    if lost == "people.npy":
        (made.folder / lost).write_bytes(b"")
    elif lost:
        (made.folder / lost).write_text("{", encoding="utf-8")
    else:
        shutil.rmtree(made.folder)
    snapshot._loaded.clear()
    taken(sea(WARNING))
    assert subjects(reader) == ["Tsunami Warning"]


# Drills


def test_a_drill_does_not_stand_before_a_warning_in_the_queue() -> None:
    person()
    drill_of_ours = receive(body=tsunami(coast("宮城県", "220", *WARNING), status="訓練"), source="drill").telegram
    take_in(telegram_id=drill_of_ours.pk)
    taken(sea(WARNING, minute=5))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT priority FROM procrastinate_jobs WHERE task_name = 'messages.dispatch' AND status = 'todo'"
            " ORDER BY id DESC LIMIT 2"
        )
        (real,), (drill,) = cursor.fetchall()
    assert real > drill


# Plans that wait for an officer


def nuclear(change: Change, before: str, after: str, minute: int) -> Alert:
    plan = plans()["nuclear-paz"]
    telegram = come(raining(minute, c04208=None))
    incident = incident_for(telegram=telegram, kind="nuclear")
    because = Standing(("nuclear", "", ""), "", Severity.EMERGENCY, frozenset({"04202"}))
    steps = [plan.step(one) if one else None for one in (before, after)]
    difference = Difference("04202", change, steps[0], steps[1], because)
    return send_alerts(incident=incident, telegram=telegram, plan=plan, differences=[difference])[0]


def test_an_alert_that_waits_cannot_be_confirmed_when_it_is_over() -> None:
    zone("paz", "paz")
    reader, second = person(), officer("second")
    waiting = nuclear(Change.ISSUED, "", "evacuate", 0)
    nuclear(Change.CANCELLED, "evacuate", "", 10)
    with pytest.raises(OrderMovedOnError):
        confirm_alert(officer=second, alert_id=waiting.pk)
    assert subjects(reader) == []


def test_an_alert_that_is_confirmed_late_is_sent_all_the_same() -> None:
    zone("paz", "paz")
    reader, second = person(), officer("second")
    waiting = nuclear(Change.ISSUED, "", "evacuate", 0)
    Alert.objects.filter(pk=waiting.pk).update(caused_at=clock.now() - timedelta(hours=9), plan_digest="older")
    confirmed = confirm_alert(officer=second, alert_id=waiting.pk)
    assert newest(reader).created_at > clock.now() - timedelta(minutes=5)
    assert confirmed.plan_digest == plans()["nuclear-paz"].digest


# Orders


@pytest.fixture
def two() -> tuple[Officer, Officer]:
    return officer("first", "04202"), officer("second", "04202", name="仮名 葵")


def ordered(
    two: tuple[Officer, Officer],
    what: OrderKind,
    zones: list[str] | None = None,
    *,
    hazard: Hazard = Hazard.FLOOD,
    area: str = "沿岸部",
) -> Order:
    order = enter_order(
        officer=two[0],
        municipality_code="04202",
        kind=what,
        hazard=hazard,
        area_name=area,
        zones=["shore"] if zones is None else zones,
        drawn=None,
        reason="",
        people=1,
        households=1,
    )
    order = confirm_order(officer=two[1], order_id=order.pk)
    announce(order_id=order.pk, revision=order.revision)
    return order


def lifted(two: tuple[Officer, Officer], order: Order) -> None:
    enter_lifting(officer=two[0], order_id=order.pk)
    done = confirm_lifting(officer=two[1], order_id=order.pk)
    announce(order_id=done.pk, revision=done.revision)


def test_who_was_told_of_an_order_is_told_of_its_lifting_wherever_they_are(two: tuple[Officer, Officer]) -> None:
    stays, moves, never = person(), person(), person(140.2)
    order = ordered(two, OrderKind.EVACUATE)
    Zone.objects.filter(code="shore").update(ended_at=clock.now())
    Household.objects.filter(pk=moves.household_id).update(municipality_code="04208", longitude=142.5)
    lifted(two, order)
    assert [len(subjects(one)) for one in (stays, moves, never)] == [2, 2, 0]


def test_the_lifting_of_one_order_is_not_told_to_those_of_another(two: tuple[Officer, Officer]) -> None:
    Zone.objects.create(
        code="hill", hazard="landslide", kind="landslide", name="山", source="test", imported_at=clock.now(),
        boundary=to_wkb(multipolygon(shapely.box(140.0, 38, 140.4, 39))),
    )  # fmt: skip
    shore, hill = person(), person(140.2)
    first = ordered(two, OrderKind.EVACUATE)
    ordered(two, OrderKind.EVACUATE, ["hill"])
    lifted(two, first)
    assert [len(subjects(one)) for one in (shore, hill)] == [2, 1]


def test_an_order_that_a_graver_one_follows_is_lifted_in_silence(two: tuple[Officer, Officer]) -> None:
    reader = person()
    elderly = ordered(two, OrderKind.ELDERLY)
    ordered(two, OrderKind.EVACUATE)
    lifted(two, elderly)
    assert len(subjects(reader)) == 2
    assert not any("解除" in one for one in subjects(reader))


def test_an_order_that_leaves_a_lesser_one_says_so(two: tuple[Officer, Officer]) -> None:
    reader, inland = person(), person(140.2)
    ordered(two, OrderKind.ELDERLY, [])
    graver = ordered(two, OrderKind.EVACUATE)
    lifted(two, graver)
    assert len(subjects(inland)) == 1
    partly = subjects(reader)[-1]
    assert "高齢者等避難" in partly
    body = text_of(newest(reader)).body
    assert "下がりました" in body
    present = present_of(newest(reader))
    assert present is not None
    assert not present.over


def test_who_is_still_under_an_order_is_not_told_that_it_is_over(two: tuple[Officer, Officer]) -> None:
    shore, inland = person(), person(140.2)
    ordered(two, OrderKind.EVACUATE)
    whole = ordered(two, OrderKind.ELDERLY, [])
    lifted(two, whole)
    assert [len(subjects(one)) for one in (shore, inland)] == [2, 2]


def test_an_order_entered_in_a_drill_is_one_of_the_drill(two: tuple[Officer, Officer]) -> None:
    incident = Incident.objects.create(key="d", hazard="flood", title="", status="drill", began_at=clock.now())
    order = enter_order(
        officer=two[0], municipality_code="04202", kind=OrderKind.EVACUATE, hazard=Hazard.FLOOD, area_name="沿岸部",
        zones=[], drawn=None, reason="", people=1, households=1, incident=incident, drill=False,
    )  # fmt: skip
    assert order.drill


def test_who_was_not_told_of_an_order_is_not_told_of_its_lifting(two: tuple[Officer, Officer]) -> None:
    """It is lifted before its first job has run."""
    reader = person()
    order = enter_order(
        officer=two[0], municipality_code="04202", kind=OrderKind.EVACUATE, hazard=Hazard.FLOOD, area_name="沿岸部",
        zones=["shore"], drawn=None, reason="", people=1, households=1,
    )  # fmt: skip
    confirm_order(officer=two[1], order_id=order.pk)
    lifted(two, order)
    announce(order_id=order.pk, revision=1)
    assert subjects(reader) == []


def test_who_helps_somebody_who_stays_under_another_order_is_still_asked_to(two: tuple[Officer, Officer]) -> None:
    in_danger, helper = person(), person(142.5, "04208")
    help_for(in_danger, helper)
    slope = ordered(two, OrderKind.EVACUATE, hazard=Hazard.LANDSLIDE)
    flood = ordered(two, OrderKind.EVACUATE)
    lifted(two, flood)
    assert len(subjects(helper)) == 2
    lifted(two, slope)
    assert "手助けのお願い" in text_of(newest(helper)).body


def test_a_lifting_says_which_order_from_another_hazard_stays(two: tuple[Officer, Officer]) -> None:
    readers = {language: person() for language in ("ja", "easy", "en", "zh-hans", "zh-hant", "ko", "vi")}
    for language, reader in readers.items():
        Resident.objects.filter(pk=reader.pk).update(language=language)
    outside = person(140.2)
    slope = ordered(two, OrderKind.EVACUATE, hazard=Hazard.LANDSLIDE, area="山側")
    flood = ordered(two, OrderKind.ELDERLY, [])
    lifted(two, flood)
    said = {language: text_of(newest(reader)) for language, reader in readers.items()}
    assert said["ja"].subject == "避難指示（土砂災害）は続いています"
    assert "「高齢者等避難（洪水）」は解除されました" in said["ja"].body
    assert "続いています：避難指示（土砂災害、山側）" in said["ja"].body
    assert "避難の情報は解除されました" not in said["ja"].body
    assert said["en"].subject == "Evacuation Order (landslide) stays in force"
    assert len({one.subject for one in said.values()}) == 7
    assert all("{" not in one.subject + one.body + one.short for one in said.values())
    present = present_of(newest(readers["ja"]))
    assert present is not None
    assert not present.over
    assert subjects(outside)[-1] == "避難の情報は解除されました"
    lifted(two, slope)
    assert subjects(readers["ja"])[-1] == "避難の情報は解除されました"
