"""An alert to very many is written in parts: each is told once, whoever dies, and what is urgent gets in between."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest
import shapely
from django.db import connection
from pytest_django.fixtures import Settings

from tests.people.conftest import resident
from tests.reach.telegram_maker import coast, kind, rain, tsunami, warning_item
from todoke.exchange.messages.models import Mailing, Message
from todoke.exchange.messages.wordings import text_of
from todoke.kernel import clock
from todoke.loops.reach import jobs
from todoke.loops.reach.actions import writing
from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.actions.warnings import take_in
from todoke.loops.reach.models import Alert
from todoke.loops.reach.queries import present_of
from todoke.registry.people.models import Helper, Household, Resident, Whereabouts
from todoke.registry.places.geometry import multipolygon, to_wkb
from todoke.registry.places.models import Municipality

pytestmark = pytest.mark.django_db(transaction=True)

SEVERE, RAIN = ("レベル４大雨危険警報", "43"), ("レベル３大雨警報", "03")


@pytest.fixture(autouse=True)
def prefecture(settings: Settings, tmp_path: Path, transactional_db: None) -> None:
    """Three towns."""
    settings.STATE = tmp_path
    for number, code in enumerate(("04202", "04207", "04208")):
        area = shapely.box(140 + number, 38, 141 + number, 39)
        Municipality.objects.create(
            code=code, prefecture_code="04", name=code, name_en=code, boundary=to_wkb(multipolygon(area))
        )


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than two people are very many, and a part is of two."""
    monkeypatch.setattr(writing, "AT_ONCE", 2)
    monkeypatch.setattr(writing, "PART", 2)


def person(code: str = "04202", name: str = "見本 花子") -> Resident:
    longitude = 140.5 + ("04202", "04207", "04208").index(code)
    home = Household.objects.create(municipality_code=code, address="見本", longitude=longitude, latitude=38.5)
    return resident(name, date(1990, 1, 1), "head", home)


def raining(minute: int = 0, **said: tuple[str, str] | None) -> bytes:
    items = []
    for name, one in said.items():
        what = kind(*one, "発表") if one else kind("大雨警報", "00", "解除")
        items.append(warning_item(what, f"{name[1:]}00", name))
    return rain(*items, sent=f"2026-07-01T03:{minute:02}:00Z")


def taken(body: bytes) -> list[Alert]:
    telegram = receive(body=body, source="push").telegram
    take_in(telegram_id=telegram.pk)
    return list(Alert.objects.filter(telegram=telegram).order_by("pk"))


def never() -> bool:
    return False


def told() -> Counter[str]:
    return Counter(str(one) for one in Message.objects.values_list("resident", flat=True))


def subjects(reader: Resident) -> list[str]:
    return [text_of(one).subject for one in Message.objects.filter(resident=reader).order_by("created_at", "id")]


def jobs_of(alert: Alert) -> tuple[int, int]:
    """That wait to write it, and to send what is written."""
    mailings = [
        str(one) for one in Mailing.objects.filter(wording__about=f"alert:{alert.pk}").values_list("pk", flat=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FILTER (WHERE task_name = 'reach.write' AND args->>'alert_id' = %s),"
            " count(*) FILTER (WHERE task_name = 'messages.dispatch' AND args->>'mailing' = ANY(%s))"
            " FROM procrastinate_jobs WHERE status = 'todo'",
            [str(alert.pk), mailings],
        )
        return tuple(cursor.fetchone())


@pytest.mark.usefixtures("in_parts")
def test_many_are_written_by_a_job_in_parts_each_once() -> None:
    people = [person() for _number in range(5)]
    (alert,) = taken(raining(c04202=SEVERE))
    assert (alert.state, alert.people, Message.objects.count()) == ("writing", 0, 0)
    assert jobs_of(alert) == (1, 0)
    assert writing.write_rest(alert_id=alert.pk, gives_way=never)
    alert.refresh_from_db()
    assert (alert.state, alert.people, alert.by_municipality) == ("written", 5, {"04202": 5})
    assert told() == {str(one.pk): 1 for one in people}
    assert jobs_of(alert) == (1, 3)
    assert writing.write_rest(alert_id=alert.pk, gives_way=never)
    assert set(told().values()) == {1}


@pytest.mark.usefixtures("in_parts")
def test_what_is_more_urgent_gets_in_between() -> None:
    people = [person() for _number in range(5)]
    (alert,) = taken(raining(c04202=SEVERE))
    receive(body=raining(5, c04207=RAIN), source="push")
    assert jobs.something_waits(above=jobs.WRITING)
    jobs.write(alert_id=alert.pk)
    assert Message.objects.count() == 2
    assert jobs_of(alert) == (2, 1)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE priority > %s", [jobs.WRITING])
    jobs.write(alert_id=alert.pk)
    assert told() == {str(one.pk): 1 for one in people}


@pytest.mark.usefixtures("in_parts")
def test_a_worker_that_dies_in_a_part_leaves_the_parts_before_and_nothing_of_this_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people = [person() for _number in range(5)]
    (alert,) = taken(raining(c04202=SEVERE))
    with monkeypatch.context() as broken:
        broken.setattr(writing, "_finish", die)
        with pytest.raises(KeyboardInterrupt):
            writing.write_rest(alert_id=alert.pk, gives_way=never)
    assert Message.objects.count() == 4
    writing.write_rest(alert_id=alert.pk, gives_way=never)
    assert told() == {str(one.pk): 1 for one in people}
    alert.refresh_from_db()
    assert alert.people == 5


def die(*_what: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.usefixtures("in_parts")
def test_two_who_write_the_same_alert_tell_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second begins while the first is between two parts: each finds what the other wrote."""
    people = [person() for _number in range(7)]
    (alert,) = taken(raining(c04202=SEVERE))

    def the_other() -> bool:
        monkeypatch.setattr(writing, "PART", 3)
        writing.write_rest(alert_id=alert.pk, gives_way=lambda: True)
        return False

    writing.write_rest(alert_id=alert.pk, gives_way=the_other)
    assert told() == {str(one.pk): 1 for one in people}


@pytest.mark.usefixtures("in_parts")
def test_what_is_over_before_it_was_written_is_told_to_those_who_were_told() -> None:
    people = [person() for _number in range(5)]
    (first,) = taken(raining(c04202=SEVERE))
    writing.write_rest(alert_id=first.pk, gives_way=lambda: True)
    (over,) = taken(raining(5, c04202=None))
    writing.write_rest(alert_id=over.pk, gives_way=never)
    assert writing.write_rest(alert_id=first.pk, gives_way=never)
    first.refresh_from_db()
    assert (first.state, first.people, bool(first.stopped_at)) == ("written", 2, True)
    assert sorted(len(subjects(one)) for one in people) == [0, 0, 0, 2, 2]


@pytest.mark.usefixtures("in_parts")
def test_who_was_told_something_newer_is_left_out_of_what_is_still_written() -> None:
    here, there = [person() for _number in range(3)], [person("04207") for _number in range(2)]
    (first,) = taken(raining(c04202=RAIN, c04207=RAIN))
    writing.write_rest(alert_id=first.pk, gives_way=lambda: True)
    (raised,) = taken(raining(5, c04202=RAIN, c04207=SEVERE))
    assert raised.state == "written"
    writing.write_rest(alert_id=first.pk, gives_way=never)
    assert [len(subjects(one)) for one in [*here, *there]] == [1] * 5


def test_who_has_several_places_has_one_message_of_the_gravest() -> None:
    commuter, neighbour = person("04207"), person("04207")
    Whereabouts.objects.create(resident=commuter, kind="work", longitude=140.5, latitude=38.5, said_at=clock.now())
    taken(raining(c04202=SEVERE, c04207=RAIN))
    assert len(subjects(commuter)) == len(subjects(neighbour)) == 1
    assert subjects(commuter) != subjects(neighbour)
    taken(raining(5, c04202=None, c04207=RAIN))
    assert len(subjects(commuter)) == 1
    taken(raining(10, c04202=None, c04207=None))
    assert [len(subjects(one)) for one in (commuter, neighbour)] == [2, 2]


@pytest.mark.usefixtures("in_parts")
def test_a_lesser_alert_waits_for_the_graver_one_of_its_telegram() -> None:
    workers = [person("04202") for _number in range(3)]
    commuter = person("04207")
    Whereabouts.objects.create(resident=commuter, kind="work", longitude=140.5, latitude=38.5, said_at=clock.now())
    graver, lesser = taken(raining(c04202=SEVERE, c04207=RAIN))
    assert (graver.state, lesser.state) == ("writing", "writing")
    assert not writing.write_rest(alert_id=lesser.pk, gives_way=never)
    writing.write_rest(alert_id=graver.pk, gives_way=never)
    writing.write_rest(alert_id=lesser.pk, gives_way=never)
    assert told() == {str(one.pk): 1 for one in [*workers, commuter]}


def help_for(one: Resident, helper: Resident) -> None:
    now = clock.now()
    Helper.objects.create(
        person=one, helper=helper, name=helper.name, relation="neighbour", asked_at=now, agreed_at=now
    )


def test_helpers_get_one_short_message_when_it_is_over() -> None:
    first, second, helper, late = person(), person(), person("04208"), person("04208")
    help_for(first, helper)
    help_for(second, helper)
    taken(raining(c04202=SEVERE))
    help_for(first, late)
    taken(raining(5, c04202=None))
    mine = list(Message.objects.filter(resident=helper).order_by("created_at", "id"))
    assert len(mine) == 3
    assert "手助けのお願いは、これで終わりです" in text_of(mine[-1]).body
    assert "道と家" not in text_of(mine[-1]).body
    assert subjects(late) == []
    present = present_of(mine[0])
    assert present is not None
    assert present.over
    assert [len(subjects(one)) for one in (first, second)] == [2, 2]


def test_who_helps_somebody_still_in_danger_is_not_told_that_it_is_over() -> None:
    here, there, helper = person(), person("04207"), person("04208")
    help_for(here, helper)
    help_for(there, helper)
    taken(raining(c04202=SEVERE, c04207=SEVERE))
    taken(raining(5, c04202=None, c04207=SEVERE))
    assert len(subjects(helper)) == 2
    taken(raining(10, c04202=None, c04207=None))
    assert len(subjects(helper)) == 3


def test_nobody_who_came_after_a_warning_is_told_that_it_is_over() -> None:
    body = tsunami(coast("宮城県", "220", "津波警報", "51"))
    reader = person()
    taken(body)
    late = person()
    taken(tsunami(coast("宮城県", "220", "津波注意報解除", "60", last=("津波警報", "51")), sent="2026-07-01T03:15:00Z"))
    assert (len(subjects(reader)), subjects(late)) == (2, [])
