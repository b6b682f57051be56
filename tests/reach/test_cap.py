"""CAP 1.2: what is written is read back, in the order of the schema and with numeric offsets."""

import re
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.reach.telegram_maker import coast, height, kind, rain, tsunami, warning_item
from todoke.loops.reach import telegrams
from todoke.loops.reach.telegrams.cap import (
    Alert,
    CapArea,
    Info,
    Resource,
    parse_alert,
    write_alert,
)
from todoke.loops.reach.telegrams.cap_telegrams import Wording, alert_of
from todoke.loops.reach.telegrams.errors import IncompleteTelegramError
from todoke.loops.reach.telegrams.markup import parse
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.types import Kind, Severity, Status

JAPAN = timezone(timedelta(hours=9))
AT = datetime(2026, 7, 1, 12, 0, tzinfo=JAPAN)
FULL = Alert(
    identifier="todoke-04-1",
    sender="todoke.pref.miyagi.example",
    sent=AT,
    status="Exercise",
    msg_type="Update",
    scope="Restricted",
    source="Miyagi",
    restriction="broadcasters",
    addresses="a@example.org",
    codes=("one", "two"),
    note="a drill",
    references=(("todoke.pref.miyagi.example", "todoke-04-0", AT - timedelta(minutes=5)),),
    incidents=("the flood", "river"),
    infos=(
        Info(
            event="大津波警報",
            categories=("Geo", "Safety"),
            urgency="Immediate",
            severity="Extreme",
            certainty="Observed",
            responses=("Evacuate", "Monitor"),
            event_codes=(("JMA", "53"),),
            effective=AT,
            onset=AT,
            expires=AT + timedelta(hours=6),
            sender_name="宮城県",
            headline="逃げて < & >",
            description="高い\n津波",
            instruction="高台へ",
            web="https://example.org/?a=1&b=2",
            contact="022-000-0000",
            parameters=(("todoke:kind", "tsunami"),),
            resources=(Resource("map", "image/png", 1234, "https://example.org/map.png", "0" * 40),),
            areas=(
                CapArea(
                    "宮城県",
                    polygons=("38.1,141.0 38.2,141.0 38.2,141.1 38.1,141.0",),
                    circles=("38.3,141.2 5",),
                    geocodes=(("津波予報区", "220"),),
                ),
            ),
        ),
        Info(event="Major tsunami warning", language="en-US"),
    ),
)

ORDER = {
    "alert": [
        *("identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses"),
        *("code", "note", "references", "incidents", "info"),
    ],
    "info": [
        *("language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience"),
        *("eventCode", "effective", "onset", "expires", "senderName", "headline", "description", "instruction"),
        *("web", "contact", "parameter", "resource", "area"),
    ],
    "resource": ["resourceDesc", "mimeType", "size", "uri", "derefUri", "digest"],
    "area": ["areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling"],
}


def test_everything_comes_back() -> None:
    assert parse_alert(parse(write_alert(FULL))) == (FULL, [])


def test_elements_are_in_the_order_of_the_schema() -> None:
    for node in parse(write_alert(FULL)).walk():
        if node.name in ORDER:
            places = [ORDER[node.name].index(child.name) for child in node.children]
            assert places == sorted(places), node.name


@pytest.mark.parametrize(
    ("moment", "written"),
    [
        (AT, "2026-07-01T12:00:00+09:00"),
        (datetime(2026, 7, 1, 3, 0, 0, 999, tzinfo=UTC), "2026-07-01T03:00:00-00:00"),
    ],
)
def test_times_have_a_numeric_offset(moment: datetime, written: str) -> None:
    body = write_alert(Alert("a", "b", moment))
    assert f"<sent>{written}</sent>".encode() in body
    assert not re.search(rb"\d\dZ", body)


@pytest.mark.parametrize("word", ["", "with space", "a,b", "a<b", "a&b"])
def test_identifiers_that_cap_forbids_are_not_written(word: str) -> None:
    for alert in (Alert(word, "b", AT), Alert("a", word, AT)):
        with pytest.raises(ValueError, match="CAP"):
            write_alert(alert)


def test_a_time_without_offset_is_not_written() -> None:
    with pytest.raises(ValueError, match="offset"):
        write_alert(Alert("a", "b", datetime(2026, 7, 1)))


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_words_can_be_carried(headline: str, description: str) -> None:
    alert = Alert("a", "b", AT, infos=(Info("x", headline=headline, description=description),))
    (info,) = parse_alert(parse(write_alert(alert)))[0].infos
    shown = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
    assert info.headline == shown.sub("", headline).strip()
    assert info.description == shown.sub("", description).strip()


class TestTelegrams:
    def wordings(self) -> dict[str, Wording]:
        return {"ja-JP": Wording("津波警報", "津波が来ます"), "en-US": Wording("Tsunami warning", "A tsunami comes")}

    def passed_on(self, telegram: telegrams.Telegram, **more: object) -> telegrams.Telegram:
        alert = alert_of(
            telegram,
            identifier="todoke-1",
            sender="todoke.example",
            sender_name="宮城県",
            wordings=self.wordings(),
            **more,  # type: ignore[arg-type]
        )
        return telegrams.read(write_alert(alert), prefecture="04")

    def test_a_warning_passed_on_is_read_as_it_was(self) -> None:
        first = telegrams.read(
            tsunami(coast("宮城県", "220", "津波警報", "51", more=height("３ｍ", "3", ""))), prefecture="04"
        )
        again = self.passed_on(first)
        assert (again.type, again.kind, again.severity, again.level) == ("CAP", Kind.TSUNAMI, Severity.WARNING, None)
        assert (again.concern, again.reason, again.status) == (True, Reason.HERE, Status.NORMAL)
        assert again.headline == "津波が来ます"
        assert [area.key for area in again.areas] == [("津波予報区", "220")]
        assert again.issued_at == first.issued_at

    def test_a_level_is_carried(self) -> None:
        item = warning_item(kind("レベル４大雨危険警報", "43", "発表"), "0420200", "石巻市")
        again = self.passed_on(telegrams.read(rain(item), prefecture="04"))
        assert (again.level, again.severity, again.areas[0].level) == (4, Severity.SEVERE, 4)

    def test_a_drill_stays_a_drill(self) -> None:
        drill = tsunami(coast("宮城県", "220", "津波警報", "51"), status="訓練")
        assert self.passed_on(telegrams.read(drill, prefecture="04")).status is Status.DRILL

    def test_an_all_clear_lifts(self) -> None:
        over = tsunami(coast("宮城県", "220", "警報解除", "50", last=("津波警報", "51")))
        earlier = [("todoke.example", "todoke-0", AT)]
        again = self.passed_on(telegrams.read(over, prefecture="04"), earlier=earlier)
        assert (again.severity, again.areas[0].status, again.references) == (Severity.NONE, "解除", ("todoke-0",))

    def test_a_chain_is_one_unit(self) -> None:
        telegram = telegrams.read(tsunami(coast("宮城県", "220", "津波警報", "51")), prefecture="04")
        earlier = [("todoke.example", "todoke-1", AT)]
        assert self.passed_on(telegram, earlier=earlier).unit == self.passed_on(telegram).unit

    def test_elsewhere_and_shapes(self) -> None:
        elsewhere = Alert(
            "a", "b", AT, infos=(Info("flood", areas=(CapArea("大阪府", geocodes=(("都道府県", "27"),)),)),)
        )
        shape = Alert("a", "b", AT, infos=(Info("flood", areas=(CapArea("somewhere", circles=("38,141 5",)),)),))
        said = [telegrams.read(write_alert(alert), prefecture="04") for alert in (elsewhere, shape)]
        assert [(one.concern, one.reason) for one in said] == [(False, Reason.ELSEWHERE), (True, Reason.SHAPES_ONLY)]

    def test_z_is_noted_and_what_has_no_time_is_refused(self) -> None:
        body = write_alert(Alert("a", "b", AT)).replace(b"12:00:00+09:00", b"03:00:00Z")
        assert "sent ends with Z, which CAP forbids" in telegrams.read(body, prefecture="04").notes
        with pytest.raises(IncompleteTelegramError):
            telegrams.read(write_alert(Alert("a", "b", AT)).replace(b"sent>", b"went>"), prefecture="04")

    def test_what_is_not_said_to_be_real_does_not_act(self) -> None:
        for status in ("Draft", "System", "", "Nonsense"):
            assert (
                telegrams.read(write_alert(Alert("a", "b", AT, status=status)), prefecture="04").status is Status.TEST
            )
