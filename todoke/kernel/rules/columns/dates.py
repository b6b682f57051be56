"""Dates of many rows, as days since 1970: the functions of ``todoke.kernel.rules.functions``, a column at a time.

Each gives the result and where there is none, for a date before year 1 or after year 9999.
"""

from collections.abc import Callable
from datetime import date
from functools import lru_cache

import numpy as np

from todoke.kernel.rules.columns.integers import Result
from todoke.kernel.rules.columns.masks import NO
from todoke.kernel.rules.columns.values import EPOCH, Numbers

Function = Callable[..., Result]
PAGE = 8_192
"""Days; a table of results has whole pages, so that the next column finds it."""

FIRST_YEAR, LAST_YEAR = 1, 9999
LAST_DAY = date.max.toordinal() - EPOCH
APRIL_1 = 4 * 32 + 1
FEBRUARY_29, FEBRUARY_28 = 2 * 32 + 29, 2 * 32 + 28
BEYOND_ANY_YEAR = 20_000


def _parts(days: Numbers) -> tuple[Numbers, Numbers]:
    """Year, and month * 32 + day of the month."""
    day = days.astype("M8[D]")
    months = day.astype("M8[M]")
    since_1970 = months.astype(np.int64)
    return since_1970 // 12 + 1970, (since_1970 % 12 + 1) * 32 + (day - months.astype("M8[D]")).astype(np.int64) + 1


def _days(year: Numbers, month_day: Numbers) -> Result:
    wrong = (year < FIRST_YEAR) | (year > LAST_YEAR)
    months = (np.where(wrong, 1970, year) - 1970) * 12 + month_day // 32 - 1
    days = months.astype("M8[M]").astype("M8[D]").astype(np.int64) + month_day % 32 - 1
    return days.astype(np.int32), wrong


def _shifted(year: Numbers, years: Numbers) -> Numbers:
    return np.asarray(year + np.clip(years, -BEYOND_ANY_YEAR, BEYOND_ANY_YEAR))


def age_on(birth: Numbers, day: Numbers) -> Result:
    """Full years; an age is reached at the end of the birthday's eve."""
    following = np.minimum(day, LAST_DAY - 1) + 1
    (year, month_day), (born, birthday) = _parts(following), _parts(birth)
    return year - born - (month_day < birthday), day >= LAST_DAY


def first_school_day(birth: Numbers) -> Result:
    """The first 1 April after six is reached."""
    year, birthday = _parts(birth)
    return _days(year + np.where(birthday <= APRIL_1, 6, 7), np.full_like(birthday, APRIL_1))


def plus_years(day: Numbers, years: Numbers) -> Result:
    """29 February becomes 28 February where there is none."""
    year, month_day = _parts(day)
    year = _shifted(year, years)
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    return _days(year, np.where((month_day == FEBRUARY_29) & ~leap, FEBRUARY_28, month_day))


def end_of_month(day: Numbers) -> Result:
    """The last day of its month."""
    following = (day.astype("M8[D]").astype("M8[M]") + 1).astype("M8[D]").astype(np.int64) - 1
    return following.astype(np.int32), NO


def fiscal_year_end_of_age(birth: Numbers, years: Numbers) -> Result:
    """The first 31 March on or after the day on which the age is reached."""
    year, birthday = _parts(birth)
    return _days(_shifted(year, years) + (birthday > APRIL_1), np.full_like(birthday, 3 * 32 + 31))


def days_between(first: Numbers, last: Numbers) -> Result:
    """Negative where ``last`` comes before."""
    return last.astype(np.int64) - first, NO


def by_day(function: Function, days: Numbers, *others: Numbers) -> Result:
    """``function`` of one column of dates and constants, worked out once for each day of their range."""
    if len(days) <= 1 or any(len(other) != 1 for other in others):
        return function(days, *others)
    first, last = int(days.min()) // PAGE * PAGE, (int(days.max()) // PAGE + 1) * PAGE
    if last - first > max(len(days), PAGE) or last > LAST_DAY:
        return function(days, *others)
    table, wrong = _table(function, first, last, *(int(other[0]) for other in others))
    at = (days - first).astype(np.intp)
    return np.take(table, at), np.take(wrong, at) if len(wrong) > 1 else wrong


@lru_cache(maxsize=64)
def _table(function: Function, first: int, last: int, *others: int) -> Result:
    table, wrong = function(np.arange(first, last), *(np.array([other]) for other in others))
    return table.astype(np.int32), wrong if wrong.any() else NO
