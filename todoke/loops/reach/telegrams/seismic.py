"""Readers of telegrams of quakes and tsunamis."""

import re
from collections.abc import Iterator

from todoke.loops.reach.telegrams import codes
from todoke.loops.reach.telegrams.markup import Node
from todoke.loops.reach.telegrams.places import (
    EARLY_PREFECTURE,
    MUNICIPALITY,
    OFFSHORE_COAST,
    PREFECTURE,
    QUAKE_AREA,
    QUAKE_PREFECTURE,
    TIDE_STATION,
    TSUNAMI_COAST,
)
from todoke.loops.reach.telegrams.source import Source, code_of, number
from todoke.loops.reach.telegrams.types import Area, Earthquake, Kind, Severity
from todoke.registry.places.prefectures import PREFECTURES

NANKAI = (
    *("08", "12", "13", "14", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30"),
    *("33", "34", "35", "36", "37", "38", "39", "40", "43", "44", "45", "46", "47"),
)
"""Prefectures with 南海トラフ地震防災対策推進地域 (1都2府26県)."""
FOLLOW_UP = ("01", "02", "03", "04", "07", "08", "12")
"""Prefectures asked to be careful by 北海道・三陸沖後発地震注意情報."""

_NANKAI_SERIAL = {"120": Severity.WARNING, "130": Severity.ADVISORY, "190": Severity.NONE}
_COORDINATE = re.compile(r"([+-]\d+(?:\.\d+)?)([+-]\d+(?:\.\d+)?)([+-]\d+)?/")
_MISSING = "震度５弱以上未入電"


def tsunami(source: Source) -> tuple[Area, ...]:
    """Warnings by coast, and what stations saw; the headline, which sums coasts up, where the body is empty."""
    found = [_coast(source, item) for item in source.body.all("Tsunami/Forecast/Item")]
    found += [
        _station(source, station)
        for item in source.body.all("Tsunami/Observation/Item")
        for station in item.all("Station")
    ]
    found += [_estimate(source, item) for item in source.body.all("Tsunami/Estimation/Item")]
    return tuple(found) or tuple(
        Area(
            code=code_of(area),
            code_type=listed or TSUNAMI_COAST,
            name=area.value("Name"),
            kind=Kind.TSUNAMI,
            severity=codes.tsunami(item.value("Kind/Code"), item.value("Kind/Name")).severity,
            warning=item.value("Kind/Name"),
            warning_code=item.value("Kind/Code"),
            status="発表",
        )
        for _kind, item, area, listed in source.headline_items()
    )


def early_warning(source: Source) -> tuple[Area, ...]:
    """緊急地震速報: the expected intensity by area; 震度6弱 and more is a 特別警報."""
    found = []
    for area in source.body.all("Intensity/Forecast/Pref/Area"):
        low, high = area.value("ForecastInt/From"), area.value("ForecastInt/To")
        expected = low if high in {"over", ""} else high
        found.append(
            Area(
                code=code_of(area),
                code_type=QUAKE_AREA,
                name=area.value("Name"),
                kind=Kind.EARTHQUAKE_EARLY_WARNING,
                severity=max(codes.shaking(expected), Severity.WARNING),
                warning=area.value("Category/Kind/Name"),
                warning_code=area.value("Category/Kind/Code"),
                status="発表",
                intensity=expected,
                arrives_at=source.moment(area.value("ArrivalTime"), "ArrivalTime"),
                arrival=area.value("Condition"),
            )
        )
    fine = bool(found)
    for _kind, item, area, listed in source.headline_items():
        if listed == EARLY_PREFECTURE or (listed == QUAKE_AREA and not fine):
            found.append(
                Area(
                    code=code_of(area),
                    code_type=listed,
                    name=area.value("Name"),
                    kind=Kind.EARTHQUAKE_EARLY_WARNING,
                    severity=Severity.WARNING,
                    warning=item.value("Kind/Name"),
                    warning_code=item.value("Kind/Code"),
                    status="発表",
                )
            )
    return tuple(found)


def intensity(source: Source) -> tuple[Area, ...]:
    """震度 by prefecture, area and municipality; the headline where the body is empty."""
    found = []
    for prefecture in source.body.all("Intensity/Observation/Pref"):
        found.append(_shaken(prefecture, QUAKE_PREFECTURE))
        for area in prefecture.all("Area"):
            found.append(_shaken(area, QUAKE_AREA))
            found += [_shaken(city, MUNICIPALITY) for city in area.all("City")]
    return tuple(found) or tuple(
        _of_intensity(area, listed, _plain(item.value("Kind/Name").removeprefix("震度")), "")
        for _kind, item, area, listed in source.headline_items()
    )


def long_period(source: Source) -> tuple[Area, ...]:
    """長周期地震動階級 by area: class 3 and 4 are felt hard high up."""
    return tuple(
        Area(
            code=code_of(area),
            code_type=listed,
            name=area.value("Name"),
            kind=Kind.LONG_PERIOD_MOTION,
            severity={"4": Severity.EMERGENCY, "3": Severity.WARNING}.get(rank, Severity.FORECAST),
            warning=f"長周期地震動階級{rank}",
            status="発表",
            intensity=area.value("MaxInt"),
        )
        for listed, path in ((QUAKE_PREFECTURE, "Pref"), (QUAKE_AREA, "Pref/Area"))
        for area in source.body.all(f"Intensity/Observation/{path}")
        for rank in [area.value("MaxLgInt")]
    )


def nankai(source: Source) -> tuple[Area, ...]:
    """南海トラフ地震臨時情報 by its InfoSerial; none without one."""
    serial = source.body.find("EarthquakeInfo/InfoSerial")
    code, name = (code_of(serial), serial.value("Name")) if serial is not None else ("", "")
    severity = _NANKAI_SERIAL.get(code, Severity.FORECAST)
    status = "解除" if severity is Severity.NONE else "発表"
    return _declared(NANKAI, Kind.NANKAI_TROUGH, severity, name or source.title, code, status)


def follow_up(source: Source) -> tuple[Area, ...]:
    """北海道・三陸沖後発地震注意情報: seven prefectures, which the telegram names in prose only."""
    return _declared(FOLLOW_UP, Kind.FOLLOW_UP_QUAKE, Severity.ADVISORY, source.title, "", "発表")


def earthquakes(source: Source) -> Iterator[Earthquake]:
    """Each quake that the body names."""
    for quake in source.body.all("Earthquake"):
        place = quake.find("Hypocenter/Area")
        coordinate = place.value("Coordinate") if place is not None else ""
        found = _COORDINATE.match(coordinate)
        depth = number(found.group(3)) if found and found.group(3) else None
        magnitude = quake.find("Magnitude")
        yield Earthquake(
            origin_at=source.moment(quake.value("OriginTime"), "OriginTime"),
            hypocentre=place.value("Name") if place is not None else "",
            magnitude=(magnitude.attributes.get("description", "") or magnitude.text) if magnitude is not None else "",
            latitude=float(found.group(1)) if found else None,
            longitude=float(found.group(2)) if found else None,
            depth_km=abs(depth) / 1000 if depth is not None else None,
        )


def _coast(source: Source, item: Node) -> Area:
    area = item.find("Area")
    code, name = item.value("Category/Kind/Code"), item.value("Category/Kind/Name")
    last_code, last_name = item.value("Category/LastKind/Code"), item.value("Category/LastKind/Name")
    meant = codes.tsunami(code, name)
    if not meant.known:
        source.note(f"code {code!r} is not known here: taken by its name")
    height, height_m = _height(item)
    return Area(
        code=code_of(area) if area is not None else "",
        code_type=TSUNAMI_COAST,
        name=area.value("Name") if area is not None else "",
        kind=Kind.TSUNAMI,
        severity=meant.severity,
        warning=name.removesuffix("：発表"),
        warning_code=code,
        status=_change(meant.severity, codes.tsunami(last_code, last_name).severity),
        last_warning=last_name.removesuffix("：発表"),
        last_warning_code=last_code,
        height=height,
        height_m=height_m,
        arrives_at=source.moment(item.value("FirstHeight/ArrivalTime"), "ArrivalTime"),
        arrival=item.value("FirstHeight/Condition"),
        condition=item.value("MaxHeight/Condition"),
    )


def _station(source: Source, station: Node) -> Area:
    height, height_m = _height(station)
    return Area(
        code=code_of(station),
        code_type=TIDE_STATION,
        name=station.value("Name"),
        kind=Kind.TSUNAMI,
        severity=Severity.NONE,
        warning="津波の観測",
        status="観測",
        height=height,
        height_m=height_m,
        arrives_at=source.moment(station.value("FirstHeight/ArrivalTime"), "ArrivalTime"),
        arrival=station.value("FirstHeight/Condition"),
        condition=station.value("MaxHeight/Condition"),
    )


def _estimate(source: Source, item: Node) -> Area:
    area = item.find("Area")
    height, height_m = _height(item)
    return Area(
        code=code_of(area) if area is not None else "",
        code_type=OFFSHORE_COAST,
        name=area.value("Name") if area is not None else "",
        kind=Kind.TSUNAMI,
        severity=Severity.NONE,
        warning="沖合の観測からの推定",
        status="推定",
        height=height,
        height_m=height_m,
        arrives_at=source.moment(item.value("FirstHeight/ArrivalTime"), "ArrivalTime"),
        arrival=item.value("FirstHeight/Condition"),
        condition=item.value("MaxHeight/Condition"),
    )


def _height(node: Node) -> tuple[str, float | None]:
    """As the agency words it (巨大, １０ｍ超), and in metres; a first report has words only."""
    found = node.find("MaxHeight/TsunamiHeight")
    if found is None:
        return "", None
    return found.attributes.get("description", ""), number(found.text)


def _change(now: Severity, before: Severity) -> str:
    """Forecasts of a slight change of the sea are no warning: from a warning to one is a lifting."""
    floor = Severity.ADVISORY
    if now < floor and before >= floor:
        return "解除"
    if now == before:
        return "継続"
    if now < floor or before < floor:
        return "発表"
    return "引上げ" if now > before else "引下げ"


def _shaken(node: Node, listed: str) -> Area:
    condition = node.value("Condition")
    rank = node.value("MaxInt") or ("5-" if condition == _MISSING else "")
    return _of_intensity(node, listed, rank, condition)


def _of_intensity(area: Node, listed: str, rank: str, condition: str) -> Area:
    words = rank.replace("-", "弱").replace("+", "強").translate(str.maketrans("01234567", "０１２３４５６７"))
    return Area(
        code=code_of(area),
        code_type=listed,
        name=area.value("Name"),
        kind=Kind.EARTHQUAKE,
        severity=codes.shaking(rank),
        warning=f"震度{words}" if words else "",
        status="観測",
        intensity=rank,
        condition=condition,
    )


def _plain(rank: str) -> str:
    return rank.translate(str.maketrans("０１２３４５６７弱強", "01234567-+"))


def _declared(
    prefectures: tuple[str, ...], kind: Kind, severity: Severity, name: str, code: str, status: str
) -> tuple[Area, ...]:
    return tuple(
        Area(
            code=prefecture,
            code_type=PREFECTURE,
            name=PREFECTURES[prefecture].name,
            kind=kind,
            severity=severity,
            warning=name,
            warning_code=code,
            status=status,
        )
        for prefecture in prefectures
    )
