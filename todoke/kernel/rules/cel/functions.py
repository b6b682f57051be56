"""CEL's functions beside those of rules, which they fall back on."""

import math
import re
from collections.abc import Callable
from typing import Any

from todoke.kernel.rules.cel import times
from todoke.kernel.rules.cel.times import Duration, Timestamp
from todoke.kernel.rules.cel.values import TYPES, Map, Type, as_number, equal
from todoke.kernel.rules.functions import FUNCTIONS

_INT = re.compile(r"-?[0-9]+")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:Infinity|Inf|inf|NaN)")
_TRUE, _FALSE = frozenset({"1", "t", "true", "TRUE", "True"}), frozenset({"0", "f", "false", "FALSE", "False"})
_TIMES = (Timestamp, Duration)


def _reckoned(
    function: str, compute: Callable[[float, float], float], with_times: Callable[[Any, Any], Any] | None = None
) -> Callable[[Any, Any], Any]:
    """``compute`` for two doubles, ``with_times`` for times, the function of rules for all else."""

    def applied(left: Any, right: Any) -> Any:
        if type(left) is float and type(right) is float:
            return compute(left, right)
        if with_times and isinstance(left, _TIMES) and isinstance(right, _TIMES):
            return with_times(left, right)
        return FUNCTIONS[function](left, right)

    return applied


def _ordered(function: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def checked(left: Any, right: Any) -> bool:
        kinds = {type(left), type(right)}
        if kinds == {int, float}:
            return compare(as_number(left, right), as_number(right, left))
        if len(kinds) == 1 and kinds <= {float, bool, *_TIMES}:
            return compare(left, right)
        return bool(FUNCTIONS[function](left, right))

    return checked


def _quotient(left: float, right: float) -> float:
    if right:
        return left / right
    return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left) * math.copysign(1.0, right)


def _among(item: Any, whole: Any) -> bool:
    if isinstance(whole, Map):
        return item in whole
    if not isinstance(whole, list):
        raise TypeError("neither a list nor a map")
    return any(equal(item, other) for other in whole)


def _at(whole: Any, index: Any) -> Any:
    if isinstance(whole, Map):
        return whole[index]
    if not isinstance(whole, list) or type(index) not in (int, float) or index != int(index):
        raise TypeError("not an index of a list")
    if not 0 <= index < len(whole):
        raise ValueError("index out of bounds")
    return whole[int(index)]


def _map(*parts: Any) -> Map:
    return Map(list(zip(parts[::2], parts[1::2], strict=True)))


def _int(value: Any) -> int:
    if isinstance(value, str) and _INT.fullmatch(value):
        return int(value)
    if type(value) is float and -(2.0**63) < value < 2.0**63:
        return int(value)
    if isinstance(value, _TIMES):
        return times.seconds_of(value)
    if type(value) is not int:
        raise TypeError("no int")
    return value


def _double(value: Any) -> float:
    if type(value) in (int, float) or (isinstance(value, str) and _DOUBLE.fullmatch(value)):
        return float(value)
    raise TypeError("no double")


def _string(value: Any) -> str:
    if type(value) is bool:
        return str(value).lower()
    if type(value) is float:
        return repr(value).removesuffix(".0")
    if type(value) in (int, str, *_TIMES):
        return str(value)
    raise TypeError("no string")


def _bool(value: Any) -> bool:
    if type(value) is bool:
        return value
    if value in _TRUE or value in _FALSE:
        return value in _TRUE
    raise TypeError("no bool")


def _timestamp(value: Any) -> Timestamp:
    if isinstance(value, str):
        return times.read_timestamp(value)
    if type(value) is int:
        return times.of_seconds(value)
    if not isinstance(value, Timestamp):
        raise TypeError("no timestamp")
    return value


def _duration(value: Any) -> Duration:
    if isinstance(value, str):
        return times.read_duration(value)
    if not isinstance(value, Duration):
        raise TypeError("no duration")
    return value


def _in_zone(part: Callable[[Any], int]) -> Callable[..., int]:
    return lambda moment, zone="UTC": part(moment.at(zone))


CEL_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **FUNCTIONS,
    "_==_": equal,
    "_!=_": lambda left, right: not equal(left, right),
    "_<_": _ordered("_<_", lambda left, right: bool(left < right)),
    "_<=_": _ordered("_<=_", lambda left, right: bool(left <= right)),
    "_>_": _ordered("_>_", lambda left, right: bool(left > right)),
    "_>=_": _ordered("_>=_", lambda left, right: bool(left >= right)),
    "_+_": _reckoned("_+_", lambda left, right: left + right, times.added),
    "_-_": _reckoned("_-_", lambda left, right: left - right, times.subtracted),
    "_*_": _reckoned("_*_", lambda left, right: left * right),
    "_/_": _reckoned("_/_", _quotient),
    "-_": lambda value: -value if type(value) is float else FUNCTIONS["-_"](value),
    "_in_": _among,
    "_[_]": _at,
    "{}": _map,
    "dyn": lambda value: value,
    "type": lambda value: Type(TYPES[type(value)]),
    "int": _int,
    "double": _double,
    "string": _string,
    "bool": _bool,
    "timestamp": _timestamp,
    "duration": _duration,
    "getFullYear": _in_zone(lambda day: day.year),
    "getMonth": _in_zone(lambda day: day.month - 1),
    "getDate": _in_zone(lambda day: day.day),
    "getDayOfMonth": _in_zone(lambda day: day.day - 1),
    "getDayOfWeek": _in_zone(lambda day: day.isoweekday() % 7),
    "getDayOfYear": _in_zone(lambda day: day.timetuple().tm_yday - 1),
    "getHours": times.hours,
    "getMinutes": times.minutes,
    "getSeconds": times.seconds,
    "getMilliseconds": times.milliseconds,
}
