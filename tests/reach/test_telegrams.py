"""Telegrams of the JMA: what is understood, what is of no concern, and what is refused."""

import json
import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reach.telegram_maker import (
    MUNICIPALITIES,
    WEATHER_AREAS,
    coast,
    height,
    information,
    kind,
    rain,
    report,
    tsunami,
    warning,
    warning_item,
)
from todoke.faces.commands import main
from todoke.loops.reach import telegrams
from todoke.loops.reach.telegrams import markup
from todoke.loops.reach.telegrams.errors import (
    DeepTelegramError,
    EmptyTelegramError,
    EncodingTelegramError,
    ForbiddenTelegramError,
    ForeignTelegramError,
    IncompleteTelegramError,
    MalformedTelegramError,
    OversizedTelegramError,
    TelegramError,
)
from todoke.loops.reach.telegrams.places import finest, municipalities_of, prefectures_of
from todoke.loops.reach.telegrams.reasons import Reason, words_of
from todoke.loops.reach.telegrams.types import Area, Kind, Severity, Status

SAMPLES = Path(os.environ.get("TODOKE_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "jma"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the agency's samples are not on this machine")

CITY = warning_item(kind("レベル４大雨危険警報", "43", "発表", ("レベル３大雨警報", "03")), "0420200", "石巻市")


def read(body: bytes, name: str = "", prefecture: str = "04") -> telegrams.Telegram:
    return telegrams.read(body, name=name, prefecture=prefecture)


def sample(start: str) -> telegrams.Telegram:
    path = next(SAMPLES.glob(f"{start}*"))
    return read(path.read_bytes(), path.name)


def of(telegram: telegrams.Telegram, code: str, code_type: str = MUNICIPALITIES) -> Area:
    return next(area for area in telegram.areas if area.key == (code_type, code))


class TestSamples:
    @needs_samples
    def test_every_sample_is_understood_or_named_as_of_no_concern(self) -> None:
        paths = sorted(SAMPLES.glob("*.xml"))
        assert len(paths) == 268
        for path in paths:
            said = read(path.read_bytes(), path.name)
            assert said.type
            assert path.stem.endswith(said.type)
            assert said.kind is not Kind.UNKNOWN or said.reason == Reason.RESTATES, path.name
            assert said.reason not in {Reason.UNKNOWN, Reason.UNKNOWN_HERE}, path.name
            assert not [note for note in said.notes if "not known" in note], (path.name, said.notes)
            assert said.issued_at
            assert said.issued_at.tzinfo
            assert words_of(said.reason) != said.reason

    @needs_samples
    def test_the_type_is_found_without_the_name(self) -> None:
        for path in sorted(SAMPLES.glob("*.xml")):
            named, unnamed = read(path.read_bytes(), path.name), read(path.read_bytes())
            assert unnamed.type[:3] == named.type[:3]
            assert (unnamed.kind, unnamed.concern, unnamed.unit) == (named.kind, named.concern, named.unit)

    @needs_samples
    def test_the_tsunami_of_2011_in_order(self) -> None:
        told = []
        for number in ("02", "06", "09", "11", "13"):
            area = of(sample(f"32-39_11_{number}"), "220", "津波予報区")
            told.append((area.warning, area.severity, area.status, area.height, area.height_m))
        assert told == [
            ("大津波警報", Severity.EMERGENCY, "発表", "巨大", None),
            ("大津波警報", Severity.EMERGENCY, "継続", "巨大", None),
            ("大津波警報", Severity.EMERGENCY, "継続", "１０ｍ", 10.0),
            ("大津波警報", Severity.EMERGENCY, "継続", "１０ｍ超", 10.0),
            ("津波予報（若干の海面変動）", Severity.FORECAST, "解除", "", None),
        ]
        first = sample("32-39_11_02")
        assert of(first, "220", "津波予報区").arrives_at == datetime(2011, 3, 11, 6, 0, tzinfo=UTC)
        assert of(first, "210", "津波予報区").arrival == "津波到達中と推測"
        assert first.level is None
        assert first.earthquakes[0].hypocentre == "三陸沖"

    @needs_samples
    def test_tokyo_and_osaka_speak_of_the_same_tsunami(self) -> None:
        warned = sample("32-39_11_02")
        assert warned.editorial_office == "大阪管区気象台"
        assert warned.unit == "津波警報・注意報・予報|気象庁本庁|normal"

    @needs_samples
    def test_the_code_220_is_a_coast_or_the_north(self) -> None:
        quake = sample("32-39_11_05")
        north = of(quake, "220", "地震情報／細分区域")
        assert (north.name, north.intensity, north.severity) == ("宮城県北部", "7", Severity.EMERGENCY)
        assert of(quake, "0421300").warning == "震度７"
        assert "04213" in municipalities_of(north)
        assert "04202" not in municipalities_of(north)
        assert "04202" in municipalities_of(of(sample("32-39_11_02"), "220", "津波予報区"))

    @needs_samples
    def test_the_same_telegram_concerns_the_prefecture_that_it_names(self) -> None:
        path = next(SAMPLES.glob("15_16_01*"))
        here, elsewhere = (read(path.read_bytes(), path.name, prefecture) for prefecture in ("01", "04"))
        assert (here.concern, here.reason, here.level) == (True, Reason.HERE, 4)
        assert (elsewhere.concern, elsewhere.reason, elsewhere.level) == (False, Reason.ELSEWHERE, 4)
        assert here.areas == elsewhere.areas

    @needs_samples
    def test_a_flood_names_those_that_may_be_flooded(self) -> None:
        said = sample("91_01_01")
        assert (said.kind, said.level, said.concern) == (Kind.FLOOD, 2, True)
        assert of(said, "0442101").level == 2
        assert said.publishing_office == "北上川下流河川事務所 仙台管区気象台"

    @needs_samples
    def test_heights_seen_at_stations_are_no_warnings(self) -> None:
        station = of(sample("32-39_11_10"), "22002", "潮位観測点")
        assert station.name == "石巻市鮎川"
        assert not station.in_force


class TestLevels:
    @pytest.mark.parametrize(
        ("code", "name", "expected"),
        [
            ("10", "レベル２大雨注意報", (Kind.HEAVY_RAIN, Severity.ADVISORY, 2)),
            ("03", "レベル３大雨警報", (Kind.HEAVY_RAIN, Severity.WARNING, 3)),
            ("43", "レベル４大雨危険警報", (Kind.HEAVY_RAIN, Severity.SEVERE, 4)),
            ("33", "レベル５大雨特別警報", (Kind.HEAVY_RAIN, Severity.EMERGENCY, 5)),
            ("29", "レベル２土砂災害注意報", (Kind.LANDSLIDE, Severity.ADVISORY, 2)),
            ("49", "レベル４土砂災害危険警報", (Kind.LANDSLIDE, Severity.SEVERE, 4)),
            ("39", "レベル５土砂災害特別警報", (Kind.LANDSLIDE, Severity.EMERGENCY, 5)),
            ("48", "レベル４高潮危険警報", (Kind.STORM_SURGE, Severity.SEVERE, 4)),
            ("05", "暴風警報", (Kind.WIND, Severity.WARNING, None)),
            ("35", "暴風特別警報", (Kind.WIND, Severity.EMERGENCY, None)),
            ("32", "暴風雪特別警報", (Kind.SNOWSTORM, Severity.EMERGENCY, None)),
            ("37", "波浪特別警報", (Kind.WAVE, Severity.EMERGENCY, None)),
            ("36", "大雪特別警報", (Kind.HEAVY_SNOW, Severity.EMERGENCY, None)),
            ("14", "雷注意報", (Kind.THUNDER, Severity.ADVISORY, None)),
        ],
    )
    def test_each_code_of_the_scheme_of_2026(
        self, code: str, name: str, expected: tuple[Kind, Severity, int | None]
    ) -> None:
        said = read(rain(warning_item(kind(name, code, "発表"), "0420200", "石巻市")))
        assert (said.kind, said.severity, said.level) == expected
        assert said.notes == ()

    @pytest.mark.parametrize(
        ("number", "words", "expected"),
        [
            (55, "大雨", Kind.HEAVY_RAIN),
            (56, "土砂", Kind.LANDSLIDE),
            (56, "土砂災害", Kind.LANDSLIDE),
            (57, "高潮", Kind.STORM_SURGE),
            (58, "暴風", Kind.WIND),
            (58, "暴風（暴風雪）", Kind.WIND),
            (59, "波浪", Kind.WAVE),
            (60, "大雪", Kind.HEAVY_SNOW),
            (61, "その他注意報", Kind.OTHER_ADVISORY),
        ],
    )
    def test_each_stream_is_a_unit_and_a_full_state(self, number: int, words: str, expected: Kind) -> None:
        nothing = warning_item(kind("", "", "発表警報・注意報はなし"), "0420200", "石巻市")
        said = read(rain(nothing, title=f"気象警報・注意報（Ｒ０６）（{words}）"))
        assert said.type == f"VPWW{number}"
        assert (said.kind, said.severity, said.level) == (expected, Severity.NONE, None)
        assert said.unit_is_full_state
        assert said.replaces
        assert (said.concern, said.reason) == (True, Reason.NOTHING_IN_FORCE)
        assert said.takes_over == ("気象警報・注意報|仙台管区気象台|normal", "土砂災害警戒情報|仙台管区気象台|normal")

    def test_what_is_lifted_has_no_level(self) -> None:
        lifted = warning_item(kind("レベル３大雨警報", "03", "解除", ("レベル３大雨警報", "03")), "0420200", "石巻市")
        unnamed = warning_item(kind("解除", "00", "解除", ("レベル２大雨注意報", "10")), "0420300", "塩竈市")
        said = read(rain(lifted, unnamed))
        for code, name in (("0420200", "レベル３大雨警報"), ("0420300", "レベル２大雨注意報")):
            area = of(said, code)
            assert (area.warning, area.status, area.level, area.in_force) == (name, "解除", None, False)
        assert (said.concern, said.reason, said.level, said.kind) == (True, Reason.HERE, None, Kind.HEAVY_RAIN)

    def test_lowered_is_what_holds_now(self) -> None:
        lowered = kind("レベル２大雨注意報", "10", "警報から注意報", ("レベル３大雨警報", "03"))
        area = of(read(rain(warning_item(lowered, "0420200", "石巻市"))), "0420200")
        assert (area.level, area.severity, area.last_warning) == (2, Severity.ADVISORY, "レベル３大雨警報")

    def test_a_part_of_a_divided_city_stands_for_it(self) -> None:
        said = read(rain(warning_item(kind("レベル３大雨警報", "03", "発表"), "0410002", "仙台市西部")))
        assert municipalities_of(of(said, "0410002")) == {"04100"}

    def test_a_ward_stands_for_its_city(self) -> None:
        ward = Area("1415100", MUNICIPALITIES, "相模原市緑区", Kind.FLOOD, Severity.WARNING)
        assert municipalities_of(ward) == {"14150"}

    def test_the_older_scheme_maps_to_levels(self) -> None:
        two = kind("大雨特別警報", "33", "発表") + kind("洪水警報", "04", "発表") + kind("雷注意報", "14", "継続")
        said = read(rain(warning_item(two, "0420200", "石巻市"), title="気象警報・注意報（Ｈ２７）", version="1.2_0"))
        assert said.type == "VPWW54"
        assert [(area.kind, area.level) for area in said.areas] == [
            (Kind.HEAVY_RAIN, 5),
            (Kind.FLOOD, 3),
            (Kind.THUNDER, None),
        ]

    def test_the_older_twins_are_one_unit(self) -> None:
        units = {
            read(rain(CITY, title=title)).unit
            for title in ("気象警報・注意報（Ｈ２７）", "気象特別警報・警報・注意報", "気象警報・注意報")
        }
        assert units == {"気象警報・注意報|仙台管区気象台|normal"}

    def test_the_collection_is_read_and_not_acted_upon_again(self) -> None:
        said = read(rain(CITY, title="気象警報・注意報（Ｒ０６）（集約通報）"), "20260701_0_VPWS50_040000.xml")
        assert (said.type, said.concern, said.reason, said.level) == ("VPWS50", False, Reason.RESTATES, 4)
        assert of(said, "0420200").kind is Kind.HEAVY_RAIN

    def test_a_landslide_warning_is_level_4(self) -> None:
        items = [
            warning_item(kind("警戒", "3", "発表"), "0420200", "石巻市"),
            warning_item(kind("解除", "1", "解除"), "0420500", "気仙沼市"),
            warning_item(kind("なし", "0", "なし"), "0420700", "名取市"),
        ]
        said = read(
            report(
                "土砂災害警戒情報",
                heading="宮城県レベル４土砂災害危険警報",
                event="宮城県土砂災害警戒情報",
                body=warning("土砂災害警戒情報", items),
            )
        )
        assert (said.type, said.kind, said.level, said.concern) == ("VXWW50", Kind.LANDSLIDE, 4, True)
        told = [(area.warning, area.level) for area in said.areas]
        assert told == [("レベル４土砂災害危険警報", 4), ("レベル４土砂災害危険警報", None), ("", None)]

    @pytest.mark.parametrize(
        ("code", "level"), [("20", 2), ("21", 2), ("30", 3), ("41", 4), ("50", 5), ("53", 5), ("10", None)]
    )
    def test_a_flood_in_its_short_form(self, code: str, level: int | None) -> None:
        told = information(
            "指定河川洪水予報（府県予報区等）", "氾濫", code, WEATHER_AREAS, {"040000": "宮城県"}
        ) + information("指定河川洪水予報（河川）", "氾濫", code, "河川", {"8202010001": "北上川"})
        body = report("指定河川洪水予報", event="820201000100", information=told)
        said = read(body.replace(b"<Body xmlns", b"<Body/><Other xmlns").replace(b"</Body>", b"</Other>"))
        assert (said.type, said.kind, said.level, said.concern) == ("VXKO", Kind.FLOOD, level, True)

    def test_a_bulletin_of_a_line_of_rain(self) -> None:
        told = information("情報タグ", "情報タグ", "", WEATHER_AREAS, {"040010": "東部"}, condition="線状降水帯発生")
        said = read(
            report(
                "府県気象防災速報",
                heading="宮城県気象防災速報（線状降水帯発生）",
                event="JPSN202607010300_202607010310",
                information=told,
            )
        )
        assert (said.type, said.kind, said.level) == ("VPBS50", Kind.HEAVY_RAIN, None)
        assert said.severity is Severity.SEVERE
        assert not said.unit_is_full_state
        assert "04202" in municipalities_of(said.areas[0])
        assert "04206" not in municipalities_of(said.areas[0])

    def test_the_finest_list_decides(self) -> None:
        body = warning(
            "気象警報・注意報（府県予報区等）", [warning_item(kind("レベル４大雨危険警報", "43"), "040000", "宮城県")]
        ) + warning("気象警報・注意報（市町村等）", [CITY])
        said = read(report("気象警報・注意報（Ｒ０６）（大雨）", body=body))
        assert {area.code for area in said.areas} == {"040000", "0420200"}
        assert [area.code for area in finest(said, "04")] == ["0420200"]


class TestTsunami:
    def test_words_for_a_height_that_is_not_known(self) -> None:
        said = read(tsunami(coast("宮城県", "220", "津波警報", "51", more=height("高い"))))
        area = of(said, "220", "津波予報区")
        assert (area.height, area.height_m, area.severity) == ("高い", None, Severity.WARNING)

    @pytest.mark.parametrize(
        ("before", "now", "status"),
        [
            (("津波なし", "00"), ("津波注意報", "62"), "発表"),
            (("津波注意報", "62"), ("津波警報", "51"), "引上げ"),
            (("津波警報", "51"), ("津波警報", "51"), "継続"),
            (("大津波警報", "52"), ("津波注意報", "62"), "引下げ"),
            (("津波注意報", "62"), ("津波注意報解除", "60"), "解除"),
            (("津波警報", "51"), ("警報解除", "50"), "解除"),
            (("津波注意報", "62"), ("津波予報（若干の海面変動）", "72"), "解除"),
        ],
    )
    def test_what_changed(self, before: tuple[str, str], now: tuple[str, str], status: str) -> None:
        said = read(tsunami(coast("宮城県", "220", *now, last=before)))
        assert of(said, "220", "津波予報区").status == status

    def test_a_coast_elsewhere(self) -> None:
        said = read(tsunami(coast("東京湾内湾", "312", "津波注意報", "62")))
        assert (said.concern, said.reason) == (False, Reason.ELSEWHERE)
        assert prefectures_of("津波予報区", "312", "東京湾内湾") == {"12", "13", "14"}
        for prefecture in ("12", "13", "14"):
            assert read(tsunami(coast("東京湾内湾", "312", "津波注意報", "62")), prefecture=prefecture).concern

    def test_a_withdrawal_with_words_alone(self) -> None:
        body = tsunami(info_type="取消").replace(
            b"<Tsunami><Forecast></Forecast></Tsunami>", "<Text>先ほどの、津波警報を取り消します。</Text>".encode()
        )
        said = read(body)
        assert said.withdraws
        assert not said.replaces
        assert (said.concern, said.reason) == (True, Reason.WITHDRAWS)
        assert "取り消します" in said.text

    def test_a_drill_is_not_normal(self) -> None:
        said = read(tsunami(coast("宮城県", "220", "大津波警報：発表", "53"), status="訓練"))
        assert (said.status, said.unit.split("|")[-1]) == (Status.DRILL, "drill")

    def test_the_newest_by_when_it_was_sent(self) -> None:
        first = read(tsunami(sent="2026-07-01T03:00:00Z", serial="9"))
        second = read(tsunami(sent="2026-07-01T03:00:01Z", serial="2"))
        assert second.newer_than(first)
        assert not first.newer_than(second)
        assert not first.newer_than(first)


class TestOddTelegrams:
    def test_an_unknown_code_is_taken_by_its_name(self) -> None:
        said = read(rain(warning_item(kind("レベル５大雨緊急警報", "93", "発表"), "0420200", "石巻市")))
        assert (said.kind, said.level, said.severity) == (Kind.HEAVY_RAIN, 5, Severity.EMERGENCY)
        assert any("'93'" in note for note in said.notes)

    def test_an_unknown_type_that_names_a_place_here_is_for_an_officer(self) -> None:
        told = information("新しい情報", "新しい警報", "77", MUNICIPALITIES, {"0420200": "石巻市"})
        here = read(report("新しい種類の情報", information=told), "20300101_0_VXYZ99_040000.xml")
        assert (here.type, here.concern, here.reason) == ("VXYZ99", True, Reason.UNKNOWN_HERE)
        nowhere = read(report("新しい種類の情報"))
        assert (nowhere.type, nowhere.concern, nowhere.reason, nowhere.kind) == (
            "",
            False,
            Reason.UNKNOWN,
            Kind.UNKNOWN,
        )

    def test_missing_fields_are_noted(self) -> None:
        said = read(rain(CITY, sent="", reported="yesterday", status="", info_type=""))
        assert said.issued_at is None
        assert said.sent_at is None
        assert said.status is Status.TEST
        assert {note.split()[0] for note in said.notes} >= {"Control/Status", "Head/InfoType", "Head/ReportDateTime"}

    @pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59Z", "2026-13-01T00:00:00Z"])
    def test_times_out_of_this_age_are_none(self, moment: str) -> None:
        assert read(rain(CITY, sent=moment, reported=moment)).issued_at is None

    def test_long_names_still_tell_units_apart(self) -> None:
        one, two = (read(report("指定河川洪水予報", office="台" * 400 + end, event="9" * 500)) for end in "ab")
        assert len(one.unit) <= 300
        assert len(one.event_id) <= 120
        assert read(report("新" * 500, event="9" * 500)).unit != two.unit

    def test_a_test_of_the_delivery(self) -> None:
        said = read(report("緊急地震速報配信テスト", status="試験", event="20260701120000"))
        assert (said.status, said.concern, said.reason) == (Status.TEST, False, Reason.DELIVERY_TEST)

    @pytest.mark.parametrize(
        ("title", "reason"),
        [
            ("全般１か月予報", Reason.FORECAST),
            ("生物季節観測", Reason.OBSERVATION),
            ("府県気象解説情報", Reason.EXPLANATION),
            ("全般海上警報（定時）（Ｈ２９）", Reason.AT_SEA),
            ("台風解析・予報情報（５日予報）（Ｈ３０）", Reason.POSITION),
            ("地震・津波に関するお知らせ", Reason.NOTICE),
        ],
    )
    def test_what_tells_residents_nothing_says_why(self, title: str, reason: Reason) -> None:
        said = read(report(title))
        assert (said.concern, said.reason) == (False, reason)


BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/">&b;</Report>"""
EXTERNAL = b"""<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><Report>&a;</Report>"""
OUTSIDE_DTD = b"""<?xml version="1.0"?><!DOCTYPE Report SYSTEM "http://example.org/x.dtd"><Report/>"""


class TestHostileBytes:
    @pytest.mark.parametrize(
        ("body", "error"),
        [
            (b"", EmptyTelegramError),
            (b" \n ", EmptyTelegramError),
            (b"not xml", MalformedTelegramError),
            (b"<Report>", MalformedTelegramError),
            (rain(CITY)[:-40], MalformedTelegramError),
            (rain(CITY) + b"<more/>", MalformedTelegramError),
            (b"<Report>&nbsp;</Report>", MalformedTelegramError),
            (b"<a:Report/>", MalformedTelegramError),
            (BILLION_LAUGHS, ForbiddenTelegramError),
            (EXTERNAL, ForbiddenTelegramError),
            (OUTSIDE_DTD, ForbiddenTelegramError),
            (b"<Report>\xff\xfe\xfd</Report>", EncodingTelegramError),
            ('<?xml version="1.0" encoding="Shift_JIS"?><Report>津波</Report>'.encode("cp932"), EncodingTelegramError),
            ('<?xml version="1.0" encoding="UTF-8"?><Report>津波</Report>'.encode("euc-jp"), EncodingTelegramError),
            (b'<?xml version="1.0" encoding="made-up"?><Report/>', EncodingTelegramError),
            (b"<a>" * 5000 + b"</a>" * 5000, DeepTelegramError),
            (b"<html><body/></html>", ForeignTelegramError),
            (b'<Report xmlns="http://example.org/"/>', ForeignTelegramError),
            (b"{}", ForeignTelegramError),
            (b'<Report xmlns="http://xml.kishou.go.jp/jmaxml1/"><Head/></Report>', IncompleteTelegramError),
        ],
    )
    def test_is_refused_in_plain_words(self, body: bytes, error: type[TelegramError]) -> None:
        with pytest.raises(error) as caught:
            read(body)
        assert caught.value.message.endswith("。")

    def test_too_many_bytes(self) -> None:
        with pytest.raises(OversizedTelegramError):
            read(b"<Report>" + b" " * markup.MAX_BYTES + b"</Report>")

    def test_too_many_elements(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(markup, "MAX_ELEMENTS", 1000)
        with pytest.raises(OversizedTelegramError):
            read(b"<Report>" + b"<a/>" * 1000 + b"</Report>")

    def test_utf_16_is_read(self) -> None:
        body = rain(CITY).decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")
        assert read(body).level == 4

    def test_a_collection_of_five_megabytes(self) -> None:
        item = warning_item(kind("レベル４大雨危険警報", "43", "発表"), "0420200", "石巻市")
        body = rain(*[item] * 25_000)
        assert len(body) > 4_000_000
        assert len(read(body).areas) == 25_000

    @given(st.data())
    def test_mutations_raise_nothing_but_telegram_errors(self, data: st.DataObject) -> None:
        body = bytearray(data.draw(st.sampled_from([rain(CITY), tsunami(coast("宮城県", "220", "津波警報", "51"))])))
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, len(body) - 1))
            match data.draw(st.sampled_from(["cut", "copy", "flip", "drop", "digits"])):
                case "cut":
                    del body[at:]
                    body += b" "
                case "copy":
                    body[at:at] = body[at : at + data.draw(st.integers(1, 300))]
                case "flip":
                    body[at] = data.draw(st.integers(0, 255))
                case "drop":
                    del body[at : at + data.draw(st.integers(1, 60))]
                    body += b" "
                case "digits":
                    body[at:at] = data.draw(st.sampled_from([b"9" * 30, b"-", b"\xe3\x81\x82", b"<Code/>", b"<Item>"]))
        with suppress(TelegramError):
            assert len(read(bytes(body), data.draw(st.text(max_size=20))).unit) <= 300

    @given(st.binary(max_size=200))
    def test_any_bytes(self, body: bytes) -> None:
        with pytest.raises(TelegramError):
            read(body)


class TestCommand:
    def test_a_line_for_each_and_1_when_one_cannot_be_read(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        good, bad = tmp_path / "20260701_0_VPWW55_040000.xml", tmp_path / "bad.xml"
        good.write_bytes(rain(CITY))
        bad.write_bytes(b"<Report>")
        assert main(["alerts", "read", str(bad), str(good), str(tmp_path / "none.xml"), "--json"]) == 1
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert [line.get("error_code") for line in lines] == ["malformed", None, "file"]
        said = lines[1]
        assert said["type"] == "VPWW55"
        assert (said["event_id"], said["info_type"], said["status"]) == ("", "発表", "normal")
        assert said["issued_at"] == "2026-07-01T12:00:00+09:00"
        assert (said["concern"], said["reason"]) == (True, "It tells of areas of this prefecture.")
        assert (said["kind"], said["level"]) == ("heavy_rain", 4)
        assert (
            said["areas"][0] | {"code": "0420200", "name": "石巻市", "warning": "レベル４大雨危険警報"}
            == said["areas"][0]
        )

    def test_in_words(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "telegram.xml"
        file.write_bytes(tsunami(coast("宮城県", "220", "大津波警報：発表", "53"), status="訓練"))
        assert main(["alerts", "read", str(file)]) == 0
        assert "[DRILL] VTSE41 tsunami emergency" in capsys.readouterr().out
