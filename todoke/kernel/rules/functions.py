"""What operators and functions do with known values; the interpreter turns their exceptions into reasons."""

from calendar import isleap, monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any


def age_on(birth: date, day: date) -> int:
    """Full years on ``day``: an age is reached at the end of the day before the birthday.

    年齢計算ニ関スル法律, 民法143条. That end belongs to the birthday's eve, so on the eve itself the new age holds;
    who was born on 29 February reaches it on 28 February.
    """
    following = day + timedelta(days=1)
    return following.year - birth.year - ((following.month, following.day) < (birth.month, birth.day))


def first_school_day(birth: date) -> date:
    """The 1 April on which a child enters primary school: the first after it reached six (学校教育法17条)."""
    return date(birth.year + (6 if (birth.month, birth.day) <= (4, 1) else 7), 4, 1)


def plus_years(day: date, years: int) -> date:
    """The same day ``years`` later (earlier if negative); 29 February becomes 28 February where there is none."""
    year = day.year + _whole(years)
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return date(year, day.month, day.day)


def end_of_month(day: date) -> date:
    """The last day of the month of ``day``."""
    return date(day.year, day.month, monthrange(day.year, day.month)[1])


def fiscal_year_end_of_age(birth: date, years: int) -> date:
    """N歳に達する日以後の最初の3月31日: the first 31 March on or after the day on which the age is reached.

    The age is reached on the eve of the birthday (年齢計算ニ関スル法律), so who was born on
    1 April reaches it on 31 March.
    """
    return date(birth.year + _whole(years) + ((birth.month, birth.day) > (4, 1)), 3, 31)


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("not a whole number")
    return value


def _same_kind(left: Any, right: Any) -> None:
    if type(left) is not type(right) or isinstance(left, bool | list | dict):
        raise TypeError("values of different or unordered kinds")


def _equal(left: Any, right: Any) -> bool:
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(_equal, left, right))
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(_equal(value, right[name]) for name, value in left.items())
    return bool(left == right)


def _among(item: Any, whole: Any) -> bool:
    if not isinstance(whole, list | tuple):
        raise TypeError("not a list")
    return any(_equal(item, other) for other in whole)


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def checked(left: Any, right: Any) -> bool:
        _same_kind(left, right)
        return compare(left, right)

    return checked


def day_of(text: str) -> date:
    """Of YYYY-MM-DD, and of no other way to write a day. Raises ValueError."""
    if len(text) != 10 or text[4] != "-":
        raise ValueError("not YYYY-MM-DD")
    return date.fromisoformat(text)


def _numbers(compute: Callable[[int, int], int]) -> Callable[[Any, Any], int]:
    def checked(left: Any, right: Any) -> int:
        return compute(_whole(left), _whole(right))

    return checked


def _quotient(left: int, right: int) -> int:
    whole = abs(left) // abs(right)
    return whole if (left < 0) == (right < 0) else -whole


def _plus(left: Any, right: Any) -> Any:
    if type(left) is not type(right) or not isinstance(left, int | str | list) or isinstance(left, bool):
        raise TypeError("cannot be added")
    return left + right


def _sum(numbers: Any) -> int:
    if not isinstance(numbers, list | tuple):
        raise TypeError("not a list")
    return sum(_whole(number) for number in numbers)


def _not(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("not a truth value")
    return not value


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "_==_": _equal,
    "_!=_": lambda left, right: not _equal(left, right),
    "_<_": _ordered(lambda left, right: bool(left < right)),
    "_<=_": _ordered(lambda left, right: bool(left <= right)),
    "_>_": _ordered(lambda left, right: bool(left > right)),
    "_>=_": _ordered(lambda left, right: bool(left >= right)),
    "_in_": _among,
    "_+_": _plus,
    "_-_": _numbers(lambda left, right: left - right),
    "_*_": _numbers(lambda left, right: left * right),
    "_/_": _numbers(_quotient),
    "_%_": _numbers(lambda left, right: left - right * _quotient(left, right)),
    "-_": lambda value: _numbers(lambda left, right: left - right)(0, value),
    "!_": _not,
    "size": len,
    "date": lambda text: text if isinstance(text, date) else day_of(text),
    "age_on": age_on,
    "first_school_day": first_school_day,
    "plus_years": plus_years,
    "end_of_month": end_of_month,
    "fiscal_year_end_of_age": fiscal_year_end_of_age,
    "days_between": lambda first, last: (last - first).days,
    "sum": _sum,
    "startsWith": str.startswith,
    "endsWith": str.endswith,
    "contains": lambda whole, part: part in whole,
    "matches_any": lambda whole, parts: any(part in whole for part in parts),
}
"""What each function of a tree does with known values; those of a wrong kind raise TypeError and the like."""
