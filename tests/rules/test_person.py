"""Generated Python gives what the interpreter gives, whatever the facts are, and says what each node came to."""

from datetime import date
from itertools import product
from typing import Any

import pytest

from tests.rules.oracle.back_ends import alike
from tests.rules.oracle.generate import FACTS, pairs
from todoke.kernel.rules import Unknown, compile_rule
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.parser import parse
from todoke.kernel.rules.person import compile_person, compile_traced, numbered
from todoke.kernel.rules.python_source import source_of
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over

TODAY = date(2026, 11, 24)
RULE = 'age >= 65 && municipality in ["04202","04207"] && household.children.exists(c, c.age < 18)'


def truth(tree: Node, facts: dict[str, Any]) -> Any:
    value = evaluate(tree, facts, TODAY)
    return None if isinstance(value, Unknown) else value


def same(tree: Node, facts: dict[str, Any]) -> None:
    expected = truth(tree, facts)
    for found in (compile_person(tree)(facts, TODAY), compile_traced(tree)(facts, TODAY)[0]):
        assert alike(found, expected), (tree, facts, found, expected)


ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -7,
    2**63 - 1,
    -(2**63),
    2.5,
    "",
    "𠮷",
    "2026-11-24",
    date(2024, 2, 29),
    date.max,
    [],
    [None],
    [1, 2],
    ["𠮷", "a"],
    [None, 1, "a", True],
    [[1], [None]],
    (1, 2),
    [{"x": 1}, {}],
    [{"x": None}, None, "a", {"x": [1]}],
    {},
    {"x": 1},
    {"x": None},
    {"x": {"y": 2}},
    object,
)
OPERATIONS = (
    "a == b", "a != b", "a < b", "a >= b", "a in b", "a + b", "a - b", "a * b", "a / b", "a % b", "a && b", "a || b",
    "a ? b : 1", "true ? a : b", "a ? null : b", "a.x == b", "a.x.y == b", "a.startsWith(b)", "a.endsWith(b)",
    "a.contains(b)", "a.matches_any(b)", "age_on(a, b)", "days_between(a, b)", "plus_years(a, b)",
    "fiscal_year_end_of_age(a, b)", "a.exists(x, x == b)", "a.all(x, x.x == b)", "a.filter(x, x != b)",
    "a.map(x, x.x)", "a.map(x, [x, b])", "a.exists(x, b.exists(y, x == y))", "[a, b]", "a in [b, 1]",
    "a.exists(x, x.x in b)", "a.map(x, x == 1 ? x : b)", "a.filter(x, known(x.x) && known(b.x))",
    "a.map(x, null).contains(b)", "known(a.x + b)", "a < b && a.x > 1 || b.x",
)  # fmt: skip
SINGLE = (
    "a", "!a", "-a", "size(a)", "date(a)", "first_school_day(a)", "end_of_month(a)", "a.sum()", "known(a)",
    "known(a.x)", "known(a.x.y)", "a.x", "(a.x).y", "(true ? a : 1).x", "a > 1", "1 >= a", "a == 'a'", "a == 2",
    "a == true", "a in [1, 2]", "a in ['𠮷', '']", "a in [1, 'a', true]", "a in []", "a == null", "null in a",
    "[null, a]", "a && null", "a < '𠮷'", "a + 1", "1 - a", "a * -9223372036854775807", "a / -1", "a / 0", "7 / a",
    "7 % a", "-7 % a", "a + 'a'", "a + [1]", "a ? 1 : 2", "1 && a", "5 ? a : 1", "a < date('2026-11-24')",
    "a == date('2026-02-30')", "date('2026-02-30') < today()", "age_on(a, today())", "a.exists(x, x)",
    "a.all(x, x == null)", "a.filter(x, x > 1)", "a.map(x, x)", "a.map(x, x + 1).sum()", "a.exists(a, a.x == 1)",
    "a.map(x, a.map(x, x))", "[1, 2].exists(x, x == a)", "(5).x == a", "'𠮷'.startsWith(a)",
    "a.map(x, known(x.x + 1))", "!a || !!a", "a > 1 == true", "(a == 1) == (a == 1)",
)  # fmt: skip


@pytest.mark.parametrize("rule", SINGLE)
def test_one_odd_value(rule: str) -> None:
    tree = parse(rule)
    for value in ODD_VALUES:
        same(tree, {"a": value})
    same(tree, {})


@pytest.mark.parametrize("rule", OPERATIONS)
def test_two_odd_values(rule: str) -> None:
    tree = parse(rule)
    for left, right in product(ODD_VALUES, repeat=2):
        same(tree, {"a": left, "b": right})


def test_the_rule_of_the_bench() -> None:
    tree = compile_rule(RULE, ["age", "municipality", "household"]).tree
    children = [{"age": 20}, {"age": 12}]
    households: tuple[Any, ...] = (None, {}, {"children": children}, {"children": [{}]})
    for age, municipality, household in product((None, 60, 70, "70"), (None, "04202", "04100", 4202), households):
        same(tree, {"age": age, "municipality": municipality, "household": household})


def test_longer_lists_than_their_bound_are_not_known() -> None:
    rule = compile_rule("numbers.exists(x, x == 1)", FACTS)
    assert rule.holds({"numbers": [1, 1, 1]}, TODAY) is True
    assert compile_person(rule.tree)({"numbers": [1, 1, 1]}, TODAY) is True
    assert rule.holds({"numbers": [1, 1, 1, 1]}, TODAY) is None
    assert compile_person(rule.tree)({"numbers": [1, 1, 1, 1]}, TODAY) is None


@pytest.mark.parametrize(
    "rule",
    [
        " || ".join(f"a == {number}" for number in range(200)),
        "(" * 50 + "a" + " && b)" * 50,
        "(a ? " * 25 + "b" + " : 1)" * 25,
        "p.all(x, " * 25 + "a" + ")" * 25,
        "p" + ".filter(x, x)" * 20,
        "[" * 50 + "a" + "]" * 50,
        "p.exists(x, a && (" * 15 + "x" + "))" * 15,
        "(a ? null : " * 25 + "b" + ")" * 25,
    ],
)
def test_deep_rules_become_several_functions(rule: str) -> None:
    tree = parse(rule)
    for a, b in product((True, False, None), repeat=2):
        same(tree, {"a": a, "b": b, "p": [True]})


def test_what_the_generator_does_not_know_is_left_to_the_interpreter(monkeypatch: pytest.MonkeyPatch) -> None:
    from todoke.kernel.rules import python_operators

    written = python_operators.Operators.__init__

    def without_plus(self: python_operators.Operators) -> None:
        written(self)
        del self._calls["_+_"]

    monkeypatch.setattr(python_operators.Operators, "__init__", without_plus)
    tree = parse("p.map(x, x + 17 + a) == [20, 21] && p.exists(x, x + 17 == 19)")
    assert "interpreted(" in source_of(tree).text
    same(tree, {"p": [1, 2], "a": 2})
    same(tree, {"p": [1, None], "a": 2})
    same(tree, {"p": [1, 2]})


def test_no_text_of_a_rule_is_code() -> None:
    tree = Call("_&&_", (Member(Name("a b'\n"), "__class__"), Literal("'; import os #"), Name("facts")))
    rule = Over("exists", Name("today"), "import", Call("_==_", (Name("import"), Items((Literal("x\ny"),)))))
    for node in (tree, rule):
        text = source_of(node, traced=True).text
        for word in ("a b", "__class__", "os", "import", "x\\ny"):
            assert word not in text
        same(node, {"a b'\n": {"__class__": True}, "facts": True, "today": [["x\ny"]]})


def test_true_and_one_are_different_rules() -> None:
    assert compile_person(Literal(True))({}, TODAY) is True
    assert compile_person(Literal(1))({}, TODAY) == 1
    assert compile_person(Literal(1))({}, TODAY) is not True


def test_a_list_of_constants_is_a_new_one_each_time() -> None:
    rule = compile_person(parse("[1, 2]"))
    rule({}, TODAY).append(3)
    assert rule({}, TODAY) == [1, 2]


class TestTrace:
    def test_it_says_what_each_node_came_to(self) -> None:
        tree = parse("a.b >= 65 && c in [1, 2] || p.exists(x, x.n > 1)")
        nodes = numbered(tree)
        value, trace = compile_traced(tree)({"a": {"b": 60}, "p": [{"n": 1}, {}, {"n": 5}]}, TODAY)
        assert value is True
        assert trace[-1] == (0, True)
        named = [(getattr(nodes[number], "function", None) or type(nodes[number]).__name__, to) for number, to in trace]
        assert named == [
            ("Member", 60),
            ("_>=_", False),
            ("Name", None),
            ("_in_", None),
            ("_&&_", False),
            ("Name", [{"n": 1}, {}, {"n": 5}]),
            ("Member", 1),
            ("_>_", False),
            ("Member", None),
            ("_>_", None),
            ("Member", 5),
            ("_>_", True),
            ("Over", True),
            ("_||_", True),
        ]

    def test_each_value_is_what_the_node_comes_to_by_itself(self) -> None:
        seen = 0
        for text, cases in pairs(3, 150, 3):
            tree = compile_rule(text, FACTS).tree
            nodes = numbered(tree)
            within = {number for number in range(len(nodes)) if in_loop(tree, number)}
            for row in cases.rows:
                value, trace = compile_traced(tree)(row, cases.today)
                assert not trace or alike(trace[-1][1], value)
                for number, to in trace:
                    if number not in within:
                        assert alike(compile_person(nodes[number])(row, cases.today), to), (text, number)
                        seen += 1
        assert seen > 1_000

    def test_nodes_are_numbered_in_preorder(self) -> None:
        tree = parse("p.exists(x, x.n > [1, -2]) ? a : b.c")
        names = [type(node).__name__ for node in numbered(tree)]
        assert names == [
            *("Call", "Over", "Name", "Call", "Member", "Name", "Items", "Literal", "Call", "Literal"),
            *("Name", "Member", "Name"),
        ]


def in_loop(tree: Node, number: int) -> bool:
    """Whether the node stands in the body of a loop."""
    nodes = numbered(tree)
    for at, node in enumerate(nodes):
        if isinstance(node, Over):
            body = at + 1 + len(numbered(node.list))
            if body <= number < body + len(numbered(node.body)):
                return True
    return False
