"""Months, quarters and fiscal years, each known by its last day."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from todoke.loops.improve.types import Grain


def end_of_month(day: date) -> date:
    """The last day of the month of ``day``."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def end_of_quarter(day: date) -> date:
    """The last day of the quarter of ``day``; the fiscal year's are the calendar's."""
    last = (day.month + 2) // 3 * 3
    return end_of_month(day.replace(month=last, day=1))


def end_of_fiscal_year(year: int) -> date:
    """31 March (地方自治法208条)."""
    return date(year + 1, 3, 31)


def months_of_quarter(last: date) -> list[date]:
    """The first days of the three months of the quarter that ends on ``last``."""
    return [last.replace(month=last.month - back, day=1) for back in (2, 1, 0)]


def end_of(grain: Grain, day: date) -> date:
    """The last day of the month or quarter of ``day``."""
    return end_of_month(day) if grain is Grain.MONTH else end_of_quarter(day)


def last_ended_quarter(today: date) -> date:
    """The last day of the newest quarter that is over."""
    first = months_of_quarter(end_of_quarter(today))[0]
    return first - timedelta(days=1)


def quarters(first: date, last: date) -> Iterator[date]:
    """Last days of the quarters from that of ``first`` to that of ``last``."""
    day = end_of_quarter(first)
    while day <= end_of_quarter(last):
        yield day
        day = end_of_quarter(day + timedelta(days=1))
