"""What a rule may cost, known before it sees a fact."""

from datetime import date
from typing import Any

import pytest

from todoke.kernel.rules import ANY, BOOL, INT, STR, Definition, RuleError, Shape, Unknown, compile_rule
from todoke.kernel.rules.interpreter import MAX_STEPS, evaluate

TODAY = date(2026, 11, 24)
CHILD = Shape("record", members={"age": INT, "marks": Shape("list", item=INT, bound=5)})
NAMES = {
    "age": INT,
    "municipality": STR,
    "household.children": Shape("list", item=CHILD, bound=20),
    "numbers": Shape("list", item=INT, bound=30),
    "undeclared": Shape("list", item=INT),
    "anything": ANY,
    "many": Shape("list", item=INT, bound=200),
    "yes": BOOL,
}
ELIGIBLE = "age >= 65 && municipality in ['04202', '04207'] && household.children.exists(c, c.age < 18)"


def cost(rule: str) -> int:
    return compile_rule(rule, NAMES, limit=10**12).cost


@pytest.mark.parametrize(
    ("rule", "steps"),
    [
        ("1", 1),
        ("age + 1", 3),
        ("household.children", 2),
        ("yes ? 1 : age + 1", 6),
        (ELIGIBLE, 1 + 3 + 5 + (1 + 2 + 20 * 4)),
        ("[1, 2, 3].exists(n, n == age)", 1 + 4 + 3 * 3),
        ("[].exists(n, n == age)", 2),
        ("numbers.filter(n, n > 3).exists(n, n == age)", 1 + (1 + 1 + 30 * 3) + 30 * 3),
        ("numbers.map(n, n + 1).all(n, n > 3)", 1 + (1 + 1 + 30 * 3) + 30 * 3),
        ("(numbers + [1, 2]).all(n, n > 3)", 1 + (1 + 1 + 3) + 32 * 3),
        ("(yes ? numbers : [1]).all(n, n > 3)", 1 + 5 + 30 * 3),
        ("household.children.all(c, c.marks.all(m, m > 3))", 1 + 2 + 20 * (1 + 2 + 5 * 3)),
        ("household.children.map(c, c.marks).all(m, m.all(n, n > 3))", 1 + (1 + 2 + 20 * 2) + 20 * (1 + 1 + 5 * 3)),
        ("[[1], [1, 2, 3]].all(m, m.all(n, n > 3))", 1 + 7 + 2 * (1 + 1 + 3 * 3)),
        ("undeclared.all(n, n > 3)", 2 + 100 * 3),
        ("anything.all(n, n > 3)", 2 + 100 * 3),
        ("(anything + anything).all(n, n > 3)", 1 + 3 + 200 * 3),
        ("many.exists(a, many.exists(b, many.exists(c, a + b > c)))", 2 + 200 * (2 + 200 * (2 + 200 * 5))),
    ],
)
def test_a_loop_costs_its_bound_times_its_body(rule: str, steps: int) -> None:
    assert cost(rule) == steps


def test_a_rule_above_the_limit_is_refused_at_its_dearest_loop() -> None:
    rule = "numbers.all(n, n > 3) &&\n  many.exists(a, many.exists(b, a == b))"
    with pytest.raises(RuleError) as refused:
        compile_rule(rule, NAMES)
    assert str(refused.value) == (
        "2:8: up to 120,495 steps where 20,000 are allowed; exists over up to 200 items takes 120,402 of them: "
        "declare a smaller bound for its list"
    )
    assert compile_rule(rule, NAMES, limit=200_000).cost == 120_495


def test_the_limit_counts_what_definitions_bring_and_names_them() -> None:
    definitions = {"twice": Definition(("of",), "of.exists(a, of.exists(b, a == b))")}
    with pytest.raises(RuleError, match=r"^1:8: in the definition twice: up to 120,404 steps"):
        compile_rule("yes || twice(many)", NAMES, definitions)


WORST = {
    "age": 70,
    "municipality": "04207",
    "household": {"children": [{"age": 18, "marks": [4] * 5}] * 20},
    "numbers": [4] * 30,
    "undeclared": [4] * 100,
    "anything": [4] * 100,
    "many": [4] * 200,
    "yes": True,
}


@pytest.mark.parametrize(
    "rule",
    [
        ELIGIBLE,
        "numbers.filter(n, n > 3).map(n, n + 1).all(n, n > 3)",
        "household.children.map(c, c.marks).all(m, m.all(n, n > 3))",
        "(undeclared + anything).all(n, n > 3)",
        "many.all(a, numbers.all(b, a == b))",
    ],
)
def test_the_cost_is_just_what_the_interpreter_needs_at_worst(rule: str) -> None:
    compiled = compile_rule(rule, NAMES, limit=MAX_STEPS)
    assert isinstance(evaluate(compiled.tree, WORST, TODAY, compiled.cost), bool)
    assert evaluate(compiled.tree, WORST, TODAY, compiled.cost - 1) == Unknown(reasons=frozenset({"too many steps"}))


def test_a_dear_rule_for_a_batch_is_worked_out_to_the_end() -> None:
    compiled = compile_rule("many.all(a, many.all(b, a == b))", NAMES, limit=10**6)
    assert compiled.cost > MAX_STEPS
    assert compiled.holds(WORST, TODAY) is True


@pytest.mark.parametrize(
    ("rule", "length", "reason"),
    [
        ("numbers.all(n, n > 3)", 30, None),
        ("numbers.all(n, n > 3)", 31, "numbers: more than 30 items"),
        ("numbers.filter(n, n > 3).all(n, n > 3)", 31, "numbers: more than 30 items"),
        ("(numbers + [1]).all(n, n > 0)", 32, "a list: more than 31 items"),
        ("undeclared.all(n, n > 3)", 101, "undeclared: more than 100 items"),
        ("anything.all(n, n > 3)", 101, "anything: more than 100 items"),
        ("size(numbers) > 30", 31, None),
        ("yes || numbers.all(n, n > 3)", 31, None),
    ],
)
def test_a_list_beyond_its_bound_is_not_gone_over(rule: str, length: int, reason: str | None) -> None:
    facts: dict[str, Any] = {name: [4] * length for name in ("numbers", "undeclared", "anything")}
    found = compile_rule(rule, NAMES).evaluate({**facts, "yes": True}, TODAY)
    assert found == (True if reason is None else Unknown(reasons=frozenset({reason})))


def test_the_bound_belongs_to_the_meaning_and_so_to_the_hash() -> None:
    rules = [
        compile_rule("xs.all(n, n > 3)", {"xs": Shape("list", item=INT, bound=bound)}) for bound in (10, 20, None, 100)
    ]
    assert len({rule.hash for rule in rules}) == 3
