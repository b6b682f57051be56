"""Timestamps and durations in nanoseconds."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _AFTER_LAST = -62_135_596_800 * _SECOND, 253_402_300_800 * _SECOND
_LONGEST = 2**63 - 1
_UNITS = {"h": 3600 * _SECOND, "m": 60 * _SECOND, "s": _SECOND, "ms": 1_000_000, "us": 1_000, "ns": 1}
_DURATION = re.compile(r"([0-9]+)(?:\.([0-9]*))?(h|ms|m|s|us|ns)")
_TIMESTAMP = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_OFFSET = re.compile(r"([+-]?)([0-9]{2}):([0-9]{2})")


@dataclass(frozen=True, order=True)
class Duration:
    """A length of time. Raises ValueError beyond 64 bits, some 292 years."""

    nanoseconds: int

    def __post_init__(self) -> None:
        if abs(self.nanoseconds) > _LONGEST:
            raise ValueError("duration out of range")

    def __str__(self) -> str:
        sign, whole = "-" if self.nanoseconds < 0 else "", abs(self.nanoseconds)
        return f"{sign}{whole // _SECOND}{_fraction(whole % _SECOND)}s"

    def whole(self, unit: str) -> int:
        """How many full hours (h), minutes (m) and so on it has, towards zero."""
        number = abs(self.nanoseconds) // _UNITS[unit]
        return -number if self.nanoseconds < 0 else number


@dataclass(frozen=True, order=True)
class Timestamp:
    """A moment since 1970. Raises ValueError outside of the years 1 to 9999."""

    nanoseconds: int

    def __post_init__(self) -> None:
        if not _FIRST <= self.nanoseconds < _AFTER_LAST:
            raise ValueError("timestamp out of range")

    def __str__(self) -> str:
        day = self.at("UTC")
        return f"{day:%H:%M:%S}".join((f"{day.year:04}-{day:%m-%d}T", f"{_fraction(self.nanoseconds % _SECOND)}Z"))

    def at(self, zone: str) -> datetime:
        """Full seconds on the clocks of ``zone``: a name, or an offset such as +09:00."""
        return (_EPOCH + timedelta(seconds=self.nanoseconds // _SECOND)).astimezone(_zone(zone))


def _fraction(nanoseconds: int) -> str:
    return f".{nanoseconds:09}".rstrip("0") if nanoseconds else ""


def _zone(name: str) -> tzinfo:
    offset = _OFFSET.fullmatch(name)
    if offset:
        length = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-length if offset[1] == "-" else length)
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        raise ValueError(f"no time zone {name}") from None


def read_duration(text: str) -> Duration:
    """``1h30m``, ``-1.5s``. Raises ValueError."""
    sign, at = -1 if text.startswith("-") else 1, len(text) - len(text.lstrip("+-"))
    if at > 1 or at == len(text):
        raise ValueError(f"no duration: {text}")
    total = 0
    while at < len(text):
        part = _DURATION.match(text, at)
        if part is None:
            raise ValueError(f"no duration: {text}")
        unit, fraction = _UNITS[part[3]], part[2] or ""
        total += int(part[1]) * unit + int(fraction or "0") * unit // 10 ** len(fraction)
        at = part.end()
    return Duration(sign * total)


def read_timestamp(text: str) -> Timestamp:
    """RFC 3339. Raises ValueError."""
    part = _TIMESTAMP.fullmatch(text)
    if part is None:
        raise ValueError(f"no timestamp: {text}")
    moment = datetime.fromisoformat(part[1]).replace(tzinfo=UTC) - _EPOCH
    offset = timedelta() if part[3] == "Z" else _zone(part[3]).utcoffset(None) or timedelta()
    seconds = moment.days * 86_400 + moment.seconds - int(offset.total_seconds())
    return Timestamp(seconds * _SECOND + int((part[2] or "0").ljust(9, "0")))


def of_seconds(seconds: int) -> Timestamp:
    """Since 1970."""
    return Timestamp(seconds * _SECOND)


def seconds_of(moment: Timestamp | Duration) -> int:
    """Since 1970, or its length."""
    return moment.nanoseconds // _SECOND if isinstance(moment, Timestamp) else moment.whole("s")


def added(left: Timestamp | Duration, right: Timestamp | Duration) -> Timestamp | Duration:
    if isinstance(left, Timestamp) and isinstance(right, Timestamp):
        raise TypeError("two timestamps cannot be added")
    total = left.nanoseconds + right.nanoseconds
    return Timestamp(total) if Timestamp in (type(left), type(right)) else Duration(total)


def subtracted(left: Timestamp | Duration, right: Timestamp | Duration) -> Timestamp | Duration:
    if isinstance(left, Duration) and isinstance(right, Timestamp):
        raise TypeError("a timestamp cannot be taken from a duration")
    length = left.nanoseconds - right.nanoseconds
    return Timestamp(length) if isinstance(left, Timestamp) and isinstance(right, Duration) else Duration(length)


def hours(moment: Timestamp | Duration, zone: str = "UTC") -> int:
    return moment.whole("h") if isinstance(moment, Duration) else moment.at(zone).hour


def minutes(moment: Timestamp | Duration, zone: str = "UTC") -> int:
    return moment.whole("m") if isinstance(moment, Duration) else moment.at(zone).minute


def seconds(moment: Timestamp | Duration, zone: str = "UTC") -> int:
    return moment.whole("s") if isinstance(moment, Duration) else moment.at(zone).second


def milliseconds(moment: Timestamp | Duration, _zone: str = "UTC") -> int:
    """Of its second."""
    if isinstance(moment, Duration):
        return moment.whole("ms") - 1000 * moment.whole("s")
    return moment.nanoseconds % _SECOND // 1_000_000
