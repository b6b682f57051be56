"""Columns give what the interpreter gives row by row, also where little is known; planted bugs do not get through."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

import numpy as np
import pytest

from todoke.kernel.rules import BOOL, DATE, INT, STR, Shape, Unknown
from todoke.kernel.rules.columns import (
    UNKNOWN,
    Column,
    ColumnsError,
    Frame,
    Link,
    Lists,
    Truth,
    dates,
    evaluate_columns,
    evaluation,
    frame_of,
    functions,
    lists,
    strings,
    values,
    values_of,
)
from todoke.kernel.rules.columns import frame as frame_module
from todoke.kernel.rules.columns.values import Numbers
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.parser import parse

TODAY = date(2026, 11, 24)
KID = Shape(
    "record",
    members={"age": INT, "born": DATE, "ok": BOOL, "tag": STR, "toys": Shape("list", item=INT)},
)
OWN = {"n": INT, "m": INT, "b": BOOL, "s": STR, "d": DATE, "p.q": INT, "xs": Shape("list", item=INT)}
SHARED = {
    "home.town": STR,
    "home.size": INT,
    "home.kids": Shape("list", item=KID),
    "home.head": Shape("record", members={"age": INT, "tag": STR}),
    "home.tags": Shape("list", item=STR),
    "home.days": Shape("list", item=DATE),
}
WORDS = ["", "a", "ab", "ba", "石巻", "𠮷", "2026-11-24", "2024-02-29"]
NUMBERS = [0, 0, 1, 1, 2, 3, -1, -2, 7, 18, 65, 2**62, -(2**63), 2**63 - 1]
DAYS = [date(2008, 4, 1), date(2008, 4, 2), date(2008, 2, 29), date(2026, 11, 24), date(1, 1, 1), date(9999, 12, 31)]


class Facts:
    """Facts with gaps."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def of(self, names: dict[str, Shape]) -> dict[str, Any]:
        tree: dict[str, Any] = {}
        for name, shape in names.items():
            value, level, (*path, last) = self._value(shape, 0.07), tree, name.split(".")
            for step in path:
                level = level.setdefault(step, {})
            if value is not None:
                level[last] = value
        return tree

    def _value(self, shape: Shape, gap: float) -> Any:
        random = self._random
        if random.random() < gap:
            return None
        match shape.kind:
            case "bool":
                return random.random() < 0.5
            case "int":
                return random.choice(NUMBERS) if random.random() < 0.7 else random.randrange(100)
            case "str":
                return random.choice(WORDS)
            case "date":
                return random.choice(DAYS) if random.random() < 0.5 else TODAY - timedelta(random.randrange(9000))
            case "record":
                members = {name: self._value(of, 0.05) for name, of in (shape.members or {}).items()}
                return {name: value for name, value in members.items() if value is not None}
        assert shape.item
        return [self._value(shape.item, 0) for _ in range(random.choice([0, 0, 1, 1, 2, 3]))]


TEMPLATES = {
    "bool": [
        *["(<bool> && <bool>)", "(<bool> || <bool>)", "(<int> <sign> <int>)", "(<date> <sign> <date>)"] * 2,
        *["<kids>.exists(<v>, <bool:kids>)", "<kids>.all(<v>, <bool:kids>)"] * 3,
        *["<ints>.exists(<v>, <bool:ints>)", "<ints>.all(<v>, <bool:ints>)"],
        *["(<str> <sign> <str>)", "!<bool>", "(<bool> ? <bool> : <bool>)", "(<bool> == <bool>)"],
        *["(<int> in [<int>, true, <int>])", "(<int> in <ints>)", "<ints>.contains(<int>)", "(<str> in home.tags)"],
        *["(<str> in ['a', '石巻'])", "(<date> in home.days)", "(<ints> == <ints>)", "(<kids> == <kids>)"],
        *["known(<int>)", "known(<bool>)", "known(<str>)", "known(<kids>)", "(<int> == <str>)", "(<kid> == <kid>)"],
        *["<str>.startsWith(<str>)", "<str>.endsWith(<str>)", "<str>.contains(<str>)", "known(<kid>)"],
        *["<str>.matches_any(home.tags)", "<str>.matches_any([s, 'b'])", "<str>.matches_any([])", "(n && <bool>)"],
        *["<str>.matches_any([n])", "<kids>.map(<v>, <v>.ok).contains(<bool>)", "(null == <int>)", "(b < <bool>)"],
    ],
    "int": [
        *["(<int> + <int>)", "(<int> - <int>)", "(<int> * <int>)", "(<int> / <int>)", "(<int> % <int>)", "-<int>"],
        *["size(<kids>)", "size(<ints>)", "size(<str>)", "<ints>.sum()", "<kids>.map(<v>, <int:kids>).sum()"],
        *[
            "(<bool> ? <int> : <int>)",
            "age_on(<date>, <date>)",
            "age_on(<date>, today())",
            "days_between(<date>, <date>)",
        ],
        *["size(<kids>.filter(<v>, <bool:kids>))", "home.tags.sum()"],
    ],
    "date": [
        *["first_school_day(<date>)", "plus_years(<date>, <int>)", "fiscal_year_end_of_age(<date>, 18)", "date(<str>)"],
        *[
            "fiscal_year_end_of_age(<date>, <int>)",
            "end_of_month(<date>)",
            "(<bool> ? <date> : today())",
            "date(<date>)",
        ],
    ],
    "str": ["(<str> + <str>)", "(<bool> ? <str> : 'b')"],
    "kids": ["home.kids", "<kids>.filter(<v>, <bool:kids>)", "(<kids> + home.kids)", "(<bool> ? <kids> : home.kids)"],
    "ints": [
        *["xs", "[<int>, <int>]", "<kids>.map(<v>, <int:kids>)", "<ints>.map(<v>, <int:ints>)", "(<ints> + xs)"],
        *["<ints>.filter(<v>, <bool:ints>)", "<kid>.toys", "(<bool> ? <ints> : [])"],
    ],
}
LEAVES = {
    "bool": ["b", "n > 1", "m == 1 || absent", "home.head.age > 17", "<kid>.ok", "<kid>.ok"],
    "int": ["n", "m", "p.q", "home.size", "home.head.age", "<number>", "<kid>.age", "<kid>.age", "<item>"],
    "date": ["d", "today()", "date('2008-02-29')", "<kid>.born", "<kid>.born"],
    "str": ["s", "home.town", "home.head.tag", "'a'", "<kid>.tag"],
    "kids": ["home.kids"],
    "ints": ["xs", "[]", "[1, 2]", "<kid>.toys"],
}


class Rules:
    """Random rules of a kind, deep enough that parts of them meet."""

    def __init__(self, random: Random) -> None:
        self._random = random

    def of(self, kind: str, depth: int, kids: tuple[str, ...] = (), ints: tuple[str, ...] = ()) -> str:
        template = self._random.choice(TEMPLATES[kind] if depth > 0 else LEAVES[kind])
        variable = f"v{len(kids) + len(ints)}"

        def filled(match: re.Match[str]) -> str:
            wanted, _, over = match.group(1).partition(":")
            match wanted:
                case "v":
                    return variable
                case "sign":
                    return self._random.choice(["<", "<=", ">", ">=", "==", "!="])
                case "number":
                    return str(self._random.choice(NUMBERS[:11]))
                case "kid":
                    return self._random.choice(kids or ("home.head",))
                case "item":
                    return self._random.choice(ints or ("n",))
            inside = ((*kids, variable) if over == "kids" else kids, (*ints, variable) if over == "ints" else ints)
            return self.of(wanted, depth - 1, *inside)

        return re.sub(r"<([a-z:]+)>", filled, template)


def population(random: Random, size: int) -> tuple[list[dict[str, Any]], Frame]:
    """People who share homes; some have none. As facts, and as a frame with a link."""
    facts = Facts(random)
    homes = [facts.of(SHARED) for _ in range(size // 3)]
    at = [random.choice([-1, *range(len(homes)), *range(len(homes))]) for _ in range(size)]
    people = [facts.of(OWN) for _ in range(size)]
    frame = frame_of(people, OWN)
    link = Link(np.array(at), frame_of(homes, SHARED))
    whole = [person | (homes[home] if home >= 0 else {}) for person, home in zip(people, at, strict=True)]
    return whole, Frame(size, frame.columns, [link])


def bounded(node: Any, random: Random) -> Any:
    """The tree with bounds that some lists do not keep."""
    if isinstance(node, tuple):
        return tuple(bounded(part, random) for part in node)
    if not is_dataclass(node) or isinstance(node, type):
        return node
    parts = {part.name: bounded(getattr(node, part.name), random) for part in fields(node)}
    return replace(node, **(parts | {"bound": random.choice([None, None, 1, 2, 20])} if "bound" in parts else parts))


def told(value: Any) -> Any:
    """The interpreter's value, in a form in which true is not 1."""
    if isinstance(value, Unknown):
        return "failed" if value.reasons else "missing"
    return [told(item) for item in value] if isinstance(value, list) else (type(value).__name__, value)


def disagreements(seed: int, rules: int, size: int) -> Iterator[tuple[int, str, Any, Any]]:
    """How many values were compared, and the rule and both values wherever columns and interpreter differ."""
    random = Random(seed)
    people, frame = population(random, size)
    for number in range(rules):
        text = Rules(random).of(
            random.choice(["bool", "bool", "int", "date", "str", "ints"]), random.choice([2, 3, 3, 4])
        )
        tree = bounded(parse(text), random)
        value = evaluate_columns(tree, frame, TODAY)
        failed = np.broadcast_to(value.failed, (size,)).tolist()
        for row, (person, column) in enumerate(zip(people, values_of(value, size), strict=True)):
            expected = told(evaluate(tree, person, TODAY))
            found = ("failed" if failed[row] else "missing") if column is UNKNOWN else told(column)
            if found != expected:
                yield number * size + row, text, expected, found
    yield rules * size, "", None, None


@pytest.mark.parametrize(("seed", "chunk"), [(0, lists.CHUNK), (1, lists.CHUNK), (2, 25)])
def test_columns_equal_the_interpreter_row_by_row(seed: int, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (lists, evaluation):
        monkeypatch.setattr(module, "CHUNK", chunk)
    compared, rule, expected, found = next(disagreements(seed, rules=400, size=100))
    assert (rule, expected) == ("", found)
    assert compared == 40_000


def test_a_rule_with_values_of_two_kinds_is_refused_with_its_place() -> None:
    frame = frame_of([{"n": 1}], {"n": INT})
    with pytest.raises(ColumnsError, match="1:7: a int or a str"):
        evaluate_columns(parse("n > 0 ? n : 'none'"), frame, TODAY)
    with pytest.raises(ColumnsError, match="a int or a str"):
        evaluate_columns(parse("size([n, 'none'])"), frame, TODAY)


def test_a_rule_that_goes_through_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "MOST_ROWS", 10)
    frame = frame_of([{"xs": [1, 2]}] * 4, {"xs": OWN["xs"]})
    assert evaluate_columns(parse("xs.exists(x, xs.contains(x))"), frame, TODAY).known.all()
    with pytest.raises(ColumnsError, match="more than 10 rows"):
        evaluate_columns(parse("xs.exists(x, xs.exists(y, x < y))"), frame, TODAY)


def test_nobody_at_all() -> None:
    people, frame = population(Random(1), 0)
    assert (people, frame.size) == ([], 0)
    for rule in ("b && n > 1", "home.kids.exists(k, k.age > n)", "home.town == s", "[n, m].sum()", "xs + xs"):
        assert values_of(evaluate_columns(parse(rule), frame, TODAY), 0) == []


def test_a_constant_stands_for_everybody() -> None:
    frame = frame_of([{}, {}, {}], {})
    assert values_of(evaluate_columns(parse("[1, 2].map(x, x + 1)"), frame, TODAY), 3) == [[2, 3]] * 3
    assert values_of(evaluate_columns(parse("end_of_month(today())"), frame, TODAY), 3) == [date(2026, 11, 30)] * 3


def test_a_value_that_is_not_of_its_declared_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="'2026-01-01' is no date"):
        frame_of([{"d": "2026-01-01"}], {"d": DATE})
    with pytest.raises(ValueError, match="never null"):
        frame_of([{"xs": [1, None]}], {"xs": OWN["xs"]})


def _unknown_is_false(of: Lists, body: Truth, *, by: bool) -> Truth:
    hit = lists.any_in(body.true if by else ~body.true, of, lists.Runs(of)) & of.known
    return Truth(hit, ~hit & of.known, of.failed) if by else Truth(~hit & of.known, hit, of.failed)


def _unknown_is_dropped(of: Lists, body: Truth) -> Lists:
    return _FILTERED(of, Truth(body.true, ~body.true))


def _not_absorbing(found: list[Truth], *, by: bool) -> Truth:
    value = _LOGIC(found, by=by)
    known, failed = functions.joint(*found)
    return value.where_known(known, failed)


def _unchecked(left: Column, right: Column, _size: int) -> Column:
    known, failed = functions.joint(left, right)
    return Column("int", left.values * right.values, known, failed)


def _floor(left: Column, right: Column, _size: int) -> Column:
    known, failed = functions.joint(left, right)
    wrong = right.values == 0
    return Column("int", left.values // np.where(wrong, 1, right.values), known & ~wrong, failed | (known & wrong))


def _on_the_day(birth: Numbers, day: Numbers) -> tuple[Numbers, Any]:
    return dates.age_on(birth, day - 1)


def _tiled(of: Lists, first: int, last: int) -> tuple[Numbers, Numbers]:
    parents, items = _PAIRS(of, first, last)
    return parents, items[::-1]


def _clamped_late(day: Numbers, years: Numbers) -> tuple[Numbers, Any]:
    return dates.plus_years(day + (dates._parts(day)[1] == dates.FEBRUARY_29), years)


_FILTERED, _LOGIC, _PAIRS = lists.filtered, evaluation._logic, lists.parents_and_items
FUNCTIONS = functions.FUNCTIONS
PLANTED: dict[str, tuple[Any, str, Any]] = {
    "exists and all take the unknown for false": (lists, "decided", _unknown_is_false),
    "filter drops what is not known": (lists, "filtered", _unknown_is_dropped),
    "and, or do not absorb": (evaluation, "_logic", _not_absorbing),
    "products wrap around": (FUNCTIONS, "_*_", _unchecked),
    "division floors": (FUNCTIONS, "_/_", _floor),
    "an age is reached on the birthday": (FUNCTIONS, "age_on", functions._of_dates(_on_the_day, "int", "date", "date")),
    "29 February becomes 1 March": (
        FUNCTIONS,
        "plus_years",
        functions._of_dates(_clamped_late, "date", "date", "int"),
    ),
    "strings are equal by their codes": (strings, "recoded", lambda column, words: column),
    "who has no home lives in the first": (
        frame_module,
        "through",
        lambda value, index, _size: values.take(value, index),
    ),
    "a list may be longer than its bound": (lists, "within", lambda of, _bound: of),
    "items go to other rows": (evaluation, "parents_and_items", _tiled),
}


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_seen(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, instead = PLANTED[bug]
    if isinstance(where, dict):
        monkeypatch.setitem(where, name, instead)
    else:
        monkeypatch.setattr(where, name, instead)
    _compared, rule, _expected, _found = next(disagreements(5, rules=400, size=100))
    assert rule
