"""What a rule still needs, against trying everything out; and asking in the order of next_question."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import combinations, product
from random import Random
from typing import Any

import pytest

from tests.rules.oracle.generate import FACTS, facts, pairs
from todoke.kernel.rules import Unknown, compile_rule
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.parser import parse
from todoke.kernel.rules.person import compile_person, numbered
from todoke.kernel.rules.settle import Settle, missing, next_question
from todoke.kernel.rules.tree import Call, Node, path_of

TODAY = date(2026, 11, 24)
RULE = 'age >= 65 && municipality in ["04202","04207"] && household.children.exists(c, c.age < 18)'


def needed(rule: str, **known: Any) -> tuple[set[str] | None, set[str] | None]:
    found = missing(parse(rule), known, TODAY)
    return (None if found.true is None else set(found.true)), (None if found.false is None else set(found.false))


@pytest.mark.parametrize(
    ("rule", "true", "false"),
    [
        (RULE, {"age", "municipality", "household.children"}, {"age"}),
        ("true", set(), None),
        ("1 > 2", None, set()),
        ("1 / 0 == 1", None, None),
        ("1 / 0 == 1 && a", None, {"a"}),
        ("1 / 0 == a", None, None),
        ("a", {"a"}, {"a"}),
        ("!a || b > 3", {"a"}, {"a", "b"}),
        ("a + b > c", {"a", "b", "c"}, {"a", "b", "c"}),
        ("p.q.r == 1", {"p.q.r"}, {"p.q.r"}),
        ("c ? a > 3 : b > 3", {"c", "a"}, {"c", "a"}),
        ("(c ? a : b) > 3", {"c", "a"}, {"c", "a"}),
        ("(c ? a : b).x > 3 && d", {"c", "a", "d"}, {"d"}),
        ("known(a) || b", {"b"}, {"b"}),
        ("list.exists(x, x.n > limit)", {"list", "limit"}, {"list"}),
        ("list.all(x, x.n > limit)", {"list"}, {"list", "limit"}),
        ("[a, b].all(x, x > limit)", {"a", "b", "limit"}, {"a", "b", "limit"}),
        ("list.filter(x, x.n > limit).exists(x, x.m)", {"list"}, {"list"}),
        ("size(list.map(x, x.n)) > 3", {"list"}, {"list"}),
        ("list.exists(x, x.others.exists(y, y.n == 1))", {"list"}, {"list"}),
        ("x < 2 || x >= 2", {"x"}, None),
        ("x < 2 && x > 5", None, {"x"}),
        ("x < 5 && x > 3", {"x"}, {"x"}),
        ("x < 4 && x > 3", None, {"x"}),
        ("x < 2 && x > 5 || y", {"y"}, {"x", "y"}),
        ("x in [1, 2] && !(x in [2, 1])", None, {"x"}),
        ("s == 'a' && s > 'a'", None, {"s"}),
        ("s < 'b' && s > 'a'", {"s"}, {"s"}),
        ("a == true && !a", None, {"a"}),
        ("a < b && b < c && c < a", None, {"a", "b"}),
        ("a <= b && b <= c && c <= a", {"a", "b", "c"}, {"a", "b"}),
        ("a && b || !a && c", {"a", "b"}, {"a", "b"}),
        ("a < 3 && b || a > 5 && b || b && c", {"a", "b"}, {"b"}),
        ("age_on(b, today()) < 18 && age_on(b, today()) >= 65", None, {"b"}),
        ("age_on(date(b), today()) >= 18 && age_on(date(b), today()) < 19", {"b"}, {"b"}),
        ("b > date('2026-02-28') && b < date('2026-03-01')", None, {"b"}),
        ("date(b) > date('2024-02-28') && date(b) < date('2024-03-01')", {"b"}, {"b"}),
    ],
)
def test_nothing_known_yet(rule: str, true: set[str] | None, false: set[str] | None) -> None:
    assert needed(rule) == (true, false)


def test_what_is_known_is_not_asked_for() -> None:
    assert needed(RULE, age=70) == ({"municipality", "household.children"}, {"municipality"})
    assert needed(RULE, age=60) == (None, set())
    children = [{"age": 20}, {}]
    assert needed(RULE, age=70, municipality="04202", household={"children": children}) == (
        {"household.children"},
        {"household.children"},
    )
    assert needed("list.exists(x, x.n > limit)", list=[]) == (None, set())
    assert needed("list.exists(x, x.n > limit)", list=[{"n": 1}]) == ({"limit"}, {"limit"})
    assert needed("list.filter(x, x.n > 1).all(y, y.m)", list=[{"n": 2}, {"n": 1}]) == ({"list"}, {"list"})
    assert needed("p.x == 1", p="text") == (None, None)


def test_longer_lists_than_their_bound_need_nothing() -> None:
    tree = compile_rule("numbers.exists(x, x > age)", FACTS).tree
    assert missing(tree, {"numbers": [1] * 4}, TODAY) == Settle(None, None)


DOMAINS: dict[str, tuple[Any, ...]] = {
    "a": (True, False),
    "b": (True, False),
    "m": (0, 1, 2, 3, 4, 5, -1, 6),
    "n": (0, 1, 2, 3, 4, 5, -1, 6),
    "s": ("", "a", "ab", "b", "c"),
}


def condition(random: Random, depth: int) -> str:
    kind = random.random()
    if depth and kind < 0.55:
        sign = random.choice((" && ", " || "))
        return "(" + sign.join(condition(random, depth - 1) for _ in range(random.choice((2, 2, 3)))) + ")"
    if depth and kind < 0.62:
        return f"({' ? '.join(condition(random, depth - 1) for _ in 'ab')} : {condition(random, depth - 1)})"
    if 0.62 <= kind < 0.7:
        return f"!({condition(random, 0)})"
    order = random.choice(("<", "<=", ">", ">=", "==", "!="))
    choice = random.random()
    if choice < 0.3:
        return random.choice("ab")
    if choice < 0.7:
        return f"{random.choice('mn')} {order} {random.randint(1, 4)}"
    if choice < 0.8:
        return f"m {order} n"
    if choice < 0.9:
        return f"s {order} '{random.choice(('a', 'b'))}'"
    return f"{random.choice('mn')} in [1, {random.randint(2, 4)}]"


def by_trying(tree: Node, known: Mapping[str, Any]) -> dict[bool, int | None]:
    """The size of the smallest set of missing facts that can make the rule true, and false."""
    rule = compile_person(tree)
    absent = [name for name in DOMAINS if name not in known]
    found: dict[bool, int | None] = {True: None, False: None}
    for size in range(len(absent), -1, -1):
        for names in combinations(absent, size):
            for values in product(*(DOMAINS[name] for name in names)):
                value = rule({**known, **dict(zip(names, values, strict=True))}, TODAY)
                if isinstance(value, bool):
                    found[value] = size
    return found


def test_sets_are_as_small_as_trying_everything_finds() -> None:
    random = Random(5)
    unknown = contradictory = 0
    while unknown < 250:
        tree = parse(condition(random, 2))
        known = {name: random.choice(values[:6]) for name, values in DOMAINS.items() if random.random() < 0.45}
        if compile_person(tree)(known, TODAY) is not None:
            continue
        unknown += 1
        found, tried = missing(tree, known, TODAY), by_trying(tree, known)
        sizes = {truth: None if of is None else len(of) for truth, of in ((True, found.true), (False, found.false))}
        assert sizes == tried, (tree, known, found)
        contradictory += None in sizes.values()
        for truth, names in ((True, found.true), (False, found.false)):
            chosen = sorted(names or ())
            assert names is None or any(
                compile_person(tree)({**known, **dict(zip(chosen, values, strict=True))}, TODAY) is truth
                for values in product(*(DOMAINS[name] for name in chosen))
            )
    assert contradictory > 3


def filled(partly: Any, whole: Any) -> Any:
    """What is missing taken from ``whole``, all else as it was."""
    if isinstance(partly, dict) and isinstance(whole, dict):
        return {**whole, **{name: filled(value, whole.get(name)) for name, value in partly.items()}}
    if isinstance(partly, list):
        return [filled(item, whole[0] if whole else None) for item in partly]
    return partly


def test_random_rules_settle_as_they_say() -> None:
    """Settled rules need nothing; what "nothing can" make true never becomes true; sets hold missing facts only."""
    random = Random(11)
    unknown = impossible = 0
    for text, cases in pairs(8, 500, 3):
        tree = compile_rule(text, FACTS).tree
        asks = any(isinstance(node, Call) and node.function == "known" for node in numbered(tree))
        for row in cases.rows:
            value, found = evaluate(tree, row, cases.today), missing(tree, row, cases.today)
            if isinstance(value, bool):
                assert found == (Settle(frozenset(), None) if value else Settle(None, frozenset()))
                continue
            assert found.true != frozenset()
            assert found.false != frozenset()
            if not isinstance(value, Unknown):
                assert found == Settle(None, None)
                continue
            unknown += 1
            assert all(named(path, row) for path in (found.true or frozenset()) | (found.false or frozenset())), text
            if asks:
                continue
            for _ in range(5):
                later = evaluate(tree, filled(row, facts(random, missing=0)), cases.today)
                if isinstance(later, bool):
                    assert (found.true if later else found.false) is not None, (text, row)
                impossible += found.true is None or found.false is None
    assert unknown > 400
    assert impossible > 100


def named(path: str, row: Mapping[str, Any]) -> bool:
    """Whether there is such a fact and it is missing, at least in part."""
    head, *rest = path.split(".")
    shape, value = FACTS[head], row.get(head)
    for name in rest:
        shape, value = (shape.members or {})[name], (value or {}).get(name)
    return value is None or shape.kind == "list"


SERVICES = (
    "age >= 65 && town == 'A'",
    "age < 18 && income < 200",
    "town == 'A' && children.exists(c, c.age < 18)",
    "(income < 200 || pension) && age >= 60",
    "town == 'B' && car",
    "children.exists(c, c.age < 6) && working && town in ['A', 'B']",
    "age >= 20 && student && income < 300",
)


def resident(random: Random) -> dict[str, Any]:
    return {
        "age": random.randint(10, 90),
        "town": random.choice("ABC"),
        "income": random.choice((100, 250, 400)),
        "children": [{"age": random.randint(0, 25)} for _ in range(random.choice((0, 0, 1, 2)))],
        **{name: random.random() < 0.4 for name in ("pension", "car", "working", "student")},
    }


def questions(trees: Sequence[Node], person: Mapping[str, Any], order: Sequence[str] | None) -> int:
    """How many are asked until every rule is settled: by next_question, or in a fixed order."""
    known: dict[str, Any] = {}
    asked = 0
    while any(compile_person(tree)(known, TODAY) is None for tree in trees):
        name = next_question(trees, known, TODAY) if order is None else order[asked]
        assert name is not None
        assert name not in known
        known[name] = person[name]
        asked += 1
    return asked


def test_next_question_asks_less_than_any_fixed_order_that_was_tried() -> None:
    random = Random(2)
    trees = [parse(text) for text in SERVICES]
    people = [resident(random) for _ in range(60)]
    names = list(people[0])
    clever = sum(questions(trees, person, None) for person in people)
    orders = [random.sample(names, len(names)) for _ in range(40)]
    mentioned = [path_of(node) for tree in trees for node in numbered(tree)]
    orders.append([name for name in dict.fromkeys(mentioned) if name in names])
    best = min(sum(questions(trees, person, order) for person in people) for order in orders)
    assert clever < best
    assert clever < 0.9 * sum(sum(questions(trees, person, order) for person in people) for order in orders) / len(
        orders
    )


@pytest.mark.parametrize(
    ("rules", "known", "asked"),
    [
        ([RULE], {}, "age"),
        ([RULE], {"age": 70}, "municipality"),
        ([RULE], {"age": 60}, None),
        (["a && b", "b && c", "c"], {}, "c"),
        (["a && b", "b && d", "c && b"], {}, "b"),
        (["1 / 0 == a"], {}, None),
        ([], {}, None),
        (["list.exists(x, x.n)"], {"list": [{}]}, "list"),
    ],
)
def test_the_next_question(rules: list[str], known: dict[str, Any], asked: str | None) -> None:
    assert next_question([parse(rule) for rule in rules], known, TODAY) == asked
