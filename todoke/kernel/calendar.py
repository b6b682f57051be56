"""Days on which Japanese offices are open."""

from datetime import date, timedelta

import jpholiday


def is_open_day(day: date) -> bool:
    """Not a Saturday, Sunday, holiday, or 29 December to 3 January (行政機関の休日に関する法律1条)."""
    year_end = (day.month == 12 and day.day >= 29) or (day.month == 1 and day.day <= 3)
    return day.weekday() < 5 and not year_end and not jpholiday.is_holiday(day)


def open_day_from(day: date) -> date:
    """``day``, or the next open day: a period that ends on a closed day ends on the next open one (同法2条)."""
    while not is_open_day(day):
        day += timedelta(days=1)
    return day


def open_days_between(first: date, last: date) -> int:
    """Open days after ``first`` up to and with ``last``; negative when ``last`` lies before."""
    if last < first:
        return -open_days_between(last, first)
    return sum(is_open_day(first + timedelta(days=n)) for n in range(1, (last - first).days + 1))


def fiscal_year(day: date) -> int:
    """The year (年度), which begins on 1 April (地方自治法208条)."""
    return day.year if day.month >= 4 else day.year - 1
