"""How functions of the rule language are written in PostgreSQL: NULL where a value is not known or there is none."""

from collections.abc import Callable, Mapping
from typing import LiteralString

from psycopg.sql import SQL, Composable, Identifier

Make = Callable[..., Composable]
TRUE, FALSE = SQL("TRUE"), SQL("FALSE")


def filled(template: LiteralString, *parts: Composable) -> Composable:
    """Parts put into a template."""
    return SQL(template).format(*parts)


def all_of(*conditions: Composable) -> Composable:
    """AND; true of nothing."""
    return filled("({})", SQL(" AND ").join(conditions)) if conditions else TRUE


def any_of(*conditions: Composable) -> Composable:
    """OR; false of nothing."""
    return filled("({})", SQL(" OR ").join(conditions)) if conditions else FALSE


def negated(condition: Composable) -> Composable:
    """NOT."""
    return filled("NOT {}", condition)


def checked(number: Composable) -> Composable:
    """NULL beyond 64 bits."""
    return filled(
        "(SELECT CASE WHEN a BETWEEN -9223372036854775808 AND 9223372036854775807 THEN a END FROM (SELECT {}) AS t(a))",
        number,
    )


def _arithmetic(template: LiteralString) -> Make:
    return lambda *parts: checked(filled(template, *parts))


def _with(template: LiteralString) -> Make:
    """The template names the values ``a`` and ``b``, so that each is written once."""

    def make(*parts: Composable) -> Composable:
        names = SQL(", ").join([Identifier(name) for name in "ab"[: len(parts)]])
        return filled("(SELECT {} FROM (SELECT {}) AS t({}))", SQL(template), SQL(", ").join(parts), names)

    return make


SIGNS = {"_<_": SQL("<"), "_<=_": SQL("<="), "_>_": SQL(">"), "_>=_": SQL(">=")}
TEXT_TESTS: Mapping[str, LiteralString] = {
    "startsWith": "starts_with({0}, {1})",
    "endsWith": "(right({0}, char_length({1})) = {1})",
    "contains": "(strpos({0}, {1}) > 0)",
}
TRUTHS = frozenset({"_&&_", "_||_", "!_", "_==_", "_!=_", "_in_", "known", "matches_any", *SIGNS, *TEXT_TESTS})
ADDED_TEXT = "str", ("str", "str"), _with("a || b")
_LATER = "greatest(least(b, 20000), -20000)::int"
_YEAR = f"extract(year FROM a)::int + {_LATER}"
_MARCH = f"{_YEAR} + ((extract(month FROM a), extract(day FROM a)) > (4, 1))::int"
VALUES: Mapping[str, tuple[str, tuple[str, ...], Make]] = {
    "_+_": ("int", ("int", "int"), _arithmetic("({})::numeric + ({})::numeric")),
    "_-_": ("int", ("int", "int"), _arithmetic("({})::numeric - ({})::numeric")),
    "_*_": ("int", ("int", "int"), _arithmetic("({})::numeric * ({})::numeric")),
    "_/_": ("int", ("int", "int"), _arithmetic("div(({})::numeric, nullif({}, 0)::numeric)")),
    "_%_": ("int", ("int", "int"), _arithmetic("mod(({})::numeric, nullif({}, 0)::numeric)")),
    "-_": ("int", ("int",), _arithmetic("-(({})::numeric)")),
    "age_on": (
        "int",
        ("date", "date"),
        _with(
            "CASE WHEN b < DATE '9999-12-31' THEN extract(year FROM b + 1)::int - extract(year FROM a)::int"
            " - ((extract(month FROM b + 1), extract(day FROM b + 1))"
            " < (extract(month FROM a), extract(day FROM a)))::int END"
        ),
    ),
    "first_school_day": (
        "date",
        ("date",),
        _with(
            "nullif(make_date(least(extract(year FROM a)::int"
            " + CASE WHEN (extract(month FROM a), extract(day FROM a)) <= (4, 1) THEN 6 ELSE 7 END, 10000), 4, 1),"
            " DATE '10000-04-01')"
        ),
    ),
    "plus_years": (
        "date",
        ("date", "int"),
        _with(f"CASE WHEN {_YEAR} BETWEEN 1 AND 9999 THEN (a + make_interval(years => {_LATER}))::date END"),
    ),
    "fiscal_year_end_of_age": (
        "date",
        ("date", "int"),
        _with(f"CASE WHEN {_MARCH} BETWEEN 1 AND 9999 THEN make_date(greatest({_MARCH}, 1), 3, 31) END"),
    ),
    "end_of_month": (
        "date",
        ("date",),
        _with("(date_trunc('month', a::timestamp) + interval '1 month' - interval '1 day')::date"),
    ),
    "days_between": ("int", ("date", "date"), _with("b - a")),
}
"""What a function gives, the kinds that it takes, and how it is written."""
