"""Readings of water gauges and the like: one that passes a threshold becomes a notice, received as telegrams are."""

import json
import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from django.db import connection, transaction

from todoke.kernel import clock
from todoke.kernel.configuration import ConfigurationError
from todoke.kernel.errors import InvalidInputError
from todoke.loops.reach.actions.telegrams import Received, receive
from todoke.loops.reach.models import Telegram
from todoke.loops.reach.telegrams.sensor import Notice, sensor_unit, write_notice
from todoke.loops.reach.telegrams.source import moment_in
from todoke.loops.reach.telegrams.types import Kind, Severity, Status

LARGEST = 1e9
AHEAD = timedelta(minutes=5)
"""A reading from further in the future has a wrong clock."""

THRESHOLD = {
    "type": "object",
    "required": ["name", "at", "severity"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 60},
        "at": {"type": "number"},
        "severity": {"enum": [severity.word for severity in Severity if severity]},
        "level": {"type": "integer", "minimum": 1, "maximum": 5},
    },
}
STATIONS = {
    "type": "object",
    "required": ["stations"],
    "additionalProperties": False,
    "properties": {
        "stations": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name", "quantity", "unit", "kind", "municipalities", "thresholds"],
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,60}$"},
                    "name": {"type": "string", "minLength": 1, "maxLength": 60},
                    "quantity": {"type": "string", "minLength": 1, "maxLength": 40},
                    "unit": {"type": "string", "maxLength": 20},
                    "kind": {"enum": [str(kind) for kind in Kind if kind not in {Kind.EVACUATION, Kind.SHELTERS}]},
                    "municipalities": {"type": "array", "items": {"type": "string", "pattern": "^[0-9]{5}$"}},
                    "hysteresis": {"type": "number", "minimum": 0},
                    "thresholds": {"type": "array", "minItems": 1, "items": THRESHOLD},
                },
            },
        }
    },
}
READING = {
    "type": "object",
    "required": ["station", "quantity", "value", "at"],
    "additionalProperties": False,
    "properties": {
        "station": {"type": "string", "maxLength": 60},
        "quantity": {"type": "string", "maxLength": 40},
        "value": {"type": "number"},
        "unit": {"type": "string", "maxLength": 20},
        "at": {"type": "string", "maxLength": 40},
        "status": {"enum": [str(status) for status in Status]},
    },
}


class ReadingError(InvalidInputError):
    """この測定値は受け取れません（{problem}）。"""

    code = "reading"


@dataclass(frozen=True)
class Threshold:
    """What a value at or above ``at`` is called."""

    name: str
    at: float
    severity: Severity
    level: int | None = None


@dataclass(frozen=True)
class Station:
    """One quantity of one station. ``thresholds`` rise; a stage is left ``hysteresis`` below where it began."""

    id: str
    name: str
    quantity: str
    unit: str
    kind: Kind
    municipalities: tuple[str, ...]
    hysteresis: float
    thresholds: tuple[Threshold, ...]


@dataclass(frozen=True)
class Reading:
    """A value at a time."""

    station: str
    quantity: str
    value: float
    at: datetime
    unit: str = ""
    status: Status = Status.NORMAL


def stage_of(station: Station, value: float, before: str) -> Threshold | None:
    """The threshold passed, given the stage before; None below all of them."""
    stage: Threshold | None = None
    held = next((n for n, threshold in enumerate(station.thresholds) if threshold.name == before), -1)
    for n, threshold in enumerate(station.thresholds):
        if value >= threshold.at - (station.hysteresis if n <= held else 0):
            stage = threshold
    return stage


@cache
def stations(path: str) -> dict[tuple[str, str], Station]:
    """By id and quantity, from a YAML file; none for an empty path. Raises ConfigurationError."""
    if not path:
        return {}
    try:
        said: Any = yaml.safe_load(Path(path).read_text())
    except (OSError, yaml.YAMLError) as error:
        raise ConfigurationError(f"TODOKE_SENSORS cannot be read: {error}") from error
    if problem := next(jsonschema_rs.validator_for(STATIONS).iter_errors(said), None):
        where = ".".join(map(str, problem.instance_path))
        raise ConfigurationError(f"{path}: {where}: {problem.message}")
    found = {}
    for one in said["stations"]:
        thresholds = sorted(
            (
                Threshold(each["name"], float(each["at"]), Severity[each["severity"].upper()], each.get("level"))
                for each in one["thresholds"]
            ),
            key=lambda threshold: threshold.at,
        )
        found[one["id"], one["quantity"]] = Station(
            id=one["id"],
            name=one["name"],
            quantity=one["quantity"],
            unit=one["unit"],
            kind=Kind(one["kind"]),
            municipalities=tuple(one["municipalities"]),
            hysteresis=float(one.get("hysteresis", 0)),
            thresholds=tuple(thresholds),
        )
    return found


def parse_reading(body: bytes) -> Reading:
    """A reading as JSON. Raises ReadingError."""
    try:
        said: Any = json.loads(body, parse_constant=_finite, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ReadingError(problem="no JSON") from error
    if problem := next(jsonschema_rs.validator_for(READING).iter_errors(said), None):
        raise ReadingError(problem=problem.message[:200])
    at = moment_in(said["at"])
    if at is None or at.tzinfo is None:
        raise ReadingError(problem="at")
    if abs(said["value"]) > LARGEST:
        raise ReadingError(problem="value")
    status = Status(said.get("status", Status.NORMAL))
    return Reading(said["station"], said["quantity"], float(said["value"]), at, said.get("unit", ""), status)


@transaction.atomic
def take_reading(reading: Reading, *, path: str) -> Received | None:
    """A notice when the stage has changed, else None. Raises ReadingError for a station that is not listed, another
    unit, or a time to come.

    A reading that is not newer than the last notice of its station changes nothing.
    """
    station = stations(path).get((reading.station, reading.quantity))
    if station is None:
        raise ReadingError(problem=f"{reading.station} {reading.quantity}")
    if reading.unit and reading.unit != station.unit:
        raise ReadingError(problem=f"{reading.unit} ≠ {station.unit}")
    if reading.at > clock.now() + AHEAD:
        raise ReadingError(problem="at")
    unit = sensor_unit(station.id, station.quantity, reading.status)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [unit])
    last = Telegram.objects.filter(unit=unit, error="").order_by("-sent_at", "-pk").first()
    if last is not None and last.sent_at is not None and reading.at <= last.sent_at:
        return None
    before = str(json.loads(bytes(last.body))["stage"]) if last is not None else ""
    stage = stage_of(station, reading.value, before)
    if (stage.name if stage else "") == before:
        return None
    notice = Notice(
        station=station.id,
        name=station.name,
        kind=station.kind,
        quantity=station.quantity,
        value=reading.value,
        unit=station.unit,
        at=reading.at,
        severity=stage.severity if stage else Severity.NONE,
        stage=stage.name if stage else "",
        municipalities=station.municipalities,
        level=stage.level if stage else None,
        status=reading.status,
    )
    return receive(body=write_notice(notice), source="sensor", name=station.id)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value
