"""Telegrams for tests, written from what the agency documents of their form."""

from collections.abc import Iterable
from xml.sax.saxutils import escape

REPORT = "http://xml.kishou.go.jp/jmaxml1/"
MUNICIPALITIES = "気象・地震・火山情報／市町村等"
WEATHER_AREAS = "気象情報／府県予報区・細分区域等"


def report(
    title: str,
    *,
    heading: str = "",
    kind: str = "",
    version: str = "1.0_0",
    office: str = "仙台管区気象台",
    publisher: str = "",
    status: str = "通常",
    info_type: str = "発表",
    event: str = "",
    serial: str = "",
    sent: str = "2026-07-01T03:00:00Z",
    reported: str = "2026-07-01T12:00:00+09:00",
    valid: str = "",
    headline: str = "",
    information: str = "",
    body: str = "",
    topic: str = "meteorology1",
) -> bytes:
    """A report of the agency."""
    until = f"<ValidDateTime>{valid}</ValidDateTime>" if valid else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Report xmlns="{REPORT}" xmlns:jmx="{REPORT}">
<Control><Title>{escape(title)}</Title><DateTime>{sent}</DateTime><Status>{status}</Status>
<EditorialOffice>{office}</EditorialOffice><PublishingOffice>{publisher or office}</PublishingOffice></Control>
<Head xmlns="{REPORT}informationBasis1/"><Title>{escape(heading or title)}</Title>
<ReportDateTime>{reported}</ReportDateTime><TargetDateTime>{reported}</TargetDateTime>{until}<EventID>{event}</EventID>
<InfoType>{info_type}</InfoType><Serial>{serial}</Serial><InfoKind>{kind or title}</InfoKind>
<InfoKindVersion>{version}</InfoKindVersion><Headline><Text>{headline}</Text>{information}</Headline></Head>
<Body xmlns="{REPORT}body/{topic}/" xmlns:jmx_eb="{REPORT}elementBasis1/">{body}</Body>
</Report>
""".encode()


def kind(name: str, code: str, status: str = "", last: tuple[str, str] | None = None) -> str:
    """A Kind of a Warning."""
    told = f"<Name>{name}</Name>" if name else ""
    told += f"<Code>{code}</Code>" if code else ""
    told += f"<Status>{status}</Status>" if status else ""
    if last:
        told += f"<LastKind><Name>{last[0]}</Name><Code>{last[1]}</Code></LastKind>"
    return f"<Kind>{told}</Kind>"


def warning_item(kinds: str, code: str, name: str) -> str:
    """An Item of a Warning."""
    return f"<Item>{kinds}<Area><Name>{name}</Name><Code>{code}</Code></Area></Item>"


def warning(type_: str, items: Iterable[str]) -> str:
    """A Warning of the body."""
    return f'<Warning type="{type_}">{"".join(items)}</Warning>'


def information(type_: str, name: str, code: str, code_type: str, areas: dict[str, str], condition: str = "") -> str:
    """An Information of the headline with one Item."""
    told = "".join(f"<Area><Name>{area}</Name><Code>{number}</Code></Area>" for number, area in areas.items())
    also = f"<Condition>{condition}</Condition>" if condition else ""
    return (
        f'<Information type="{type_}"><Item><Kind><Name>{name}</Name><Code>{code}</Code>{also}</Kind>'
        f'<Areas codeType="{code_type}">{told}</Areas></Item></Information>'
    )


def rain(*items: str, title: str = "気象警報・注意報（Ｒ０６）（大雨）", version: str = "1.5_0", **head: str) -> bytes:
    """A telegram of warnings for municipalities of Miyagi."""
    body = warning("気象警報・注意報（市町村等）", items)
    return report(title, heading="宮城県大雨警報・注意報", kind="気象警報・注意報", version=version, body=body, **head)


def coast(
    name: str, code: str, kind_name: str, kind_code: str, *, last: tuple[str, str] = ("津波なし", "00"), more: str = ""
) -> str:
    """An Item of a tsunami forecast."""
    return (
        f"<Item><Area><Name>{name}</Name><Code>{code}</Code></Area><Category><Kind><Name>{kind_name}</Name>"
        f"<Code>{kind_code}</Code></Kind><LastKind><Name>{last[0]}</Name><Code>{last[1]}</Code></LastKind></Category>"
        f"{more}</Item>"
    )


def tsunami(*items: str, event: str = "20260701115000", **head: str) -> bytes:
    """津波警報・注意報・予報."""
    return report(
        "津波警報・注意報・予報a",
        heading="津波警報・津波注意報・津波予報",
        kind="津波警報・注意報・予報",
        version="1.0_1",
        event=event,
        topic="seismology1",
        body=f"<Tsunami><Forecast>{''.join(items)}</Forecast></Tsunami>",
        **{"office": "気象庁本庁", "publisher": "気象庁", **head},
    )


def height(description: str, metres: str = "NaN", condition: str = "不明") -> str:
    """A MaxHeight."""
    also = f' condition="{condition}"' if condition else ""
    return (
        f'<MaxHeight><jmx_eb:TsunamiHeight type="津波の高さ" unit="m"{also} description="{description}">{metres}'
        "</jmx_eb:TsunamiHeight></MaxHeight>"
    )
