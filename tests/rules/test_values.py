"""What rules come to: known, false, or not known yet."""

import itertools
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from todoke.kernel.rules import Unknown, age_on, compile_rule, first_school_day, fiscal_year_end_of_age
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.parser import parse

TODAY = date(2026, 11, 24)


def value_of(rule: str, **facts: Any) -> Any:
    return compile_rule(rule, ["a", "b", "c", "p", *facts]).evaluate(facts, TODAY)


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("1 + 2 * 3 - 4", 3),
        ("-7 / 2", -3),
        ("-7 % 3", -1),
        ("7 / -2", -3),
        ("1 in [true, '1']", False),
        ("!false || false", True),
        ("1 < 2 == true", True),
        ("true ? 1 : 2", 1),
        ("false ? 1 : true ? 2 : 3", 2),
        ("size('届け𠮷')", 3),
        ("size([1, 2])", 2),
        ("[1, 2].exists(x, x > 1)", True),
        ("[].exists(x, x > 1)", False),
        ("[].all(x, x > 1)", True),
        ("[1, 2, 3].filter(x, x != 2)", [1, 3]),
        ("[1, 2].map(x, x + 1)", [2, 3]),
        ("[1].exists(x, [1, 2].all(y, y >= x))", True),
        ("'あ' + 'い'", "あい"),
        ("[1] + [2]", [1, 2]),
        ("'石巻市'.startsWith('石')", True),
        ("['a'].contains('a')", True),
        ("'橋の点検'.matches_any(['道', '橋'])", True),
        ("date('2026-11-24') == today()", True),
        ("days_between(date('2026-09-10'), date('2026-11-01'))", 52),
        ("date('2026-04-01') < date('2026-10-01')", True),
        ("[3, 4, -2].sum()", 5),
        ("[].sum()", 0),
        ("[1, 2].map(x, x * 10).sum()", 30),
        ("plus_years(date('2024-02-29'), 1)", date(2025, 2, 28)),
        ("plus_years(date('2024-02-29'), -4)", date(2020, 2, 29)),
        ("plus_years(date('2024-02-29'), 4)", date(2028, 2, 29)),
        ("plus_years(date('2026-11-24'), 18)", date(2044, 11, 24)),
        ("end_of_month(date('2024-02-01'))", date(2024, 2, 29)),
        ("end_of_month(date('2025-02-28'))", date(2025, 2, 28)),
        ("end_of_month(date('2026-12-31'))", date(2026, 12, 31)),
        ("[1] == [true]", False),
        ("[[1], [2]] == [[1], [2]]", True),
        ("-9223372036854775808 < 0", True),
    ],
)
def test_known_values(rule: str, value: Any) -> None:
    found = value_of(rule)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "rule",
    [
        "1 / 0 == 1",
        "1 % 0 == 1",
        "'a' < 1",
        "true < false",
        "date('2026-02-30') == today()",
        "9223372036854775807 + 1 > 0",
        "size(1) == 1",
        "'a' in 'abc'",
        "1 + '1' == 2",
        "!1",
        "1 ? 2 : 3",
        "p.name == 1",
        "[9223372036854775807, 1].sum() > 0",
        "[1, true].sum() == 2",
        "['a'].sum() == 0",
        "plus_years(date('9999-01-01'), 1) > today()",
        "plus_years(today(), true) > today()",
        "plus_years(1, 1) > today()",
        "end_of_month('2026-02') > today()",
        "fiscal_year_end_of_age(today(), 9000) > today()",
        "fiscal_year_end_of_age('x', 1) > today()",
    ],
)
def test_what_cannot_be_worked_out_is_not_known_and_says_why(rule: str) -> None:
    value = unchecked(rule, {"p": "text"})
    assert isinstance(value, Unknown)
    assert value.reasons


def unchecked(rule: str, facts: dict[str, Any]) -> Any:
    """Past the checker, which refuses most of these where the values are written out."""
    return evaluate(parse(rule), facts, TODAY)


def test_missing_facts_are_named_in_full() -> None:
    assert value_of("p.address.municipality == '04202'", p={"address": {}}) == Unknown(
        frozenset({"p.address.municipality"})
    )
    assert value_of("p.address.municipality == '04202'") == Unknown(frozenset({"p.address.municipality"}))
    assert value_of("[a, b].sum()", a=1) == Unknown(frozenset({"b"}))
    assert value_of("a + b > c", a=1) == Unknown(frozenset({"b", "c"}))


def test_a_fact_without_value_is_missing() -> None:
    assert compile_rule("a == 1", ["a"]).holds({"a": None}, TODAY) is None


def test_truth_is_no_number() -> None:
    assert value_of("a == b", a=1, b=True) is False
    assert value_of("a in b", a=True, b=[1, 0]) is False
    assert isinstance(value_of("a + 1", a=True), Unknown)


def test_known_asks_whether_there_is_a_value() -> None:
    assert value_of("known(a)") is False
    assert value_of("known(a)", a=0) is True
    assert value_of("known(a) && a > 3", a=4) is True


def test_what_is_certain_does_not_wait_for_what_is_missing() -> None:
    assert value_of("false && a") is False
    assert value_of("a && false") is False
    assert value_of("a || true") is True
    assert value_of("1 / 0 == 1 || true") is True
    assert value_of("[0, 1].exists(x, 1 / x == 1)") is True
    assert value_of("[0, 1].all(x, 1 / x == 0)") is False
    assert isinstance(value_of("a ? true : true"), Unknown)


THREE = (True, False, None)


def in_kleene(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def conjunction(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


@pytest.mark.parametrize(("a", "b", "c"), list(itertools.product(THREE, repeat=3)))
def test_kleene_laws(a: bool | None, b: bool | None, c: bool | None) -> None:
    def holds(rule: str) -> bool | None:
        return in_kleene(value_of(rule, a=a, b=b, c=c))

    assert holds("a && b") == conjunction(a, b)
    assert holds("a && b && c") == conjunction(a, b, c)
    for left, right in (
        ("!(a && b)", "!a || !b"),
        ("!(a || b)", "!a && !b"),
        ("a && (b || c)", "(a && b) || (a && c)"),
        ("a || (b && c)", "(a || b) && (a || c)"),
        ("a && b", "b && a"),
        ("(a || b) || c", "a || (b || c)"),
        ("!!a", "a"),
        ("a && (a || b)", "a"),
    ):
        assert holds(left) == holds(right)


atoms = st.sampled_from(["a", "b", "p.n > 3", "p.n == m", "m in [1, 2]", "true", "false", "[1, m].exists(x, x == p.n)"])
trees = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda text: f"!({text})"),
    ),
    max_leaves=8,
)
known = {"a": st.booleans(), "b": st.booleans(), "n": st.integers(0, 5), "m": st.integers(0, 5)}


def nested(values: dict[str, Any]) -> dict[str, Any]:
    given_values = {key: value for key, value in values.items() if key in "abm"}
    return {**given_values, "p": {"n": values["n"]} if "n" in values else {}}


@settings(max_examples=300)
@given(trees, st.fixed_dictionaries(known), st.sets(st.sampled_from(sorted(known))))
def test_what_is_settled_stays_settled_when_more_becomes_known(
    rule: str, whole: dict[str, Any], hidden: set[str]
) -> None:
    compiled = compile_rule(rule, ["a", "b", "m", "p"])
    partly = compiled.evaluate(nested({k: v for k, v in whole.items() if k not in hidden}), TODAY)
    fully = compiled.evaluate(nested(whole), TODAY)
    assert isinstance(fully, bool)
    if isinstance(partly, Unknown):
        assert partly.missing <= {"p.n" if name == "n" else name for name in hidden}
        assert partly.missing
    else:
        assert partly is fully


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=3), st.lists, max_leaves=5))
def test_no_value_breaks_a_rule(value: Any) -> None:
    for rule in ("p.x + 1 > 2", "p.x.all(i, i.y == 1)", "size(p.x) > 1", "date(p.x) < today()", "!p.x", "-p.x == 1"):
        found = unchecked(rule, {"p": {"x": value}})
        assert isinstance(found, bool | Unknown)


def test_evaluation_is_bounded() -> None:
    rule = "p.l.all(a, p.l.all(b, p.l.all(c, a + b + c >= 0)))"
    found = unchecked(rule, {"p": {"l": list(range(200))}})
    assert isinstance(found, Unknown)
    assert "too many steps" in found.reasons


class TestAge:
    """年齢計算ニ関スル法律: an age is reached at the end of the day before the birthday."""

    @pytest.mark.parametrize(
        ("birth", "day", "age"),
        [
            (date(2010, 4, 2), date(2016, 3, 31), 5),
            (date(2010, 4, 2), date(2016, 4, 1), 6),
            (date(2010, 4, 1), date(2016, 3, 31), 6),
            (date(2012, 2, 29), date(2018, 2, 27), 5),
            (date(2012, 2, 29), date(2018, 2, 28), 6),
            (date(2012, 2, 29), date(2016, 2, 28), 4),
            (date(2012, 2, 29), date(2016, 2, 27), 3),
            (date(2026, 11, 24), date(2026, 11, 24), 0),
        ],
    )
    def test_it_is_reached_on_the_eve(self, birth: date, day: date, age: int) -> None:
        assert age_on(birth, day) == age
        assert value_of(f"age_on(date('{birth}'), date('{day}'))") == age

    @given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 36500))
    def test_it_grows_by_at_most_one_a_day(self, birth: date, days: int) -> None:
        day = birth + timedelta(days=days)
        step = age_on(birth, day + timedelta(days=1)) - age_on(birth, day)
        assert step in (0, 1)

    @pytest.mark.parametrize(
        ("birth", "years", "end"),
        [
            (date(2010, 4, 1), 18, date(2028, 3, 31)),
            (date(2010, 4, 2), 18, date(2029, 3, 31)),
            (date(2010, 3, 31), 18, date(2028, 3, 31)),
            (date(2010, 12, 31), 18, date(2029, 3, 31)),
            (date(2012, 2, 29), 15, date(2027, 3, 31)),
        ],
    )
    def test_the_fiscal_year_ends_on_or_after_the_day_of_the_age(self, birth: date, years: int, end: date) -> None:
        assert fiscal_year_end_of_age(birth, years) == end
        assert value_of(f"fiscal_year_end_of_age(date('{birth}'), {years})") == end

    @given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 100))
    def test_it_is_the_first_31_march_with_the_age(self, birth: date, years: int) -> None:
        end = fiscal_year_end_of_age(birth, years)
        assert (end.month, end.day) == (3, 31)
        assert age_on(birth, end) >= years
        before = end.replace(year=end.year - 1)
        assert before < birth - timedelta(days=1) or age_on(birth, before) < years

    def test_the_first_of_april_belongs_to_the_earlier_grade(self) -> None:
        assert first_school_day(date(2020, 4, 1)) == date(2026, 4, 1)
        assert first_school_day(date(2020, 4, 2)) == date(2027, 4, 1)

    @given(st.dates(date(1950, 1, 1), date(2100, 1, 1)))
    def test_school_begins_on_the_first_april_after_six(self, birth: date) -> None:
        """学校教育法17条: from the beginning of the school year after the day on which the child reached six."""
        start = first_school_day(birth)
        assert age_on(birth, start - timedelta(days=1)) >= 6
        assert age_on(birth, start.replace(year=start.year - 1) - timedelta(days=1)) < 6
