"""A telegram brings what is in force up to date, and tells each resident once what changed."""

from datetime import date
from pathlib import Path

import pytest
import shapely
from pytest_django.fixtures import Settings

from tests.people.conftest import resident
from tests.reach.desk import officer, signed_in
from tests.reach.telegram_maker import coast, height, kind, rain, tsunami, warning_item
from todoke.exchange.messages.models import Message
from todoke.exchange.messages.wordings import text_of
from todoke.kernel import clock
from todoke.loops.reach.actions.telegrams import receive
from todoke.loops.reach.actions.warnings import take_in
from todoke.loops.reach.models import Alert, AreaWarning, Incident
from todoke.registry.people.actions import learn_facts
from todoke.registry.people.models import Helper, Household, Resident
from todoke.registry.places.geometry import multipolygon, to_wkb
from todoke.registry.places.models import Municipality, Zone

pytestmark = pytest.mark.django_db(transaction=True)

ADVISORY, WARNING, MAJOR = ("津波注意報", "62"), ("津波警報", "51"), ("大津波警報", "52")
OVER = ("津波注意報解除", "60")


@pytest.fixture(autouse=True)
def prefecture(settings: Settings, tmp_path: Path, transactional_db: None) -> None:
    """Two towns at the sea, of which one has a zone that was imported; a third without any coast."""
    settings.STATE = tmp_path
    for number, code in enumerate(("04202", "04207", "04208")):
        area = shapely.box(140 + number, 38, 141 + number, 39)
        Municipality.objects.create(
            code=code, prefecture_code="04", name=code, name_en=code, boundary=to_wkb(multipolygon(area))
        )
    Zone.objects.create(
        code="shore",
        hazard="tsunami",
        kind="tsunami",
        name="浸水想定区域",
        boundary=to_wkb(multipolygon(shapely.box(140.5, 38, 141, 39))),
        source="test",
        imported_at=clock.now(),
    )


def person(longitude: float, latitude: float = 38.5, code: str = "04202", language: str = "ja") -> Resident:
    home = Household.objects.create(municipality_code=code, address="見本", longitude=longitude, latitude=latitude)
    made = resident("見本 花子", date(1990, 1, 1), "head", home)
    made.language = language
    made.save()
    return made


def sea(
    said: tuple[str, str], before: tuple[str, str] = ("津波なし", "00"), minute: int = 0, more: str = ""
) -> list[Alert]:
    """A tsunami telegram of Miyagi's coast arrives and is taken in; the alerts that it makes."""
    item = coast("宮城県", "220", *said, last=before, more=more)
    sent = f"2026-07-01T03:{minute:02}:00Z"
    telegram = receive(body=tsunami(item, sent=sent), source="push").telegram
    take_in(telegram_id=telegram.pk)
    return list(Alert.objects.filter(telegram=telegram))


def messages(reader: Resident) -> list[str]:
    return [text_of(one).subject for one in Message.objects.filter(resident=reader).order_by("id")]


def test_who_is_where_water_may_come_is_told_each_once_and_nobody_else() -> None:
    shore, inland, whole, far = person(140.7), person(140.2), person(141.5, code="04207"), person(142.5, code="04208")
    (alert,) = sea(WARNING)
    assert messages(shore) == messages(whole) == ["津波警報"]
    assert messages(inland) == messages(far) == []
    assert (alert.people, alert.by_municipality) == (2, {"04202": 1, "04207": 1})


def test_each_reads_it_in_their_own_language() -> None:
    readers = {language: person(140.7, language=language) for language in ("ja", "easy", "en", "zh-hant", "vi")}
    sea(MAJOR)
    said = {language: messages(reader)[0] for language, reader in readers.items()}
    assert said["ja"] == "大津波警報"
    assert said["en"] == "Major Tsunami Warning"
    assert said["zh-hant"] == "大海嘯警報"
    assert len(set(said.values())) == 5


def test_raised_lowered_and_lifted_each_says_what_changed() -> None:
    reader = person(140.7)
    changes = [
        sea(ADVISORY, minute=0)[0].change,
        sea(WARNING, ADVISORY, 5)[0].change,
        sea(ADVISORY, WARNING, 10)[0].change,
        sea(OVER, ADVISORY, 15)[0].change,
    ]
    assert changes == ["issued", "raised", "lowered", "cancelled"]
    bodies = [text_of(one).body for one in Message.objects.filter(resident=reader).order_by("id")]
    assert "「津波注意報」から「津波警報」に上がりました" in bodies[1]
    assert "「津波警報」から「津波注意報」に下がりました" in bodies[2]
    assert "「津波注意報」は解除されました" in bodies[3]
    assert not AreaWarning.objects.filter(ended_at=None).exists()
    assert Incident.objects.get().ended_at is not None


def test_a_higher_wave_is_told_and_the_same_is_not_told_again() -> None:
    person(140.7)
    sea(MAJOR, minute=0, more=height("巨大"))
    assert sea(MAJOR, MAJOR, 3, height("巨大")) == []
    assert [one.change for one in sea(MAJOR, MAJOR, 6, height("１０ｍ", "10", ""))] == ["updated"]
    assert [one.change for one in sea(MAJOR, MAJOR, 9, height("１０ｍ超", "10", ""))] == ["updated"]
    assert sea(MAJOR, MAJOR, 12, height("３ｍ", "3", "")) == []


def test_a_copy_and_a_late_telegram_change_nothing() -> None:
    reader = person(140.7)
    sea(WARNING, minute=10)
    sea(WARNING, minute=10)
    assert sea(ADVISORY, minute=5) == []
    assert messages(reader) == ["津波警報"]
    assert AreaWarning.objects.get(ended_at=None).name == "津波警報"


def test_a_withdrawn_telegram_brings_back_what_was_said_before_it() -> None:
    reader = person(140.7)
    sea(ADVISORY, minute=0)
    sea(WARNING, ADVISORY, 5)
    body = tsunami(sent="2026-07-01T03:10:00Z", info_type="取消")
    take_in(telegram_id=receive(body=body, source="push").telegram.pk)
    assert AreaWarning.objects.get(ended_at=None).name == "津波注意報"
    assert messages(reader)[-1] == "津波注意報"


def test_a_drill_is_marked_and_leaves_what_is_in_force_alone() -> None:
    reader = person(140.7)
    sea(ADVISORY)
    item = coast("宮城県", "220", *MAJOR)
    drill = receive(body=tsunami(item, sent="2026-07-01T03:30:00Z", status="訓練"), source="drill").telegram
    take_in(telegram_id=drill.pk)
    assert messages(reader) == ["津波注意報", "【訓練】大津波警報"]
    assert {(one.name, one.incident.status) for one in AreaWarning.objects.filter(ended_at=None)} == {
        ("津波注意報", "normal"),
        ("大津波警報", "drill"),
    }


def test_an_agencys_own_drill_waits_for_an_officer() -> None:
    reader = person(140.7)
    drill = receive(body=tsunami(coast("宮城県", "220", *MAJOR), status="訓練"), source="feed").telegram
    take_in(telegram_id=drill.pk)
    assert messages(reader) == []
    assert Alert.objects.get().state == "waiting"
    assert AreaWarning.objects.get(ended_at=None).incident.status == "drill"


def test_a_helper_is_told_whom_they_help() -> None:
    in_danger, helper = person(140.7), person(142.5, code="04208")
    Helper.objects.create(
        person=in_danger, helper=helper, name=helper.name, relation="neighbour", asked_at=clock.now(),
        agreed_at=clock.now(),
    )  # fmt: skip
    (alert,) = sea(WARNING)
    told = Message.objects.get(resident=helper)
    assert "見本 花子さん" in text_of(told).body
    assert alert.people == 1


def test_a_deaf_womans_message_differs_from_her_neighbours() -> None:
    deaf, neighbour = person(140.7), person(140.7)
    learn_facts(resident=deaf, said={"needs.hearing": True})
    sea(WARNING)
    (said,), (plain,) = (Message.objects.filter(resident=one) for one in (deaf, neighbour))
    assert "サイレンや放送が聞こえなくても" in text_of(said).body
    assert "サイレンや放送が聞こえなくても" not in text_of(plain).body


def test_who_moved_away_in_between_is_told_that_it_is_over() -> None:
    reader = person(140.7)
    sea(WARNING, minute=0)
    Household.objects.filter(pk=reader.household_id).update(municipality_code="04208", longitude=142.5)
    sea(OVER, WARNING, 15)
    assert messages(reader) == ["津波警報", "津波の警報・注意報は解除されました"]


def test_a_level_of_rain_is_information_and_never_an_order() -> None:
    reader = person(140.2)
    body = rain(warning_item(kind("レベル４大雨危険警報", "43", "発表"), "0420200", "石巻市"))
    take_in(telegram_id=receive(body=body, source="push").telegram.pk)
    (message,) = Message.objects.filter(resident=reader)
    assert "避難指示" not in text_of(message).subject
    assert AreaWarning.objects.get().level == 4


def test_taking_in_again_after_a_crash_tells_nobody_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = person(140.7)
    telegram = receive(body=tsunami(coast("宮城県", "220", *WARNING)), source="push").telegram
    with monkeypatch.context() as broken:
        broken.setattr("todoke.loops.reach.actions.writing._finish", _die)
        with pytest.raises(KeyboardInterrupt):
            take_in(telegram_id=telegram.pk)
    assert messages(reader) == []
    take_in(telegram_id=telegram.pk)
    take_in(telegram_id=telegram.pk)
    assert messages(reader) == ["津波警報"]


def _die(*_what: object) -> None:
    raise KeyboardInterrupt


def test_an_officer_of_the_desk_sends_what_waited_and_nobody_else() -> None:
    reader = person(140.7)
    drill = receive(body=tsunami(coast("宮城県", "220", *MAJOR), status="訓練"), source="feed").telegram
    take_in(telegram_id=drill.pk)
    alert = Alert.objects.get()
    stranger, desk = officer("stranger", function="childcare"), officer("desk")
    address = f"/console/situation/alerts/{alert.pk}/"
    assert signed_in(stranger).post(address, {"deed": "send"}).status_code == 404
    page = signed_in(desk).get(address).content.decode()
    assert "この知らせは、まだだれにも送られていません" in page
    assert "大津波警報" in page
    assert signed_in(desk).post(address, {"deed": "send"}).status_code == 302
    assert messages(reader) == ["【訓練】大津波警報"]
    assert signed_in(desk).post(address, {"deed": "drop"}).status_code == 409


def test_what_an_officer_drops_reaches_nobody_and_other_towns_cannot_decide() -> None:
    reader = person(140.7)
    drill = receive(body=tsunami(coast("宮城県", "220", *MAJOR), status="訓練"), source="feed").telegram
    take_in(telegram_id=drill.pk)
    address = f"/console/situation/alerts/{Alert.objects.get().pk}/"
    other = officer("other", "04999")
    assert [signed_in(other).post(address, {"deed": deed}).status_code for deed in ("send", "drop")] == [403, 403]
    assert Alert.objects.get().state == "waiting"
    desk = officer("desk")
    assert signed_in(desk).post(address, {"deed": "drop"}).status_code == 302
    assert Alert.objects.get().state == "stopped"
    assert messages(reader) == []
    assert signed_in(desk).post(address, {"deed": "send"}).status_code == 409
