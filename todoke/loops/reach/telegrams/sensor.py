"""A notice that a sensor's reading passed a threshold: our own JSON, so that it is kept and read as telegrams are."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from todoke.loops.reach.telegrams.errors import ForeignTelegramError, IncompleteTelegramError, OversizedTelegramError
from todoke.loops.reach.telegrams.places import LOCAL_GOVERNMENT, is_in
from todoke.loops.reach.telegrams.reasons import Reason
from todoke.loops.reach.telegrams.source import moment_in, unit_of
from todoke.loops.reach.telegrams.types import Area, InfoType, Kind, Severity, Status, Telegram

FORMAT = "todoke-sensor-1"
MAX_BYTES = 64 * 1024
"""A notice has some 600 bytes, and 30 for each municipality."""


@dataclass(frozen=True)
class Notice:
    """What a station says now. ``stage`` is the name of the threshold that it passed; empty: it is below all."""

    station: str
    name: str
    kind: Kind
    quantity: str
    value: float
    unit: str
    at: datetime
    severity: Severity
    stage: str
    municipalities: tuple[str, ...]
    level: int | None = None
    status: Status = Status.NORMAL


def write_notice(notice: Notice) -> bytes:
    """The bytes that ``read_notice`` reads."""
    said = {
        "format": FORMAT,
        **{name: getattr(notice, name) for name in ("station", "name", "quantity", "value", "unit", "stage", "level")},
        "kind": notice.kind,
        "status": notice.status,
        "severity": notice.severity.word,
        "at": notice.at.isoformat(),
        "municipalities": list(notice.municipalities),
    }
    return json.dumps(said, ensure_ascii=False).encode()


def read_notice(body: bytes, prefecture: str) -> Telegram:
    """Raises TelegramError."""
    if len(body) > MAX_BYTES:
        raise OversizedTelegramError(limit=f"{MAX_BYTES // 1024} KB")
    notice = _parsed(body)
    severity = notice.severity
    areas = tuple(
        Area(
            code=code,
            code_type=LOCAL_GOVERNMENT,
            name=notice.name,
            kind=notice.kind,
            severity=severity,
            warning=notice.stage,
            status="発表" if severity else "解除",
            level=notice.level if severity else None,
            height=f"{notice.value:g} {notice.unit}",
            condition=notice.quantity,
        )
        for code in notice.municipalities
    )
    here = any(is_in(area, prefecture) for area in areas)
    return Telegram(
        type="SENSOR",
        title=notice.name,
        heading=" ".join(filter(None, [notice.name, notice.stage])),
        kind=notice.kind,
        status=notice.status,
        info_type=InfoType.ISSUE,
        concern=here,
        reason=Reason.HERE if here else Reason.ELSEWHERE if areas else Reason.NO_PLACE,
        unit=sensor_unit(notice.station, notice.quantity, notice.status),
        unit_is_full_state=True,
        event_id=notice.station,
        publishing_office=notice.name,
        issued_at=notice.at,
        sent_at=notice.at,
        level=notice.level if severity else None,
        severity=severity,
        areas=areas,
    )


def sensor_unit(station: str, quantity: str, status: Status) -> str:
    """The unit of a station's notices."""
    return unit_of("SENSOR", station, quantity, status)


def _parsed(body: bytes) -> Notice:
    try:
        said: Any = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ForeignTelegramError(root="{") from error
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise ForeignTelegramError(root="{")
    at = moment_in(said["at"]) if isinstance(said.get("at"), str) else None
    if at is None or at.tzinfo is None:
        raise IncompleteTelegramError(element="at")
    value, level, codes = said.get("value"), said.get("level"), said.get("municipalities")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise IncompleteTelegramError(element="value")
    if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
        raise IncompleteTelegramError(element="municipalities")
    severity = str(said.get("severity", "")).upper()
    return Notice(
        station=_word(said, "station"),
        name=_word(said, "name"),
        kind=Kind(said["kind"]) if said.get("kind") in set(Kind) else Kind.UNKNOWN,
        quantity=_word(said, "quantity"),
        value=float(value),
        unit=_word(said, "unit"),
        at=at,
        severity=Severity[severity] if severity in Severity.__members__ else Severity.NONE,
        stage=_word(said, "stage"),
        municipalities=tuple(code[:6] for code in codes),
        level=level if isinstance(level, int) and 1 <= level <= 5 else None,
        status=Status(said["status"]) if said.get("status") in set(Status) else Status.TEST,
    )


def _word(said: dict[str, Any], name: str) -> str:
    word = said.get(name, "")
    if not isinstance(word, str):
        raise IncompleteTelegramError(element=name)
    return word.replace("\x00", "")[:100]
