"""Rules with names, put in where they are called."""

from datetime import date
from typing import Any

import pytest

from todoke.kernel.rules import (
    ANY,
    BOOL,
    INT,
    STR,
    Definition,
    RuleError,
    Shape,
    canonical,
    compile_rule,
)

TODAY = date(2026, 11, 24)
CHILD = Shape("record", members={"birth_date": STR, "disabled": BOOL, "friends": Shape("list", item=INT, bound=5)})
NAMES = {"p.children": Shape("list", item=CHILD, bound=20), "p.limit": INT, "p.name": STR, "c": INT, "x": ANY}
DEFINITIONS = {
    "adult": Definition(("d",), "age_on(date(d), today()) >= 18"),
    "counted": Definition(("child",), "!adult(child.birth_date) || child.disabled"),
    "some_above": Definition(("numbers", "floor"), "numbers.exists(n, n > floor)"),
    "above_limit": Definition(("number",), "number > p.limit"),
    "limit": Definition((), "p.limit"),
}


def tree(rule: str, definitions: dict[str, Definition] | None = None) -> Any:
    return canonical(compile_rule(rule, NAMES, definitions).tree)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("adult(p.name)", "age_on(date(p.name), today()) >= 18"),
        ("limit() + 1", "p.limit + 1"),
        ("p.children.exists(c, c.disabled && above_limit(c.friends.sum()))", None),
        (
            "size(p.children.filter(c, counted(c)))",
            "size(p.children.filter(c, !(age_on(date(c.birth_date), today()) >= 18) || c.disabled))",
        ),
        ("above_limit(limit())", "p.limit > p.limit"),
    ],
)
def test_a_call_reads_like_its_body(short: str, long: str | None) -> None:
    long = long or "p.children.exists(c, c.disabled && c.friends.sum() > p.limit)"
    assert tree(short, DEFINITIONS) == tree(long)
    assert compile_rule(short, NAMES, DEFINITIONS).hash == compile_rule(long, NAMES).hash


class TestNamesAreNotCaught:
    def test_by_a_variable_of_the_body(self) -> None:
        definitions = {"above": Definition(("floor",), "[1, 5].exists(c, c > floor)")}
        rule = compile_rule("above(c)", {"c": INT}, definitions)
        assert rule.holds({"c": 3}, TODAY) is True
        assert rule.holds({"c": 7}, TODAY) is False
        assert canonical(rule.tree) == canonical(compile_rule("[1, 5].exists(d, d > c)", {"c": INT}).tree) | {
            "as": "c_2",
            "do": {"call": "_>_", "on": [{"name": "c_2"}, {"name": "c"}]},
        }

    def test_by_a_variable_of_the_caller(self) -> None:
        rule = compile_rule("[1, 5].exists(p, above_limit(p))", NAMES, DEFINITIONS)
        assert rule.holds({"p": {"limit": 4}}, TODAY) is True
        assert rule.holds({"p": {"limit": 5}}, TODAY) is False

    def test_by_a_variable_that_has_the_name_of_a_parameter(self) -> None:
        definitions = {"odd": Definition(("x",), "[1, 2].exists(x, x == 2) && x == 3")}
        rule = compile_rule("odd(c)", NAMES, definitions)
        assert rule.holds({"c": 3}, TODAY) is True
        assert rule.holds({"c": 2}, TODAY) is False

    def test_by_the_new_name(self) -> None:
        definitions = {"f": Definition(("floor",), "[1, 5].exists(c, [9].exists(c_2, c > floor && c_2 > c))")}
        rule = compile_rule("f(c)", NAMES, definitions)
        assert rule.holds({"c": 3}, TODAY) is True
        assert rule.holds({"c": 5}, TODAY) is False

    def test_by_another_argument(self) -> None:
        definitions = {"swapped": Definition(("c", "x"), "x - c")}
        assert compile_rule("swapped(x, c)", NAMES, definitions).evaluate({"x": 1, "c": 10}, TODAY) == 9


@pytest.mark.parametrize(
    ("rule", "definitions", "problem"),
    [
        ("f()", {"f": Definition((), "f()")}, "1:1: the definitions f use one another"),
        (
            "f()",
            {"f": Definition((), "1 + g()"), "g": Definition((), "f()")},
            "1:1: the definitions f, g use one another",
        ),
        ("f(1)", {"f": Definition((), "1")}, "1:1: no function f with 1 arguments"),
        ("1", {"f": Definition((), "1 +")}, "1:4: in the definition f: unexpected 'end'"),
        ("1", {"size": Definition((), "1")}, "1:1: in the definition size: the language has a size of its own"),
        ("1", {"f": Definition(("a", "a"), "1")}, "1:1: in the definition f: two parameters have one name"),
        ("1", {"f": Definition(("a.b",), "1")}, "1:1: in the definition f: 'a.b' is no name"),
        ("1", {"true": Definition((), "1")}, "1:1: in the definition true: 'true' is no name"),
        ("3 > 2 && f(p.name)", {"f": Definition(("n",), "n > 3")}, "1:10: in the definition f: a str and a int"),
        ("1 == f(c)", {"f": Definition(("n",), "n + y")}, "1:6: in the definition f: unknown name y"),
        ("p.children.exists(c, f(c))", {"f": Definition(("n",), "n.disable")}, "1:22: in the definition f: a record"),
        ("f(p.nam)", {"f": Definition(("n",), "n == ''")}, "1:5: unknown name p.nam; did you mean p.name?"),
    ],
)
def test_a_mistake_in_a_definition_names_it(rule: str, definitions: dict[str, Definition], problem: str) -> None:
    with pytest.raises(RuleError) as refused:
        compile_rule(rule, NAMES, definitions)
    assert str(refused.value).startswith(problem)


def test_a_definition_that_is_not_used_may_speak_of_other_facts() -> None:
    assert compile_rule("p.limit", NAMES, {"f": Definition((), "other.fact")}).gives == "int"


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ("n + n", "f(" * 59 + "1" + ")" * 59),
        ("n + n + n + n + n + n + n + n", "f(f(f(f(f(1)))))"),
        ("!" * 50 + "n", "f(" * 59 + "true" + ")" * 59),
    ],
)
def test_definitions_that_grow_beyond_measure_are_refused(body: str, rule: str) -> None:
    with pytest.raises(RuleError, match="more than"):
        compile_rule(rule, [], {"f": Definition(("n",), body)})


def test_definitions_that_double_each_other_are_refused() -> None:
    doubling = {"f0": Definition(("n",), "n + n")}
    doubling |= {f"f{level}": Definition(("n",), f"f{level - 1}(f{level - 1}(n))") for level in range(1, 40)}
    with pytest.raises(RuleError, match="in the definition f4: more than 5000 parts"):
        compile_rule("1", [], doubling)
