"""A tsunami from the first intensities to the end of its warnings, as telegrams of a drill of this hour."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import escape

from django.conf import settings
from django.utils import timezone

SAMPLES = Path(settings.BASE_DIR).parent / "shared" / "data" / "jma"
"""Where the agency's sample telegrams lie, if somebody put them there."""

OF_A_TSUNAMI = "32-39_11_*.xml"

_MOMENT = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:Z|\+09:00)")
_EVENT = re.compile(rb"(?<=<EventID>)\d{14}(?=</EventID>)")
_STATUS = re.compile("<Status>通常</Status>".encode())
_SENT = re.compile(rb"<DateTime>[^<]+</DateTime>")
"""Of the Control: what decides which telegram of a unit is the newest. Samples have it up to a minute off."""

_REPORTED = re.compile(rb"<ReportDateTime>([^<]+)</ReportDateTime>")


@dataclass(frozen=True)
class Scene:
    """A telegram of the drill, as it is sent now; ``words`` say what it is, for those who watch."""

    name: str
    body: bytes
    words: str


def bodies_of(files: Sequence[Path] = ()) -> list[tuple[str, bytes]]:
    """Names and bytes of these files, else of the agency's samples where they are, else of our own tsunami."""
    found = sorted(files) or sorted(SAMPLES.glob(OF_A_TSUNAMI))
    return [(path.name, path.read_bytes()) for path in found] or list(own())


def scenes(bodies: Iterable[tuple[str, bytes]], *, drill: bool = True) -> Iterator[Scene]:
    """Telegrams dated now, as they are taken one by one; the first begins the event, so that it can be played again.

    As a drill they are marked 訓練. Otherwise they are taken for real: for the demonstration and for tests alone.
    """
    begun, last = timezone.now().replace(microsecond=0), None
    for name, body in bodies:
        now = timezone.now().replace(microsecond=0)
        last = max(now, last + timedelta(seconds=1)) if last else now
        dated = as_of(body, at=last, event=begun)
        yield Scene(name, _STATUS.sub("<Status>訓練</Status>".encode(), dated) if drill else dated, _words(body))


def as_of(body: bytes, *, at: datetime, event: datetime) -> bytes:
    """The same telegram as if reported at a moment; its event is the one that began at ``event``."""
    reported = _REPORTED.search(body)
    shift = at - datetime.fromisoformat(reported[1].decode()) if reported else timedelta()

    def moved(match: re.Match[bytes]) -> bytes:
        moment = datetime.fromisoformat(match[0].decode()) + shift
        return moment.isoformat().replace("+00:00", "Z").encode()

    begun = timezone.localtime(event).strftime("%Y%m%d%H%M%S").encode()
    sent = f"<DateTime>{at.astimezone(UTC).isoformat().replace('+00:00', 'Z')}</DateTime>".encode()
    return _SENT.sub(sent, _EVENT.sub(begun, _MOMENT.sub(moved, body)), count=1)


def _words(body: bytes) -> str:
    title = re.search(rb"<Title>([^<]+)</Title>", body)
    headline = re.search(rb"<Headline>\s*<Text>([^<]+)</Text>", body)
    words = [match[1].decode().split("\n")[0] for match in (title, headline) if match]
    return "：".join(words)


@dataclass(frozen=True)
class _Step:
    minutes: int
    code: str
    name: str
    before: tuple[str, str]
    height: str
    metres: str
    arrival: int | None
    text: str


_STEPS = (
    _Step(
        3, "62", "津波注意報", ("00", "津波なし"), "１ｍ", "1", 40, "津波注意報を発表しました。海から離れてください。"
    ),
    _Step(
        6,
        "51",
        "津波警報",
        ("62", "津波注意報"),
        "３ｍ",
        "3",
        40,
        "津波警報に切り替えました。ただちに避難してください。",
    ),
    _Step(
        14,
        "53",
        "大津波警報：発表",
        ("51", "津波警報"),
        "",
        "NaN",
        40,
        "大津波警報に切り替えました。ただちに避難してください。",
    ),
    _Step(
        20, "52", "大津波警報", ("53", "大津波警報：発表"), "１０ｍ", "10", 40, "予想される津波の高さを更新しました。"
    ),
    _Step(300, "51", "津波警報", ("52", "大津波警報"), "３ｍ", "3", None, "津波警報に切り替えました。"),
    _Step(900, "62", "津波注意報", ("51", "津波警報"), "１ｍ", "1", None, "津波注意報に切り替えました。"),
    _Step(1500, "60", "津波注意報解除", ("62", "津波注意報"), "", "", None, "津波注意報を解除しました。"),
)


def own() -> Iterator[tuple[str, bytes]]:
    """Telegrams of VTSE41's form (InfoKindVersion 1.0_1) for the coast of Miyagi."""
    begin = timezone.localtime().replace(microsecond=0)
    event = begin.strftime("%Y%m%d%H%M%S")
    for number, step in enumerate(_STEPS):
        at = begin + timedelta(minutes=step.minutes)
        yield f"drill_{number + 1:02}_VTSE41.xml", _telegram(step, at, begin, event).encode()


def _telegram(step: _Step, at: datetime, begin: datetime, event: str) -> str:
    arrival = (
        f"<FirstHeight><ArrivalTime>{(begin + timedelta(minutes=step.arrival)).isoformat()}</ArrivalTime></FirstHeight>"
        if step.arrival
        else ""
    )
    unknown = ' condition="不明"' if step.metres == "NaN" else ""
    height = (
        f'<jmx_eb:TsunamiHeight type="津波の高さ" unit="m" description="{step.height}"{unknown}>{step.metres}'
        "</jmx_eb:TsunamiHeight>"
    )
    highest = f"<MaxHeight>{height}</MaxHeight>" if step.metres else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="http://xml.kishou.go.jp/jmaxml1/">
<Control>
<Title>津波警報・注意報・予報a</Title>
<DateTime>{at.astimezone(UTC).isoformat().replace("+00:00", "Z")}</DateTime>
<Status>通常</Status>
<EditorialOffice>気象庁本庁</EditorialOffice>
<PublishingOffice>気象庁</PublishingOffice>
</Control>
<Head xmlns="http://xml.kishou.go.jp/jmaxml1/informationBasis1/">
<Title>{escape(step.name)}</Title>
<ReportDateTime>{at.isoformat()}</ReportDateTime>
<TargetDateTime>{at.isoformat()}</TargetDateTime>
<EventID>{event}</EventID>
<InfoType>発表</InfoType>
<Serial></Serial>
<InfoKind>津波警報・注意報・予報</InfoKind>
<InfoKindVersion>1.0_1</InfoKindVersion>
<Headline><Text>{step.text}</Text></Headline>
</Head>
<Body xmlns="http://xml.kishou.go.jp/jmaxml1/body/seismology1/"
 xmlns:jmx_eb="http://xml.kishou.go.jp/jmaxml1/elementBasis1/">
<Tsunami><Forecast>
<CodeDefine><Type xpath="Item/Area/Code">津波予報区</Type></CodeDefine>
<Item>
<Area><Name>宮城県</Name><Code>220</Code></Area>
<Category>
<Kind><Name>{step.name}</Name><Code>{step.code}</Code></Kind>
<LastKind><Name>{step.before[1]}</Name><Code>{step.before[0]}</Code></LastKind>
</Category>
{arrival}
{highest}
</Item>
</Forecast></Tsunami>
</Body>
</Report>
"""
