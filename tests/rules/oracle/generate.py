"""Random rules and partly missing facts from a seed.

Every rule is of one kind throughout, as the checker wants it. Left out, since Todoke and CEL differ there by decision:
values of different kinds that are compared, null, has(), exists_one, indexing, doubles, years before 1000 and after
9998, dates written otherwise than YYYY-MM-DD, and the smallest number modulo -1 (0 with us, an overflow with Google).
Absent facts are absent keys; no item of a list is null; no list is longer than its bound.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from todoke.kernel.rules import BOOL, DATE, INT, STR, Shape

MOST = 3
"""Items in a list of facts."""

CHILD = Shape(
    "record",
    members={"age": INT, "name": STR, "born": DATE, "ill": BOOL, "marks": Shape("list", item=INT, bound=MOST)},
)
FACTS: dict[str, Shape] = {
    "age": INT,
    "count": INT,
    "large": INT,
    "agreed": BOOL,
    "member": BOOL,
    "name": STR,
    "code": STR,
    "written": STR,
    "born": DATE,
    "moved": DATE,
    "home": Shape("record", members={"income": INT, "town": STR, "owned": BOOL, "since": DATE}),
    "numbers": Shape("list", item=INT, bound=MOST),
    "words": Shape("list", item=STR, bound=MOST),
    "children": Shape("list", item=CHILD, bound=MOST),
}
"""The facts that rules ask for."""

_NUMBERS = (0, 1, 2, 3, 5, 7, 18, 65, 100)
_FAR_NUMBERS = (2**31, 2**53, 2**53 + 1, 2**62, 2**63 - 1, -(2**63))
_WORDS = ("", "あ", "𠮷", "𠮷野家", "石", "石巻市", "市", "04202", "ガ", "カ\u3099", "～", "﨑", "a")
_DAYS = (
    *(date(year, month, day) for year in (2004, 2008) for month, day in ((2, 28), (2, 29), (3, 31), (4, 1), (4, 2))),
    *(date(2026, month, day) for month, day in ((2, 28), (3, 31), (4, 1), (4, 2), (11, 24))),
    date(1961, 11, 24), date(1961, 11, 25), date(1999, 12, 31), date(2000, 2, 29), date(2010, 1, 1),
)  # fmt: skip
_DATE_TEXTS = (*(str(day) for day in _DAYS[:6]), "2026-02-30", "2025-02-29", "2026-13-01", "未定", "")


@dataclass(frozen=True)
class Cases:
    """What a rule is asked about: facts of some people, on one day."""

    rows: Sequence[Mapping[str, Any]]
    today: date


def pairs(seed: int, rules: int, rows: int) -> Iterator[tuple[str, Cases]]:
    """``rules`` rules with ``rows`` sets of facts each."""
    random = Random(seed)
    for _ in range(rules):
        text = _Rule(random).text()
        yield text, Cases([facts(random) for _ in range(rows)], random.choice(_DAYS))


def facts(random: Random, missing: float = 0.16) -> dict[str, Any]:
    """Facts of one person; ``missing`` is the share of facts and members that are absent."""
    whole = Shape("record", members=FACTS)
    known: dict[str, Any] = _value(whole, random, missing)
    return known


def _value(shape: Shape, random: Random, missing: float) -> Any:
    if shape.members is not None:
        return {name: _value(of, random, missing) for name, of in shape.members.items() if random.random() >= missing}
    if shape.item is not None:
        return [_value(shape.item, random, missing) for _ in range(random.choice((0, 1, 1, 2, 2, MOST)))]
    if shape is INT:
        number = random.choice(_NUMBERS if random.random() < 0.9 else _FAR_NUMBERS)
        return -number if number > 0 and random.random() < 0.25 else number
    if shape is DATE:
        return random.choice(_DAYS) + timedelta(days=random.choice((-1, 0, 0, 1)))
    if shape is BOOL:
        return random.random() < 0.5
    return random.choice(_WORDS if random.random() < 0.6 else _DATE_TEXTS)


class _Rule:
    """One rule; ``self._left`` counts down the parts that it may still get."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._left = random.choice((3, 6, 10, 16))
        self._scope: list[tuple[str, Shape]] = []
        self._kinds: dict[str, tuple[Callable[[], str], ...]] = {
            "bool": (self._order, self._order, self._equal, self._chain, self._chain, self._not, self._among,
                     self._quantified, self._quantified, self._affix, self._known, self._choose("bool")),
            "int": (self._arithmetic, self._arithmetic, self._negative, self._size, self._age, self._days, self._sum,
                    self._choose("int")),
            "str": (self._joined, self._choose("str")),
            "date": (self._written, self._today, self._moved, self._moved, self._choose("date")),
            "ints": (self._items("int"), self._mapped("int"), self._filtered("int"), self._added("ints")),
            "strs": (self._items("str"), self._mapped("str"), self._filtered("str"), self._added("strs")),
        }  # fmt: skip

    def text(self) -> str:
        kind = self._random.choices(("bool", "int", "str", "date", "ints", "strs"), (60, 16, 6, 8, 6, 4))[0]
        return self._random.choice(self._kinds[kind])()

    def _of(self, kind: str) -> str:
        self._left -= 1
        if self._left > 0 and self._random.random() < 0.6:
            return self._random.choice(self._kinds[kind])()
        return self._leaf(kind)

    def _leaf(self, kind: str) -> str:
        paths = list(self._paths(kind))
        if self._random.random() < 0.65:
            near = [path for path in paths if path.split(".")[0] in dict(self._scope)]
            return self._random.choice(near if near and self._random.random() < 0.7 else paths)
        return self._constant(kind)

    def _constant(self, kind: str) -> str:
        if kind in {"ints", "strs"}:
            return self._items(kind[:-1])()
        value = _value({"bool": BOOL, "int": INT, "str": STR, "date": DATE}[kind], self._random, 0)
        if value == -(2**63):
            return "(-9223372036854775807 - 1)"
        if kind == "date":
            return f"date('{value}')"
        return (
            {True: "true", False: "false"}[value] if kind == "bool" else f"'{value}'" if kind == "str" else f"({value})"
        )

    def _paths(self, kind: str) -> Iterator[str]:
        wanted = {"ints": ("list", "int"), "strs": ("list", "str")}.get(kind, (kind, None))
        for name, shape in (*FACTS.items(), *self._scope):
            for path, of in ((name, shape), *((f"{name}.{key}", of) for key, of in (shape.members or {}).items())):
                if (of.kind, of.item.kind if of.item else None) == wanted:
                    yield path

    def _path(self, kind: str) -> str:
        return self._random.choice(list(self._paths(kind)))

    def _scalar(self) -> str:
        return self._random.choice(("int", "int", "str", "date"))

    def _order(self) -> str:
        kind = self._scalar()
        return f"({self._of(kind)} {self._random.choice(('<', '<=', '>', '>='))} {self._of(kind)})"

    def _equal(self) -> str:
        kind = self._random.choice(("bool", "int", "str", "date", "ints", "strs"))
        return f"({self._of(kind)} {self._random.choice(('==', '!='))} {self._of(kind)})"

    def _chain(self) -> str:
        parts = [self._of("bool") for _ in range(self._random.choice((2, 2, 3)))]
        return f"({self._random.choice((' && ', ' || ')).join(parts)})"

    def _not(self) -> str:
        return f"!{self._of('bool')}"

    def _among(self) -> str:
        kind = self._random.choice(("int", "str"))
        item, whole = self._of(kind), self._of(f"{kind}s")
        return f"({item} in {whole})" if self._random.random() < 0.8 else f"{whole}.contains({item})"

    def _looped(self, source: str, shape: Shape, macro: str, body: Callable[[], str]) -> str:
        variable = "xyz"[len(self._scope)]
        self._scope.append((variable, shape))
        inner = body()
        self._scope.pop()
        return f"{source}.{macro}({variable}, {inner})"

    def _list(self) -> tuple[str, Shape]:
        """Something to loop over and what its items are."""
        kind = self._random.choice(("records", "records", "ints", "strs"))
        if kind != "records":
            return self._of(kind), {"ints": INT, "strs": STR}[kind]
        if len(self._scope) < 2 and self._left > 3 and self._random.random() < 0.25:
            return self._looped("children", CHILD, "filter", lambda: self._of("bool")), CHILD
        return "children", CHILD

    def _quantified(self) -> str:
        if len(self._scope) >= 2:
            return self._leaf("bool")
        source, shape = self._list()
        macro = self._random.choice(("exists", "all"))
        return self._looped(
            source, shape, macro, lambda: self._random.choice((self._order, self._equal, self._chain))()
        )

    def _affix(self) -> str:
        method = self._random.choice(("startsWith", "endsWith", "contains", "matches_any"))
        return f"{self._of('str')}.{method}({self._of('strs' if method == 'matches_any' else 'str')})"

    def _known(self) -> str:
        return f"known({self._path(self._random.choice(('int', 'str', 'date', 'bool')))})"

    def _choose(self, kind: str) -> Callable[[], str]:
        return lambda: f"({self._of('bool')} ? {self._of(kind)} : {self._of(kind)})"

    def _arithmetic(self) -> str:
        left, right, operator = self._of("int"), self._of("int"), self._random.choice("+-*/%")
        if operator == "%" and self._random.random() < 0.5:
            left = f"({left} / 2)"
        elif operator == "%":
            right = f"({right} * 2)" if self._random.random() < 0.5 else self._random.choice(("3", "(-3)", "7", "0"))
        return f"({left} {operator} {right})"

    def _negative(self) -> str:
        return f"-{self._of('int')}"

    def _size(self) -> str:
        if self._random.random() < 0.4:
            return f"size({self._list()[0]})" if len(self._scope) < 2 else "size(children)"
        return f"size({self._of(self._random.choice(('str', 'ints')))})"

    def _age(self) -> str:
        return f"age_on({self._day()}, {self._day()})"

    def _days(self) -> str:
        return f"days_between({self._day()}, {self._day()})"

    def _day(self) -> str:
        """A date without another date function around it: Google's parser goes only 32 deep."""
        self._left -= 1
        return self._leaf("date") if self._random.random() < 0.75 else self._written()

    def _sum(self) -> str:
        return f"{self._of('ints')}.sum()"

    def _joined(self) -> str:
        return f"({self._of('str')} + {self._of('str')})"

    def _written(self) -> str:
        return f"date({self._path('str') if self._random.random() < 0.7 else repr(self._random.choice(_DATE_TEXTS))})"

    def _today(self) -> str:
        return "today()"

    def _moved(self) -> str:
        function = self._random.choice(("first_school_day", "end_of_month", "plus_years", "fiscal_year_end_of_age"))
        if function in {"first_school_day", "end_of_month"}:
            return f"{function}({self._day()})"
        years = self._random.choice(("1", "18", "(-3)", "0", "100", "9000", "(-9000)", "(age % 50)", "size(name)"))
        return f"{function}({self._day()}, {years})"

    def _items(self, kind: str) -> Callable[[], str]:
        return lambda: f"[{', '.join(self._of(kind) for _ in range(self._random.choice((0, 1, 2, 3))))}]"

    def _mapped(self, kind: str) -> Callable[[], str]:
        def written() -> str:
            if len(self._scope) >= 2:
                return self._leaf(f"{kind}s")
            source, shape = self._list()
            return self._looped(source, shape, "map", lambda: self._of(kind))

        return written

    def _filtered(self, kind: str) -> Callable[[], str]:
        def written() -> str:
            if len(self._scope) >= 2:
                return self._leaf(f"{kind}s")
            return self._looped(
                self._of(f"{kind}s"), {"int": INT, "str": STR}[kind], "filter", lambda: self._of("bool")
            )

        return written

    def _added(self, kind: str) -> Callable[[], str]:
        return lambda: f"({self._of(kind)} + {self._of(kind)})"
