"""Sources: whatever arrives is kept once, in its place, and told of; folder, push, feed and sensors."""

import json
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from django.db import connections, transaction
from django.test import Client
from pytest_django.fixtures import Settings

from counterparts.jma_feed.application import JmaFeed
from counterparts.serving import open_server
from tests.reach.telegram_maker import coast, kind, rain, report, tsunami, warning_item
from todoke.faces.commands import main
from todoke.kernel import clock, events
from todoke.loops.reach.actions.telegrams import Reread, receive, reread
from todoke.loops.reach.actions.warnings import take_in
from todoke.loops.reach.models import AreaWarning, Feed, Telegram
from todoke.loops.reach.sources import feed as feeds
from todoke.loops.reach.sources.feed import is_stale, poll_feed, seconds_until_next
from todoke.loops.reach.sources.folder import take_folder
from todoke.loops.reach.sources.sensors import ReadingError, parse_reading, stage_of, stations, take_reading
from todoke.loops.reach.telegrams.errors import EmptyTelegramError
from todoke.loops.reach.telegrams.markup import MAX_BYTES
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.registry.places.actions import load_places

pytestmark = pytest.mark.django_db

WARNED = tsunami(coast("宮城県", "220", "津波警報", "51"), sent="2026-07-01T03:00:00Z")
RAISED = tsunami(
    coast("宮城県", "220", "大津波警報：発表", "53", last=("津波警報", "51")), sent="2026-07-01T03:04:00Z", serial="1"
)
ELSEWHERE = tsunami(coast("高知県", "610", "津波警報", "51"), sent="2026-07-01T03:08:00Z")
CITY = warning_item(kind("レベル３大雨警報", "03", "発表"), "0420200", "石巻市")


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> list[Telegram]:
    """The telegrams that were told of; what the loop does with them is for other tests."""
    heard: list[Telegram] = []
    monkeypatch.setitem(events._handlers, "reach.telegram_received", [lambda telegram: heard.append(telegram)])
    return heard


class TestReceiving:
    def test_a_telegram_is_kept_as_it_came_and_told_of(self, told: list[Telegram]) -> None:
        received = receive(body=WARNED, source="push", name="20260701_0_VTSE41_010000.xml")
        telegram = Telegram.objects.get()
        assert received.new
        assert told == [telegram]
        assert bytes(telegram.body) == WARNED
        assert (telegram.type, telegram.kind, telegram.level, telegram.concern) == ("VTSE41", "tsunami", None, True)
        assert telegram.sent_at == datetime(2026, 7, 1, 3, 0, tzinfo=UTC)
        assert telegram.error == ""

    def test_the_same_bytes_are_kept_once(self, told: list[Telegram]) -> None:
        first = receive(body=WARNED, source="push")
        again = receive(body=WARNED, source="folder", name="again.xml")
        assert (again.new, again.telegram) == (False, first.telegram)
        assert len(told) == Telegram.objects.count() == 1

    def test_what_cannot_be_read_is_kept_with_the_reason(self, told: list[Telegram]) -> None:
        telegram = receive(body=b"<Report>", source="folder", name="20260701_0_VTSE41_010000.xml").telegram
        assert telegram.error.startswith("malformed: ")
        assert (telegram.type, telegram.concern, bytes(telegram.body)) == ("VTSE41", False, b"<Report>")
        assert told == [telegram]

    def test_what_is_too_large_is_kept_in_part(self) -> None:
        telegram = receive(body=b" " * (MAX_BYTES + 10), source="folder").telegram
        assert telegram.error.startswith("oversized: ")
        assert len(telegram.body) == MAX_BYTES

    def test_one_that_comes_late_is_superseded(self) -> None:
        newer, older = receive(body=RAISED, source="push").telegram, receive(body=WARNED, source="push").telegram
        assert (newer.superseded, older.superseded) == (False, True)

    def test_a_drill_does_not_supersede_the_real_one(self) -> None:
        receive(body=RAISED.replace("通常".encode(), "訓練".encode()), source="push")
        assert not receive(body=WARNED, source="push").telegram.superseded

    def test_a_full_state_that_no_longer_names_us_concerns_us(self) -> None:
        receive(body=WARNED, source="push")
        telegram = receive(body=ELSEWHERE, source="push").telegram
        assert (telegram.concern, telegram.reason) == (True, Reason.NO_LONGER_NAMED)

    def test_a_withdrawal_of_what_was_elsewhere_does_not(self) -> None:
        withdrawn = tsunami(info_type="取消", sent="2026-07-01T03:09:00Z")
        receive(body=ELSEWHERE, source="push")
        telegram = receive(body=withdrawn, source="push").telegram
        assert (telegram.concern, telegram.reason) == (False, Reason.ELSEWHERE)

    def test_a_withdrawal_of_what_was_here_does(self) -> None:
        receive(body=WARNED, source="push")
        assert receive(body=tsunami(info_type="取消", sent="2026-07-01T03:09:00Z"), source="push").telegram.concern

    def test_the_older_form_yields_to_the_one_with_levels(self) -> None:
        older = rain(CITY, title="気象警報・注意報（Ｈ２７）", version="1.2_0", sent="2026-07-02T00:00:00Z")
        assert receive(body=older, source="push").telegram.concern
        receive(body=rain(CITY), source="push")
        later = receive(body=older.replace(b"02T00:00:00Z", b"02T00:30:00Z"), source="push").telegram
        assert (later.concern, later.reason) == (False, Reason.LEVELS_ARRIVE)

    def test_the_older_form_of_another_observatory_does_not(self) -> None:
        receive(body=rain(CITY, office="福島地方気象台"), source="push")
        older = rain(CITY, title="気象警報・注意報（Ｈ２７）", version="1.2_0", sent="2026-07-02T00:00:00Z")
        assert receive(body=older, source="push").telegram.concern

    def test_a_feed_does_not_tell_of_what_is_over(self) -> None:
        tornado = report(
            "竜巻注意情報",
            valid="2026-07-01T13:00:00+09:00",
            body=f'<Warning type="竜巻注意情報（市町村等）">{CITY}</Warning>',
        )
        assert receive(body=tornado, source="feed").telegram.reason == Reason.OVER
        assert receive(body=tornado + b"\n", source="push").telegram.reason == Reason.HERE

    def test_nothing_is_kept_when_telling_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def trip(telegram: Telegram) -> None:
            raise RuntimeError

        monkeypatch.setitem(events._handlers, "reach.telegram_received", [trip])
        with pytest.raises(RuntimeError), transaction.atomic():
            receive(body=WARNED, source="push")
        assert not Telegram.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_same_telegram_twice_at_once(told: list[Telegram]) -> None:
    new: list[bool] = []

    def arrive() -> None:
        try:
            new.append(receive(body=WARNED, source="push").new)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=arrive) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [False] * 5 + [True]
    assert len(told) == Telegram.objects.count() == 1


class TestReread:
    """What could not be read is read again after an upgrade."""

    def broken(self, monkeypatch: pytest.MonkeyPatch, *bodies: bytes, ago: timedelta = timedelta()) -> list[Telegram]:
        def refuse(*_what: object, **_more: object) -> None:
            raise EmptyTelegramError

        with monkeypatch.context() as before:
            before.setattr("todoke.loops.reach.telegrams.read", refuse)
            found = [receive(body=body, source="push").telegram for body in bodies]
        Telegram.objects.update(received_at=clock.now() - ago)
        assert all(one.error for one in found)
        return found

    def test_it_is_acted_upon_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        load_places(prefecture_code="04")
        (telegram,) = self.broken(monkeypatch, WARNED)
        assert reread() == Reread(read=1, acted_upon=1)
        telegram.refresh_from_db()
        assert (telegram.error, telegram.concern, telegram.type) == ("", True, "VTSE41")
        take_in(telegram_id=telegram.pk)
        assert AreaWarning.objects.filter(ended_at=None).exists()
        assert reread() == Reread()

    def test_of_a_unit_the_newest_holds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        older, newer = self.broken(monkeypatch, WARNED, RAISED)
        assert reread() == Reread(read=2, acted_upon=1)
        for one in (older, newer):
            one.refresh_from_db()
        assert (older.superseded, newer.superseded) == (True, False)

    def test_what_was_overtaken_meanwhile_is_told_to_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.broken(monkeypatch, WARNED)
        receive(body=RAISED, source="push")
        assert reread() == Reread(read=1)

    def test_what_is_old_is_told_to_nobody(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (telegram,) = self.broken(monkeypatch, WARNED, ago=timedelta(hours=25))
        assert reread() == Reread(read=1)
        telegram.refresh_from_db()
        assert (telegram.concern, telegram.reason) == (False, Reason.OVER)

    def test_what_still_cannot_be_read_stays(self, capsys: pytest.CaptureFixture[str]) -> None:
        receive(body=b"<Report>", source="push")
        assert main(["alerts", "reread", "--json"]) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {"read": 0, "acted_upon": 0, "failed": 1}


class TestFolder:
    def test_files_are_taken_oldest_first_and_put_away(self, tmp_path: Path, told: list[Telegram]) -> None:
        for age, (name, body) in enumerate([("b.xml", RAISED), ("a.xml", WARNED), ("bad.xml", b"<Report>")]):
            (tmp_path / name).write_bytes(body)
            os.utime(tmp_path / name, (1000 - age, 1000 - age))
        assert take_folder(tmp_path) == 3
        assert [telegram.name for telegram in told] == ["bad.xml", "a.xml", "b.xml"]
        assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["a.xml", "b.xml"]
        assert [path.name for path in (tmp_path / "refused").iterdir()] == ["bad.xml"]
        assert take_folder(tmp_path) == 0

    def test_unfinished_files_are_left_alone(self, tmp_path: Path) -> None:
        for name in (".hidden.xml", "x.xml.part", "y.tmp"):
            (tmp_path / name).write_bytes(WARNED)
        (tmp_path / "half.xml").write_bytes(WARNED[:300])
        assert take_folder(tmp_path) == 0
        assert take_folder(tmp_path, now=time.time() + 60) == 1

    def test_one_left_over_from_a_crash_is_known(self, tmp_path: Path, told: list[Telegram]) -> None:
        receive(body=WARNED, source="folder", name="a.xml")
        (tmp_path / "a.xml").write_bytes(WARNED)
        assert take_folder(tmp_path) == 1
        assert len(told) == 1
        (tmp_path / "a.xml").write_bytes(RAISED)
        take_folder(tmp_path)
        assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["a.1.xml", "a.xml"]

    def test_one_that_trips_a_listener_keeps_nobody_waiting(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def trip(telegram: Telegram) -> None:
            if telegram.name == "a.xml":
                raise RuntimeError

        monkeypatch.setitem(events._handlers, "reach.telegram_received", [trip])
        (tmp_path / "a.xml").write_bytes(WARNED)
        (tmp_path / "b.xml").write_bytes(RAISED)
        assert take_folder(tmp_path) == 1
        assert (tmp_path / "a.xml").exists()


class TestPush:
    def push(self, body: bytes, token: str = "second", **headers: str) -> httpx.Response:
        response = Client().post(
            "/api/telegrams/",
            body,
            content_type="application/xml",
            headers={"Authorization": f"Bearer {token}", **headers},
        )
        return httpx.Response(response.status_code, content=response.content)

    @pytest.fixture(autouse=True)
    def tokens(self, settings: Settings) -> None:
        settings.PUSH_TOKENS = ["first", "second"]

    def test_once_and_again(self) -> None:
        first = self.push(WARNED, **{"X-Telegram-Name": "20260701_0_VTSE41_010000.xml"})
        assert (first.status_code, first.json()["concern"], first.json()["type"]) == (201, True, "VTSE41")
        again = self.push(WARNED)
        assert (again.status_code, again.json()["new"]) == (200, False)

    def test_what_cannot_be_read_is_said_in_plain_words(self) -> None:
        answer = self.push(b"<!DOCTYPE x><Report/>")
        assert (answer.status_code, answer.json()["code"], answer.json()["new"]) == (422, "doctype", True)
        assert answer.json()["detail"] == "Telegrams with a DOCTYPE or entities are not read."
        assert Telegram.objects.count() == 1

    def test_sizes(self) -> None:
        big = rain(*[CITY] * 20_000)
        assert len(big) > 3_000_000
        assert self.push(big).status_code == 201
        assert self.push(b" " * (MAX_BYTES + 1)).status_code == 413
        assert self.push(b"").status_code == 400

    def test_without_a_token_nothing_is_kept(self, settings: Settings) -> None:
        assert self.push(WARNED, token="third").status_code == 401
        assert self.push(WARNED, token="").status_code == 401
        assert Client().get("/api/telegrams/").status_code == 405
        settings.PUSH_TOKENS = []
        assert self.push(WARNED, token="").status_code == 404
        assert not Telegram.objects.exists()


@pytest.fixture
def agency(tmp_path: Path) -> Iterator[JmaFeed]:
    """A server of the feed in a thread of its own."""
    made: list[JmaFeed] = []

    def application(port: int) -> JmaFeed:
        made.append(JmaFeed(tmp_path, f"http://127.0.0.1:{port}"))
        return made[0]

    server = open_server("127.0.0.1", 0, application)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made[0]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client() as made:
        yield made


def put(agency: JmaFeed, name: str, body: bytes, *, minutes_ago: float = 0) -> None:
    path = agency.folder / name
    path.write_bytes(body)
    changed = time.time() - minutes_ago * 60
    os.utime(path, (changed, changed))


class TestFeed:
    def asked(self, agency: JmaFeed, client: httpx.Client) -> dict[str, int]:
        counts: dict[str, int] = client.get(f"{agency.address}/requests.json").json()
        return counts

    def test_the_long_feed_first_and_no_file_twice(
        self, agency: JmaFeed, client: httpx.Client, told: list[Telegram]
    ) -> None:
        address = f"{agency.address}/feed/extra.xml"
        put(agency, "20260701_0_VTSE41_010000.xml", WARNED, minutes_ago=600)
        put(agency, "20260702_0_VTSE41_010000.xml", RAISED, minutes_ago=2)
        put(agency, "20260702_0_VPFD51_040000.xml", report("府県天気予報（Ｒ１）"), minutes_ago=2)
        polled = poll_feed(address, client)
        assert (polled.fetched, polled.problem) == (2, "")
        assert [telegram.superseded for telegram in told] == [False, True]
        for _ in range(3):
            assert poll_feed(address, client).unchanged
        counts = self.asked(agency, client)
        assert counts["/data/20260701_0_VTSE41_010000.xml"] == counts["/data/20260702_0_VTSE41_010000.xml"] == 1
        assert "/data/20260702_0_VPFD51_040000.xml" not in counts
        assert (counts["/feed/extra_l.xml"], counts["/feed/extra.xml"]) == (1, 4)

    def test_after_a_gap_the_long_feed_is_read_again(
        self, agency: JmaFeed, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = f"{agency.address}/feed/extra.xml"
        poll_feed(address, client)
        put(agency, "20260701_0_VTSE41_010000.xml", WARNED, minutes_ago=15)
        assert poll_feed(address, client).fetched == 0
        later = clock.now() + timedelta(minutes=20)
        monkeypatch.setattr(clock, "now", lambda: later)
        assert poll_feed(address, client).fetched == 1

    def test_what_cannot_be_fetched_is_tried_again(
        self, agency: JmaFeed, client: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        address = f"{agency.address}/feed/extra.xml"
        poll_feed(address, client)
        put(agency, "20260701_0_VTSE41_010000.xml", WARNED)
        real = feeds._get

        def broken(address: str, client: httpx.Client, headers: dict[str, str]) -> tuple[bytes, str] | None:
            if "/data/" in address:
                raise httpx.ConnectTimeout("slow")
            return real(address, client, headers)

        monkeypatch.setattr(feeds, "_get", broken)
        assert "ConnectTimeout" in poll_feed(address, client).problem
        monkeypatch.setattr(feeds, "_get", real)
        assert poll_feed(address, client).fetched == 1

    def test_it_says_since_when_it_has_heard_nothing(self, client: httpx.Client) -> None:
        address = "http://127.0.0.1:9/feed/extra.xml"
        assert "ConnectError" in poll_feed(address, client).problem
        feed = Feed.objects.get(address=address)
        assert (feed.succeeded_at, feed.polled_at is None) == (None, False)
        assert is_stale(feed, clock.now())
        feed.succeeded_at = clock.now() - timedelta(minutes=1)
        assert not is_stale(feed, clock.now())

    def test_a_feed_may_name_files_of_its_own_server_only(self, agency: JmaFeed, client: httpx.Client) -> None:
        address = f"{agency.address}/feed/extra.xml"
        put(agency, "20260701_0_VTSE41_010000.xml", WARNED)
        agency.address = "http://169.254.169.254"
        assert poll_feed(address, client).fetched == 0
        assert not Telegram.objects.exists()

    @pytest.mark.parametrize(("second", "wait"), [(0, 20), (19.5, 0.5), (20, 60), (50, 30)])
    def test_twenty_seconds_past_the_minute(self, second: float, wait: float) -> None:
        now = datetime(2026, 7, 1, tzinfo=UTC) + timedelta(seconds=second)
        assert seconds_until_next(now) == pytest.approx(wait)


STATIONS = """\
stations:
  - id: kitakami-1
    name: 北上川 鹿又
    quantity: 水位
    unit: m
    kind: water_level
    municipalities: ["04202", "04214"]
    hysteresis: 0.2
    thresholds:
      - {name: 氾濫危険水位, at: 5.0, severity: severe, level: 4}
      - {name: 氾濫注意水位, at: 3.0, severity: advisory, level: 2}
"""


class TestSensors:
    @pytest.fixture
    def path(self, tmp_path: Path) -> str:
        file = tmp_path / "stations.yaml"
        file.write_text(STATIONS)
        return str(file)

    def reading(self, value: float, minute: int, **more: object) -> bytes:
        at = f"2026-07-01T12:{minute:02}:00+09:00"
        return json.dumps({"station": "kitakami-1", "quantity": "水位", "value": value, "at": at, **more}).encode()

    def test_up_and_down_with_hysteresis(self, path: str, told: list[Telegram]) -> None:
        stages = []
        for minute, value in enumerate([2.9, 3.0, 2.9, 3.1, 2.8, 2.79, 5.5, 4.9, 4.7, 1.0]):
            received = take_reading(parse_reading(self.reading(value, minute)), path=path)
            stages.append((value, received.telegram.level if received else "-"))
        assert stages == [
            *((2.9, "-"), (3.0, 2), (2.9, "-"), (3.1, "-"), (2.8, "-"), (2.79, None)),
            *((5.5, 4), (4.9, "-"), (4.7, 2), (1.0, None)),
        ]
        assert {telegram.kind for telegram in told} == {"water_level"}
        assert all(telegram.concern for telegram in told)

    def test_older_readings_change_nothing(self, path: str) -> None:
        assert take_reading(parse_reading(self.reading(5.5, 10)), path=path)
        assert take_reading(parse_reading(self.reading(1.0, 9)), path=path) is None
        assert take_reading(parse_reading(self.reading(1.0, 10)), path=path) is None

    def test_a_drill_has_stages_of_its_own(self, path: str) -> None:
        assert take_reading(parse_reading(self.reading(5.5, 10, status="drill")), path=path)
        real = take_reading(parse_reading(self.reading(5.5, 10)), path=path)
        assert real
        assert real.telegram.status == "normal"

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"[]",
            b"{}",
            b'{"station": "kitakami-1", "quantity": "x", "value": NaN, "at": "2026-07-01T12:00:00+09:00"}',
            b'{"station": "kitakami-1", "quantity": "x", "value": 1e999, "at": "2026-07-01T12:00:00+09:00"}',
            b'{"station": "kitakami-1", "quantity": "x", "value": "3", "at": "2026-07-01T12:00:00+09:00"}',
            b'{"station": "kitakami-1", "quantity": "x", "value": 3, "at": "2026-07-01T12:00:00"}',
            b'{"station": "kitakami-1", "quantity": "x", "value": 3, "at": "noon"}',
            b"[" * 100_000,
        ],
    )
    def test_what_is_no_reading(self, body: bytes) -> None:
        with pytest.raises(ReadingError):
            parse_reading(body)

    @pytest.mark.parametrize(
        "more", [{"station": "other"}, {"quantity": "雨量"}, {"unit": "cm"}, {"at": "2199-07-01T12:00:00+09:00"}]
    )
    def test_what_does_not_fit_the_station(self, path: str, more: dict[str, object]) -> None:
        with pytest.raises(ReadingError):
            take_reading(parse_reading(self.reading(4.0, 0, **more)), path=path)

    def test_pushed(self, path: str, settings: Settings) -> None:
        settings.PUSH_TOKENS, settings.SENSORS = ["t"], path
        answers = [
            Client().post(
                "/api/readings/", body, content_type="application/json", headers={"Authorization": "Bearer t"}
            )
            for body in (self.reading(3.5, 0), self.reading(3.6, 1), b"nonsense")
        ]
        assert [answer.status_code for answer in answers] == [201, 202, 422]
        assert answers[2].json()["code"] == "reading"

    def test_a_jump_over_a_stage(self, path: str) -> None:
        station = stations(path)["kitakami-1", "水位"]
        assert [threshold.at for threshold in station.thresholds] == [3.0, 5.0]
        jumped = stage_of(station, 6.0, "")
        assert jumped
        assert jumped.level == 4


class TestWatching:
    def test_once(self, tmp_path: Path, settings: Settings, agency: JmaFeed) -> None:
        put(agency, "20260701_0_VTSE41_010000.xml", WARNED)
        folder = tmp_path / "incoming"
        folder.mkdir()
        (folder / "a.xml").write_bytes(RAISED)
        settings.TELEGRAM_FOLDER, settings.TELEGRAM_FEEDS = str(folder), [f"{agency.address}/feed/extra.xml"]
        assert main(["alerts", "watch", "--once"]) == 0
        assert set(Telegram.objects.values_list("source", flat=True)) == {"folder", "feed"}

    def test_nothing_to_watch(self, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
        settings.TELEGRAM_FOLDER, settings.TELEGRAM_FEEDS = "", []
        assert main(["alerts", "watch"]) == 1
        assert "TODOKE_TELEGRAM_FOLDER" in capsys.readouterr().err
