"""Operators and functions of columns: ``todoke.kernel.rules.functions`` for many rows at once."""

from collections.abc import Callable
from typing import Any

import numpy as np

from todoke.kernel.rules.columns import dates, integers, strings
from todoke.kernel.rules.columns.equality import alike_inside, among, equal
from todoke.kernel.rules.columns.integers import Result
from todoke.kernel.rules.columns.lists import added, summed
from todoke.kernel.rules.columns.masks import NO, YES, Mask, both, either, never
from todoke.kernel.rules.columns.values import (
    EPOCH,
    ZERO,
    Column,
    Lists,
    Numbers,
    Truth,
    Value,
    truth,
)
from todoke.kernel.rules.functions import day_of

Function = Callable[..., Value]
"""From values and how many rows they have."""


def as_truth(value: Value) -> Truth:
    """A value where a truth is needed: what is none could not be worked out."""
    return value if isinstance(value, Truth) else Truth(NO, NO, either(value.failed, value.known))


def joint(*values: Value) -> tuple[Mask, Mask]:
    """Where all are known, and where any could not be worked out."""
    known, failed = YES, NO
    for value in values:
        known, failed = both(known, value.known), either(failed, value.failed)
    return known, failed


def impossible(*values: Value) -> Column:
    """Values of wrong kinds: where all are known it could not be worked out."""
    known, failed = joint(*values)
    return Column("nothing", ZERO, NO, either(known, failed))


def _result(kind: str, made: Result, *values: Value) -> Column:
    numbers, wrong = made
    known, failed = joint(*values)
    if never(wrong):
        return Column(kind, numbers, known, failed)
    return Column(kind, numbers, both(known, ~wrong), either(failed, both(known, wrong)))


def _kinds(*values: Value) -> tuple[str, ...]:
    return tuple(value.kind for value in values)


def _numbers_of(value: Value) -> Numbers:
    return value.values if isinstance(value, Column) else ZERO


def _equals(left: Value, right: Value, size: int) -> Truth:
    return truth(equal(left, right, size), *joint(left, right))


def _differs(left: Value, right: Value, size: int) -> Truth:
    return truth(~equal(left, right, size), *joint(left, right))


def _ordered(compare: Callable[[Any, Any], Any]) -> Function:
    def function(left: Value, right: Value, _size: int) -> Value:
        match left, right:
            case Column(kind="int"), Column(kind="int"):
                pass
            case Column(kind="date"), Column(kind="date"):
                pass
            case Column(kind="str"), Column(kind="str"):
                return _of_strings(compare, left, right)
            case _:
                return impossible(left, right)
        return truth(compare(left.values, right.values), *joint(left, right))

    return function


def _of_strings(function: Callable[[str, str], bool], left: Column, right: Column) -> Truth:
    found, rows = strings.by_pair(function, left, right)
    return truth(np.array(found, bool)[rows], *joint(left, right))


def _arithmetic(compute: Callable[[Numbers, Numbers], Result]) -> Function:
    def function(left: Value, right: Value, _size: int) -> Value:
        if _kinds(left, right) != ("int", "int"):
            return impossible(left, right)
        return _result("int", compute(_numbers_of(left), _numbers_of(right)), left, right)

    return function


def _plus(left: Value, right: Value, size: int) -> Value:
    match left, right:
        case Column(kind="int"), Column(kind="int"):
            return _result("int", integers.plus(left.values, right.values), left, right)
        case Column(kind="str"), Column(kind="str"):
            found, rows = strings.by_pair(lambda one, other: one + other, left, right)
            codes, words = strings.strings(found, rows)
            return Column("str", codes, *joint(left, right), words=words)
        case Lists(), Lists():
            return added(left, right, 1 if {len(array) for array in (*left.arrays(), *right.arrays())} == {1} else size)
    return impossible(left, right)


def _negative(value: Value, _size: int) -> Value:
    return (
        _result("int", integers.minus_itself(_numbers_of(value)), value) if value.kind == "int" else impossible(value)
    )


def _not(value: Value, _size: int) -> Value:
    return Truth(value.false, value.true, value.failed) if isinstance(value, Truth) else impossible(value)


def _in(item: Value, whole: Value, size: int) -> Value:
    if not isinstance(whole, Lists):
        return impossible(item, whole)
    return truth(among(item, whole, size), *joint(item, whole))


def _size(value: Value, _size: int) -> Value:
    match value:
        case Lists():
            return Column("int", value.lengths, value.known, value.failed)
        case Column(kind="str"):
            found, rows = strings.by_word(len, value)
            return Column("int", np.array(found, np.int64)[rows], value.known, value.failed)
    return impossible(value)


def _date(value: Value, _size: int) -> Value:
    match value:
        case Column(kind="date"):
            return value
        case Column(kind="str"):
            found, rows = strings.by_word(_day, value)
            wrong = np.array([day is None for day in found], bool)
            return _result("date", (np.array([day or 0 for day in found], np.int32)[rows], wrong[rows]), value)
    return impossible(value)


def _day(text: str) -> int | None:
    try:
        return day_of(text).toordinal() - EPOCH
    except ValueError:
        return None


def _of_dates(function: Callable[..., Result], gives: str, *kinds: str) -> Function:
    def applied(*values_and_size: Any) -> Value:
        values = values_and_size[:-1]
        if _kinds(*values) != kinds:
            return impossible(*values)
        return _result(gives, dates.by_day(function, *(_numbers_of(value) for value in values)), *values)

    return applied


def _text_test(function: Callable[[str, str], bool]) -> Function:
    def applied(left: Value, right: Value, _size: int) -> Value:
        match left, right:
            case Column(kind="str"), Column(kind="str"):
                return _of_strings(function, left, right)
        return impossible(left, right)

    return applied


def _contains(whole: Value, part: Value, size: int) -> Value:
    match whole, part:
        case Column(kind="str"), Column(kind="str"):
            return _of_strings(lambda text, sought: sought in text, whole, part)
        case Lists(), _:
            return truth(among(part, whole, size, alike_inside), *joint(part, whole))
    return impossible(whole, part)


def _matches_any(whole: Value, parts: Value, size: int) -> Value:
    match whole, parts:
        case Column(kind="str"), Lists():
            if parts.items.kind == "str":
                return truth(among(whole, parts, size, _holds), *joint(whole, parts))
            return _result_of_empty(whole, parts)
    return impossible(whole, parts)


def _holds(whole: Value, part: Value, _size: int) -> Mask:
    if not (isinstance(whole, Column) and isinstance(part, Column)):
        return NO
    found, rows = strings.by_pair(lambda text, sought: sought in text, whole, part)
    return np.array(found, bool)[rows]


def _result_of_empty(whole: Value, parts: Lists) -> Truth:
    """A list of what is no string matches nothing when it is empty."""
    known, failed = joint(whole, parts)
    empty = parts.lengths == 0
    return Truth(NO, both(known, empty), either(failed, both(known, ~empty)))


FUNCTIONS: dict[str, Function] = {
    "_==_": _equals,
    "_!=_": _differs,
    "_<_": _ordered(lambda left, right: left < right),
    "_<=_": _ordered(lambda left, right: left <= right),
    "_>_": _ordered(lambda left, right: left > right),
    "_>=_": _ordered(lambda left, right: left >= right),
    "_in_": _in,
    "_+_": _plus,
    "_-_": _arithmetic(integers.minus),
    "_*_": _arithmetic(integers.times),
    "_/_": _arithmetic(integers.quotient),
    "_%_": _arithmetic(integers.remainder),
    "-_": _negative,
    "!_": _not,
    "size": _size,
    "date": _date,
    "age_on": _of_dates(dates.age_on, "int", "date", "date"),
    "first_school_day": _of_dates(dates.first_school_day, "date", "date"),
    "plus_years": _of_dates(dates.plus_years, "date", "date", "int"),
    "end_of_month": _of_dates(dates.end_of_month, "date", "date"),
    "fiscal_year_end_of_age": _of_dates(dates.fiscal_year_end_of_age, "date", "date", "int"),
    "days_between": _of_dates(dates.days_between, "int", "date", "date"),
    "sum": lambda value, _size: summed(value) if isinstance(value, Lists) else impossible(value),
    "startsWith": _text_test(str.startswith),
    "endsWith": _text_test(str.endswith),
    "contains": _contains,
    "matches_any": _matches_any,
}
"""What each function of a tree does with values; it is given how many rows they have."""
