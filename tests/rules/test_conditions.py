"""The parts of a rule that are true or false; and rules without what their constants put out of play."""

from datetime import date

import pytest

from tests.rules.oracle.generate import FACTS, pairs
from todoke.kernel.rules import BOOL, INT, RuleError, Shape, Unknown, compile_rule
from todoke.kernel.rules.conditions import conditions
from todoke.kernel.rules.folding import folded
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.settle import could_be_known
from todoke.kernel.rules.tree import tree_hash

TODAY = date(2026, 11, 24)
KID = Shape("record", members={"age": INT, "ok": BOOL})
NAMES = {"a": BOOL, "n": INT, "kids": Shape("list", item=KID, bound=5)}


def parts(rule: str) -> list[str]:
    """The hashes of the parts of a rule, and of what they are everywhere."""
    return [tree_hash(part.everywhere()) for part in conditions(compile_rule(rule, NAMES).tree, NAMES)]


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        ("a", ["a"]),
        ("a || n > 3", ["a || n > 3", "a", "n > 3"]),
        ("(a ? n : 0) + 1 > 3", ["(a ? n : 0) + 1 > 3", "a"]),
        ("[n].filter(v, a && v > 1).sum() > 3", ["[n].filter(v, a && v > 1).sum() > 3", "[n].map(v, a && v > 1)"]),
        ("kids.exists(c, c.ok)", ["kids.exists(c, c.ok)", "kids.map(c, c.ok)"]),
        ("kids.exists(c, kids.all(d, d.age > c.age))", ["kids.map(c, kids.map(d, d.age > c.age))"]),
        ("n + 1", []),
    ],
)
def test_every_part_is_found(rule: str, found: list[str]) -> None:
    whole = set(parts(rule))
    assert {tree_hash(compile_rule(part, NAMES).tree) for part in found} <= whole
    assert bool(whole) == bool(found)


def test_a_part_is_taken_for_true_in_its_place_alone() -> None:
    tree = compile_rule("a && kids.exists(c, a || c.ok)", NAMES).tree
    wanted = {
        "true && kids.exists(c, a || c.ok)",
        "a && kids.exists(c, true || c.ok)",
        "a && kids.exists(c, a || true)",
        "a && kids.exists(c, true)",
        "a && true",
        "true",
    }
    assert {tree_hash(part.taken_for(True)) for part in conditions(tree, NAMES)} == {
        tree_hash(compile_rule(rule, NAMES).tree) for rule in wanted
    }


@pytest.mark.parametrize(
    ("rule", "rest"),
    [
        ("false || a", "a"),
        ("true || a", "true"),
        ("!true && a", "false"),
        ("a && (true ? n > 3 : a)", "a && n > 3"),
        ("kids.exists(c, false || c.ok)", "kids.exists(c, c.ok)"),
        ("a ? n : 0", "a ? n : 0"),
    ],
)
def test_what_constants_decide_is_left_out(rule: str, rest: str) -> None:
    assert tree_hash(folded(compile_rule(rule, NAMES).tree)) == tree_hash(compile_rule(rest, NAMES).tree)


@pytest.mark.parametrize("seed", range(3))
def test_a_folded_rule_means_the_same(seed: int) -> None:
    changed = 0
    for rule, cases in pairs(seed, 300, 8):
        for text in (rule, f"(true && ({rule})) || false", f"!false ? ({rule}) : false"):
            try:
                tree = compile_rule(text, FACTS).tree
            except RuleError:
                continue
            changed += folded(tree) != tree
            for facts in cases.rows:
                was, now = evaluate(tree, facts, cases.today), evaluate(folded(tree), facts, cases.today)
                assert isinstance(was, Unknown) == isinstance(now, Unknown), text
                assert isinstance(was, Unknown) or was == now, text
    assert changed > 300


def test_what_could_make_an_amount_known() -> None:
    tree = compile_rule("a ? n * 2 : 0", NAMES).tree
    assert could_be_known(tree, {}, TODAY) == frozenset({"a"})
    assert could_be_known(tree, {"a": True}, TODAY) == frozenset({"n"})
    assert could_be_known(tree, {"a": False}, TODAY) == frozenset()
    assert could_be_known(compile_rule("1 / 0", {}).tree, {}, TODAY) is None
