"""Readers of warnings of weather, rivers and slopes."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from todoke.loops.reach.telegrams import codes
from todoke.loops.reach.telegrams.codes import Meaning
from todoke.loops.reach.telegrams.markup import Node
from todoke.loops.reach.telegrams.places import MUNICIPALITY, PREFECTURE, WEATHER_AREA, prefectures_in
from todoke.loops.reach.telegrams.source import Source, code_of, list_of
from todoke.loops.reach.telegrams.types import Area, Kind, Severity
from todoke.registry.places.prefectures import PREFECTURES

NONE_IN_FORCE = {"発表警報・注意報はなし", "なし"}
LIFTED = "解除"


def warnings(source: Source) -> tuple[Area, ...]:
    """気象警報・注意報, with levels and without; the headline where the body is empty."""
    found = tuple(
        made
        for kind, item, area, listed in source.warning_items()
        for each in item.all("Kind")
        if (made := _weather_area(source, kind, item, each, area, listed)) is not None
    )
    return found or headline_warnings(source)


def headline_warnings(source: Source) -> tuple[Area, ...]:
    """What the headline alone says; sums over kinds (警報注意報種別毎) are left out."""
    return tuple(
        made
        for kind, item, area, listed in source.headline_items()
        if "種別毎" not in kind
        for each in item.all("Kind")
        if (made := _weather_area(source, kind, item, each, area, listed or list_of(kind))) is not None
    )


def landslide(source: Source) -> tuple[Area, ...]:
    """土砂災害警戒情報: level 4 where it warns."""
    name = "レベル４土砂災害危険警報" if "危険警報" in source.heading else "土砂災害警戒情報"

    def meaning(code: str, words: str) -> Meaning:
        if code == "3" or words == "警戒":
            return Meaning(Kind.LANDSLIDE, Severity.SEVERE, 4)
        return Meaning(Kind.LANDSLIDE, Severity.NONE, known=code in {"0", "1"})

    return _simple(source, meaning, lambda code, words: "" if code == "0" else name)


def tornado(source: Source) -> tuple[Area, ...]:
    """竜巻注意情報; where one was seen it is a warning."""
    seen = {code_of(area) for kind, _item, area, _listed in source.headline_items() if "目撃" in kind}
    everywhere = "目撃" in source.heading

    def meaning(code: str, words: str) -> Meaning:
        if code == "0" or words == "なし":
            return Meaning(Kind.TORNADO, Severity.NONE)
        return Meaning(Kind.TORNADO, Severity.WARNING if everywhere else Severity.ADVISORY, known=code == "1")

    return tuple(
        area
        if area.code not in seen or not area.in_force
        else replace(area, severity=Severity.WARNING, condition="目撃情報あり")
        for area in _simple(source, meaning, lambda code, words: "" if code == "0" else words)
    )


def record_rain(source: Source) -> tuple[Area, ...]:
    """記録的短時間大雨情報."""

    def meaning(code: str, words: str) -> Meaning:
        return Meaning(Kind.HEAVY_RAIN, Severity.NONE if code == "0" else Severity.SEVERE, known=code in {"0", "1"})

    return _simple(source, meaning, lambda code, words: words)


def bulletin(source: Source) -> tuple[Area, ...]:
    """府県気象防災速報: its kind stands in the tag."""
    return tuple(
        Area(
            code=code_of(area),
            code_type=listed or WEATHER_AREA,
            name=area.value("Name"),
            kind=codes.kind_in(tag) if codes.kind_in(tag) is not Kind.UNKNOWN else codes.kind_in(source.heading),
            severity=_of_tag(tag),
            warning=tag,
            status="発表",
        )
        for _kind, item, area, listed in source.headline_items()
        for tag in [item.value("Kind/Condition") or item.value("Kind/Name")]
    )


def flood(source: Source) -> tuple[Area, ...]:
    """指定河川洪水予報 and 水位周知河川: the river, the prefectures, and the municipalities that may be flooded."""
    told = [
        Area(
            code=code_of(area),
            code_type=listed,
            name=area.value("Name"),
            kind=Kind.FLOOD,
            severity=meaning.severity,
            warning=item.value("Kind/Name"),
            warning_code=code_of_kind,
            status=_status(item.value("Kind/Condition")) or ("発表" if meaning.severity else LIFTED),
            level=meaning.level,
        )
        for _kind, item, area, listed in source.headline_items()
        for code_of_kind in [item.value("Kind/Code")]
        for meaning in [_known(source, codes.flood(code_of_kind, item.value("Kind/Name")), code_of_kind)]
    ]
    worst = max(told, key=lambda area: (area.severity, area.level or 0), default=None)
    if worst is None:
        return ()
    return (*told, *_flooded(source, worst))


def early_notice(source: Source) -> tuple[Area, ...]:
    """早期注意情報: where a warning may have to be issued in the days to come."""
    found = []
    for item in source.body.all("MeteorologicalInfos/TimeSeriesInfo/Item"):
        for kind in item.all("Kind/Property"):
            ranks = {rank.text for rank in kind.all("PossibilityRankOfWarningPart/PossibilityRankOfWarning")}
            of, _, rest = kind.value("Type").partition("の警報級の可能性")
            if rest or not ranks & {"高", "中"}:
                continue
            about = codes.kind_in(of)
            found += [
                Area(
                    code=code_of(area),
                    code_type=area.attributes.get("codeType", "") or WEATHER_AREA,
                    name=area.value("Name"),
                    kind=Kind.EARLY_NOTICE,
                    severity=Severity.FORECAST,
                    warning=f"早期注意情報（{of}）",
                    status="発表",
                    level=1 if about in codes.WITH_LEVELS else None,
                    condition="高" if "高" in ranks else "中",
                )
                for area in item.all("Area")
            ]
    return tuple(found)


def heat(source: Source) -> tuple[Area, ...]:
    """熱中症警戒アラート: a prefecture, which only the heading names."""
    special = "特別" in source.heading
    return tuple(
        Area(
            code=code,
            code_type=PREFECTURE,
            name=PREFECTURES[code].name,
            kind=Kind.HEAT,
            severity=Severity.WARNING if special else Severity.ADVISORY,
            warning=source.title,
            status="発表",
        )
        for code in prefectures_in(source.heading) or ()
    )


def _weather_area(source: Source, kind: str, item: Node, each: Node, area: Node, listed: str) -> Area | None:
    code, name, status = code_of(each), each.value("Name"), each.value("Status") or _status(each.value("Condition"))
    last = each.find("LastKind") or item.find("LastKind")
    last_code, last_name = (code_of(last), last.value("Name")) if last is not None else ("", "")
    lifted = LIFTED in (status, name) or (code == "00" and status not in NONE_IN_FORCE)
    if lifted and code in {"", "00"}:
        meant = codes.weather(last_code, last_name)
    elif code or name:
        meant = codes.weather(code, name)
    else:
        meant = Meaning(_of_title(source.title), Severity.NONE)
    nothing = lifted or status in NONE_IN_FORCE
    if not nothing:
        _known(source, meant, code or name)
    return Area(
        code=code_of(area),
        code_type=listed,
        name=area.value("Name"),
        kind=meant.kind if meant.kind is not Kind.UNKNOWN else _of_title(source.title),
        severity=Severity.NONE if nothing else meant.severity,
        warning=(last_name if lifted and name in {"", LIFTED} else name),
        warning_code=code,
        status=LIFTED if lifted and not status else status,
        level=None if nothing else meant.level,
        last_warning=last_name,
        last_warning_code=last_code,
        condition="、".join(filter(None, [each.value("Condition") if each.value("Status") else "", *_additions(each)])),
        full={"全域": True, "一部": False}.get(item.value("FullStatus")),
    )


def _additions(kind: Node) -> list[str]:
    return [note.text for note in kind.all("Addition/Note")]


def _simple(
    source: Source, meaning: Callable[[str, str], Meaning], named: Callable[[str, str], str]
) -> tuple[Area, ...]:
    """Types with a code of one digit: from the body, or from the headline where the body is empty."""
    found = []
    for items in (source.warning_items(), source.headline_items()):
        for kind, item, area, listed in items:
            code, words = item.value("Kind/Code"), item.value("Kind/Name")
            meant = _known(source, meaning(code, words), code)
            found.append(
                Area(
                    code=code_of(area),
                    code_type=listed or list_of(kind),
                    name=area.value("Name"),
                    kind=meant.kind,
                    severity=meant.severity,
                    warning=named(code, words),
                    warning_code=code,
                    status=item.value("Kind/Status") or item.value("Kind/Condition"),
                    level=meant.level,
                )
            )
        if found:
            break
    return tuple(found)


def _flooded(source: Source, worst: Area) -> Iterator[Area]:
    """Municipalities of 浸水想定地区: the highest level of the telegram stands for each, as stations' own are prose."""
    seen: set[str] = set()
    for _kind, item, area, listed in source.warning_items():
        if "浸水想定地区" not in item.value("Kind/Property/Type"):
            continue
        code = code_of(area) if listed == MUNICIPALITY else area.value("CityCode")
        name = area.value("Name") if listed == MUNICIPALITY else area.value("City")
        if code and code not in seen:
            seen.add(code)
            yield Area(
                code=code,
                code_type=MUNICIPALITY,
                name=name,
                kind=Kind.FLOOD,
                severity=worst.severity,
                warning=worst.warning,
                warning_code=worst.warning_code,
                status=worst.status,
                level=worst.level,
                condition="" if (districts := area.value("SubCityList")) == "-" else districts[:200],
            )


def _status(condition: str) -> str:
    known = ("発表", "継続", "解除", "なし", "引上げ", "引下げ", "切替")
    return condition if condition in known else ""


def _known(source: Source, meaning: Meaning, code: str) -> Meaning:
    if not meaning.known:
        source.note(f"code {code!r} is not known here: taken by its name")
    return meaning


def _of_title(title: str) -> Kind:
    found = codes.kind_in(title.rpartition("（")[2])
    return Kind.OTHER_ADVISORY if found is Kind.UNKNOWN and "警報・注意報" in title else found


def _of_tag(tag: str) -> Severity:
    if "解除" in tag or "終了" in tag:
        return Severity.NONE
    if "線状降水帯" in tag:
        return Severity.WARNING if "予測" in tag else Severity.SEVERE
    if "記録" in tag:
        return Severity.SEVERE
    return Severity.WARNING if "大雪" in tag or "目撃" in tag else Severity.ADVISORY
