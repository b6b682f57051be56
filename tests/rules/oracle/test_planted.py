"""Bugs that are planted on purpose: the comparison with Google's engine must find each of them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.rules.oracle.back_ends import compare, interpreter, person
from tests.rules.oracle.google import google
from todoke.kernel.rules import functions
from todoke.kernel.rules import interpreter as interpreting
from todoke.kernel.rules import person as personal
from todoke.kernel.rules.python_source import Source, source_of
from todoke.kernel.rules.tree import Node

ROWS = 10
RULES = 3_000
"""A bug has to be found within as many rules."""


def signs_as_utf_16(value: Any) -> int:
    return len(value.encode("utf-16-le")) // 2 if isinstance(value, str) else len(value)


def eve_forgotten(birth: Any, day: Any) -> Any:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def fiscal_year_by_birthday(birth: Any, years: int) -> Any:
    return functions.fiscal_year_end_of_age(birth, years).replace(
        year=birth.year + years + ((birth.month, birth.day) >= (4, 1))
    )


def wrapped(value: int) -> int:
    return (value + 2**63) % 2**64 - 2**63


FUNCTIONS: dict[str, tuple[str, Callable[..., Any]]] = {
    "division rounds down": ("_/_", lambda left, right: left // right),
    "the rest has the sign of the divisor": ("_%_", lambda left, right: left % right),
    "overflow wraps round": ("_*_", lambda left, right: wrapped(left * right)),
    "a sum may overflow": ("sum", lambda numbers: wrapped(sum(numbers))),
    "size counts UTF-16 units": ("size", signs_as_utf_16),
    "at most is less than": ("_<=_", lambda left, right: bool(left < right)),
    "at least is more than": ("_>=_", lambda left, right: bool(left > right)),
    "words in the order of UTF-16": (
        "_<_",
        lambda left, right: (
            left.encode("utf-16-be") < right.encode("utf-16-be") if isinstance(left, str) else bool(left < right)
        ),
    ),
    "beginning and end swapped": ("startsWith", str.endswith),
    "end and beginning swapped": ("endsWith", str.startswith),
    "contains looks at the beginning only": (
        "contains",
        lambda whole, part: whole.startswith(part) if isinstance(whole, str) else part in whole,
    ),
    "any of several words must be all": ("matches_any", lambda whole, parts: all(part in whole for part in parts)),
    "age without the eve": ("age_on", eve_forgotten),
    "first day of school a day early": (
        "first_school_day",
        lambda birth: functions.first_school_day(birth).replace(
            year=birth.year + (6 if (birth.month, birth.day) < (4, 1) else 7)
        ),
    ),
    "fiscal year of the birthday": ("fiscal_year_end_of_age", fiscal_year_by_birthday),
    "29 February plus a year fails": ("plus_years", lambda day, years: day.replace(year=day.year + years)),
    "every month has 28 days": ("end_of_month", lambda day: day.replace(day=28)),
    "days the other way round": ("days_between", lambda first, last: (first - last).days),
}


def falsy(method: Callable[..., Any]) -> Callable[..., Any]:
    """What is not known taken for false."""

    def changed(self: Any, *arguments: Any, **named: Any) -> Any:
        value = method(self, *arguments, **named)
        return False if isinstance(value, interpreting.Unknown) else value

    return changed


def zero(method: Callable[..., Any]) -> Callable[..., Any]:
    """A missing fact taken for 0."""

    def changed(self: Any, *arguments: Any) -> Any:
        value = method(self, *arguments)
        return 0 if isinstance(value, interpreting.Unknown) and value.missing else value

    return changed


def spoilt(method: Callable[..., Any]) -> Callable[..., Any]:
    """``&&`` and ``||`` that do not absorb."""

    def changed(self: Any, arguments: tuple[Node, ...], *, decides: bool) -> Any:
        values = [self.value(argument) for argument in arguments]
        lost = [value for value in values if isinstance(value, interpreting.Unknown)]
        return lost[0] if lost else method(self, arguments, decides=decides)

    return changed


METHODS: dict[str, tuple[str, Callable[[Callable[..., Any]], Callable[..., Any]]]] = {
    "chains do not absorb": ("_logic", spoilt),
    "an open chain is false": ("_logic", falsy),
    "an open loop is false": ("_gathered", falsy),
    "a missing fact is 0": ("_looked_up", zero),
}

SOURCES: dict[str, tuple[str, str]] = {
    "chains start open": (r"t1 = True", "t1 = None"),
    "an open part decides": (r" is False: return False", " is not True: return False"),
    "an open item is passed over": (r"(: t\d+ = (?:True|False); break)\n +t\d+ = None", r"\1"),
    "at least is more than": (r" >= ", " > "),
    "less is at most": (r" < ", " <= "),
    "equal is unequal": (r" == ", " != "),
    "beginning and end swapped": (r"\.startswith\(", ".endswith("),
    "division rounds down": (r"else -\(abs\((\S+)\) // abs\((\S+)\)\)\)", r"else (\1 // \2))"),
    "the quotient has the wrong sign": (r" is \(", " is not ("),
    "the rest is never negative": (r"else -\(abs", "else (abs"),
    "overflow passes": (r" and not -9223372036854775808 <= ", " and not -99223372036854775808 <= "),
    "the largest number is too large": (r"<= 9223372036854775807", "< 9223372036854775807"),
    "a choice takes the other branch": (r"if (t\d+) is True:\n", r"if \1 is not False:\n"),
    "not does nothing": (r" = not ", " = "),
    "what is missing is 0": (r"facts\.get\((\w+)\)", r"facts.get(\1, 0)"),
    "what an item lacks is 0": (r"(v\d+)\.get\((\w+)\)", r"\1.get(\2, 0)"),
    "filter keeps what is false": (r"is True: l", "is False: l"),
    "what is not known is left out of a list": (r"o\d+ = False; break", "pass"),
}


@pytest.fixture
def recompiled() -> Iterator[None]:
    """Nothing compiled before or within the test is used by others."""
    personal.forget_compiled()
    yield
    personal.forget_compiled()


def test_google_and_the_sound_back_ends_agree_on_the_same_rules() -> None:
    found = compare(99, 300, ROWS, [("google", google), ("interpreter", interpreter), ("person", person)])
    assert not found.differences


@pytest.mark.parametrize("bug", FUNCTIONS)
def test_a_wrong_function_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, wrong = FUNCTIONS[bug]
    monkeypatch.setitem(functions.FUNCTIONS, name, wrong)
    assert compare(99, RULES, ROWS, [("google", google), ("interpreter", interpreter)], most=1).differences


@pytest.mark.parametrize("bug", METHODS)
def test_wrong_logic_of_the_interpreter_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, change = METHODS[bug]
    monkeypatch.setattr(interpreting.Interpreter, name, change(getattr(interpreting.Interpreter, name)))
    assert compare(99, RULES, ROWS, [("google", google), ("interpreter", interpreter)], most=1).differences


@pytest.mark.parametrize("bug", SOURCES)
@pytest.mark.usefixtures("recompiled")
def test_wrong_source_is_found(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right, wrong = SOURCES[bug]

    def planted(tree: Node, *, traced: bool) -> Source:
        source = source_of(tree, traced=traced)
        return replace(source, text=re.sub(right, wrong, source.text))

    monkeypatch.setattr(personal, "source_of", planted)
    assert compare(99, RULES, ROWS, [("google", google), ("person", person)], most=1).differences
