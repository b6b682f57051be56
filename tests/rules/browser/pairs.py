"""Random rules and partly missing facts, from a seed."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over

WORDS = [
    "",
    "04202",
    "石巻市",
    "女川町",
    "橋の点検",
    "\U00020bb7野家",
    "が",
    "\uf8ff",
    "\U0001f4ee",
    "がく",
    "constructor",
]
FIRST_DAY, LAST_DAY = date(1948, 2, 28), date(2030, 12, 31)
EDGES = [
    date(1, 1, 1),
    date(97, 3, 1),
    date(1900, 2, 28),
    date(2000, 2, 29),
    date(2012, 2, 29),
    date(2020, 4, 1),
    date(2020, 4, 2),
    date(9999, 12, 31),
]

FACTS = {
    "int": ["age", "constructor", "household.size", "income"],
    "str": ["address.municipality", "address.town", "name"],
    "date": ["birth_date", "service.begin"],
    "bool": ["household.single_parent", "student"],
}
"""Facts by the kind of their values."""

WRONG = ["int", "str", "date", "null"]
"""Kinds that stand where another is meant: no truth values, lists or records, which the interpreter lets pass here and
there (``[1].contains(true)``, the size of a record)."""

CHILD = {"int": "age", "str": "name", "date": "birth_date", "bool": "student"}
LISTS = {"household.children": "child", "marks": "int", "tags": "str"}
"""Facts that are lists, and what their items are."""


def path_node(path: str) -> Node:
    head, *rest = path.split(".")
    node: Node = Name(head)
    for name in rest:
        node = Member(node, name)
    return node


class Rules:
    """Rules whose parts go together, but for a few of the wrong kind (``wrong``: how many of them)."""

    def __init__(self, random_: random.Random, wrong: float = 0.02) -> None:
        self._random, self._wrong = random_, wrong

    def rule(self, depth: int = 4) -> Node:
        return self._bool(depth, {})

    def value(self, depth: int = 4) -> Node:
        """Of any kind."""
        return self._of(self._random.choice(["int", "str", "date", "bool", "list"]), depth, {})

    def _of(self, kind: str, depth: int, variables: dict[str, str]) -> Node:
        if self._random.random() < self._wrong:
            kind = self._random.choice(WRONG)
        makers: dict[str, Callable[[int, dict[str, str]], Node]] = {
            "int": self._int,
            "str": self._str,
            "date": self._date,
            "bool": self._bool,
            "list": lambda depth, variables: self._list(depth, variables, self._random.choice(["int", "str", "child"])),
            "null": lambda _depth, _variables: Literal(None),
        }
        return makers[kind](depth, variables)

    def _leaf(self, kind: str, variables: dict[str, str]) -> Node:
        fitting: list[Node] = [Name(name) for name, of in variables.items() if of == kind]
        fitting += [Member(Name(name), CHILD[kind]) for name, of in variables.items() if of == "child"]
        if fitting and self._random.random() < 0.7:
            return self._random.choice(fitting)
        if self._random.random() < 0.6:
            return path_node(self._random.choice(FACTS[kind]))
        return self._literal(kind)

    def _literal(self, kind: str) -> Node:
        match kind:
            case "int":
                return Literal(self._random.choice([0, 1, 2, 3, 18, 65, 1000, self._random.randrange(-99, 99)]))
            case "str":
                return Literal(self._random.choice(WORDS))
            case "date":
                return self._random.choice(
                    [Call("today", ()), Call("date", (Literal(day_of(self._random).isoformat()),))]
                )
        return Literal(self._random.random() < 0.5)

    def _int(self, depth: int, variables: dict[str, str]) -> Node:
        if depth <= 0 or self._random.random() < 0.3:
            return self._leaf("int", variables)
        match self._random.randrange(6):
            case 0:
                return Call("-_", (self._of("int", depth - 1, variables),))
            case 1:
                return Call("size", (self._of(self._random.choice(["str", "list"]), depth - 1, variables),))
            case 2:
                function = self._random.choice(["age_on", "days_between"])
                return Call(function, (self._of("date", depth - 1, variables), self._of("date", depth - 1, variables)))
            case 3:
                return Call("sum", (self._list(depth - 1, variables, "int"),))
            case 4:
                return self._choice("int", depth, variables)
        function = self._random.choice(["_+_", "_-_", "_*_", "_/_", "_%_"])
        return Call(function, (self._of("int", depth - 1, variables), self._of("int", depth - 1, variables)))

    def _str(self, depth: int, variables: dict[str, str]) -> Node:
        if depth <= 0 or self._random.random() < 0.7:
            return self._leaf("str", variables)
        if self._random.random() < 0.3:
            return self._choice("str", depth, variables)
        return Call("_+_", (self._of("str", depth - 1, variables), self._of("str", depth - 1, variables)))

    def _date(self, depth: int, variables: dict[str, str]) -> Node:
        if depth <= 0 or self._random.random() < 0.5:
            return self._leaf("date", variables)
        day = self._of("date", depth - 1, variables)
        match self._random.randrange(5):
            case 0:
                return Call("first_school_day", (day,))
            case 1:
                return Call("end_of_month", (day,))
            case 2:
                return self._choice("date", depth, variables)
        function = self._random.choice(["plus_years", "fiscal_year_end_of_age"])
        return Call(function, (day, Literal(self._random.choice([0, 1, 3, 6, 15, 18, 9000]))))

    def _choice(self, kind: str, depth: int, variables: dict[str, str]) -> Node:
        condition = self._of("bool", depth - 1, variables)
        return Call("_?_:_", (condition, self._of(kind, depth - 1, variables), self._of(kind, depth - 1, variables)))

    def _list(self, depth: int, variables: dict[str, str], of: str) -> Node:
        facts = [path_node(path) for path, item in LISTS.items() if item == of]
        if depth <= 0 or self._random.random() < 0.4:
            if of == "child" or self._random.random() < 0.5:
                return self._random.choice(facts)
            return Items(tuple(self._of(of, 0, variables) for _ in range(self._random.randrange(4))))
        match self._random.randrange(3):
            case 0:
                return Call("_+_", (self._list(depth - 1, variables, of), self._list(depth - 1, variables, of)))
            case 1 if of != "child":
                return self._over("map", depth, variables, self._random.choice(["int", "str", "child"]), of)
        return self._over("filter", depth, variables, of, "bool")

    def _over(self, macro: str, depth: int, variables: dict[str, str], of: str, body: str) -> Node:
        variable = self._random.choice(["c", "d"])
        source = self._list(depth - 2, variables, of)
        bound = self._random.choice([None, 2, 20])
        return Over(macro, source, variable, self._of(body, depth - 1, {**variables, variable: of}), bound)

    def _bool(self, depth: int, variables: dict[str, str]) -> Node:
        if depth <= 0:
            return self._leaf("bool", variables)
        match self._random.randrange(12):
            case 0 | 1:
                parts = [self._of("bool", depth - 1, variables) for _ in range(self._random.randrange(2, 4))]
                return Call(self._random.choice(["_&&_", "_||_"]), tuple(parts))
            case 2:
                return Call("!_", (self._of("bool", depth - 1, variables),))
            case 3 | 4:
                of = self._random.choice(["child", "child", "int", "str"])
                return self._over(self._random.choice(["exists", "all"]), depth, variables, of, "bool")
            case 5:
                of = self._random.choice(["int", "str"])
                return Call("_in_", (self._of(of, depth - 1, variables), self._list(depth - 1, variables, of)))
            case 6:
                function = self._random.choice(["startsWith", "endsWith", "contains"])
                return Call(function, (self._of("str", depth - 1, variables), self._of("str", 0, variables)))
            case 7:
                function, first = self._random.choice([("matches_any", "str"), ("contains", "list")])
                if function == "contains":
                    return Call(function, (self._list(depth - 1, variables, "int"), self._of("int", 0, variables)))
                return Call(function, (self._of(first, 0, variables), self._list(depth - 1, variables, "str")))
            case 8:
                known = self._random.choice(["int", "str", "date", "bool"])
                return Call("known", (self._of(known, self._random.choice([0, depth - 1]), variables),))
            case 9:
                return self._choice("bool", depth, variables)
        kind = self._random.choice(["int", "int", "str", "date"])
        function = self._random.choice(["_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_"])
        return Call(function, (self._of(kind, depth - 1, variables), self._of(kind, depth - 1, variables)))


def day_of(random_: random.Random) -> date:
    if random_.random() < 0.2:
        return random_.choice(EDGES)
    return FIRST_DAY + timedelta(days=random_.randrange((LAST_DAY - FIRST_DAY).days))


def value_of(kind: str, random_: random.Random) -> Any:
    """A value of the kind; now and then none, or of another kind."""
    chance = random_.random()
    if chance < 0.03:
        return None
    if chance < 0.05:
        kind = random_.choice(["int", "str", "date"])
    match kind:
        case "int":
            return random_.choice([0, 1, 2, 17, 18, 64, 65, random_.randrange(-1000, 1000)])
        case "str":
            return random_.choice(WORDS)
        case "date":
            return day_of(random_)
        case "bool":
            return random_.random() < 0.5
    return {name: value_of(of, random_) for of, name in CHILD.items() if random_.random() < 0.85}


def facts_of(random_: random.Random) -> dict[str, Any]:
    """Nested facts, of which some are missing."""
    facts: dict[str, Any] = {}
    values = [(path, kind) for kind, paths in FACTS.items() for path in paths]
    for path, kind in [*values, *LISTS.items()]:
        if random_.random() < 0.8:
            *above, name = path.split(".")
            inside = facts
            for part in above:
                inside = inside.setdefault(part, {})
            inside[name] = (
                [value_of(kind, random_) for _ in range(random_.randrange(4))]
                if path in LISTS
                else value_of(kind, random_)
            )
    return facts
