"""Python source for operators and functions on parts whose values stand in variables already.

None in a variable is "not known"; what cannot be worked out becomes that too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from todoke.kernel.rules.functions import FUNCTIONS
from todoke.kernel.rules.tree import Call, Items, Literal

INT_MIN, INT_MAX = -(2**63), 2**63 - 1

_ORDERS = {"_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">="}
_KINDS: dict[type, str] = {bool: "bool", int: "int", str: "str"}
_GIVES = {
    "size": "int",
    "age_on": "int",
    "sum": "int",
    "startsWith": "bool",
    "endsWith": "bool",
    "contains": "bool",
    "matches_any": "bool",
}
_APPLIED = frozenset(_GIVES) | {
    "days_between",
    "first_school_day",
    "plus_years",
    "end_of_month",
    "fiscal_year_end_of_age",
}
TESTS = frozenset({*_ORDERS, "_==_", "_!=_", "_in_"})
STRICT = _APPLIED | TESTS | {"_+_", "_-_", "_*_", "_/_", "_%_", "-_", "!_", "date"}
"""Functions that are not known as soon as one argument is not."""


@dataclass(frozen=True)
class Operand:
    """Where a node's value is found while the source runs."""

    value: str
    kind: str = ""
    """bool, int or str where it can be nothing else (once it is known)."""

    unknown: str = ""
    """What is true while it is not known; nothing where it is always known."""

    null: bool = False
    """Whether None may be its known value (a list's item, a null)."""

    constant: bool = False


class Test(NamedTuple):
    """A condition before it is written down: ``expression`` where ``guard`` is true, else not known."""

    guard: str
    expression: str


class Operators:
    """Lines of one function, and how operators are written into them."""

    def __init__(self) -> None:
        self._constants: dict[str, Any] = {}
        self._lines: list[str] = []
        self._indent = 1
        self._names = 0
        self._calls: dict[str, Callable[[Call, list[Operand]], Operand]] = {
            "_+_": self._plus,
            "_-_": self._minus_or_times,
            "_*_": self._minus_or_times,
            "_/_": self._divided,
            "_%_": self._divided,
            "-_": self._negative,
            "!_": self._not,
            "date": self._date,
            "startsWith": self._affix,
            "endsWith": self._affix,
            **dict.fromkeys(TESTS, self._compared),
            **dict.fromkeys(_APPLIED - {"startsWith", "endsWith"}, self._strict),
        }

    def _line(self, text: str) -> None:
        self._lines.append(" " * self._indent + text)

    @contextmanager
    def _block(self, head: str) -> Iterator[None]:
        self._line(head)
        self._indent += 1
        yield
        self._indent -= 1

    def _name(self, letter: str) -> str:
        self._names += 1
        return f"{letter}{self._names}"

    def _constant(self, value: Any) -> str:
        name = self._name("K")
        self._constants[name] = value
        return name

    def _given(self, expression: str, kind: str = "") -> Operand:
        """A new variable for what is not known where it is None."""
        value = self._name("t")
        self._line(f"{value} = {expression}")
        return Operand(value, kind, f"{value} is None")

    def _literal(self, value: Any) -> Operand:
        if value is None or isinstance(value, bool):
            return Operand(repr(value), _KINDS.get(type(value), ""), null=value is None, constant=True)
        if type(value) is int:
            return Operand(f"({value!r})", "int", constant=True)
        return Operand(self._constant(value), _KINDS.get(type(value), ""), constant=True)

    def _unless(self, parts: list[Operand], expression: str, kind: str) -> Operand:
        """The expression, which is known wherever all parts are."""
        found = self._given(self._where_known(parts, expression), kind)
        unknown = found.unknown if any(part.unknown for part in parts) else ""
        return replace(found, unknown=unknown)

    def _guard(self, parts: list[Operand], kind: str) -> str:
        """What is true where all parts are known and of one kind."""
        tests = []
        for part in parts:
            if part.kind != kind:
                tests.append(f"type({part.value}) is {kind}")
            elif part.unknown:
                tests.append(f"not ({part.unknown})" if part.null else f"{part.value} is not None")
        return " and ".join(tests)

    def _guarded(self, guard: str, expression: str, kind: str, otherwise: str = "None") -> Operand:
        return self._given(f"{expression} if {guard} else {otherwise}" if guard else expression, kind)

    def _failing(self, parts: list[Operand], expression: str, kind: str) -> Operand:
        """The expression, which may be None even where all parts are known."""
        return self._given(self._where_known(parts, expression), kind)

    def _all_known(self, parts: list[Operand]) -> str:
        tests = [
            f"not ({part.unknown})" if part.null else f"{part.value} is not None" for part in parts if part.unknown
        ]
        return " and ".join(tests)

    def _where_known(self, parts: list[Operand], expression: str) -> str:
        unknown = " or ".join(part.unknown for part in parts if part.unknown)
        return f"(None if {unknown} else {expression})" if unknown else expression

    def _applied(self, node: Call, parts: list[Operand]) -> str:
        call = f"applied({self._constant(node.function)}, {', '.join(part.value for part in parts)})"
        return self._where_known(parts, call)

    def _strict(self, node: Call, parts: list[Operand]) -> Operand:
        return self._given(self._applied(node, parts), _GIVES.get(node.function, ""))

    def _compared(self, node: Call, parts: list[Operand]) -> Operand:
        test = self._test(node, parts)
        if test is not None:
            return self._guarded(test.guard, test.expression, "bool")
        left, right = (part.value for part in parts)
        if node.function == "_in_":
            return self._failing(parts, f"among({left}, {right})", "bool")
        of = self._name("k")
        self._line(f"{of} = type({left})")
        guard = f"{of} is type({right}) and {of} in ORDERED"
        return self._guarded(guard, f"{left} {_ORDERS[node.function]} {right}", "bool", self._applied(node, parts))

    def _test(self, node: Call, parts: list[Operand]) -> Test | None:
        """A comparison of TESTS, as far as its parts' kinds are certain enough."""
        if node.function == "_in_":
            return self._among(node, parts[0])
        return self._ordered(node, *parts) if node.function in _ORDERS else self._equal(node, parts)

    def _ordered(self, node: Call, left: Operand, right: Operand) -> Test | None:
        for kind in ("int", "str"):
            if kind in (left.kind, right.kind):
                guard = self._guard([left, right], kind)
                return Test(guard, f"{left.value} {_ORDERS[node.function]} {right.value}")
        return None

    def _equal(self, node: Call, parts: list[Operand]) -> Test:
        left, right = parts
        kinds = {part.kind for part in parts} - {""}
        tests = [f"{left.value} == {right.value}"]
        if len(kinds) == 1 and "list" not in kinds:
            kind = min(kinds)
            tests = [*(f"type({part.value}) is {kind}" for part in parts if part.kind != kind), *tests]
        else:
            tests = [f"type({left.value}) is type({right.value})", f"bool({tests[0]})"]
        same = " and ".join(tests)
        return Test(self._all_known(parts), same if node.function == "_==_" else f"not ({same})")

    def _among(self, node: Call, item: Operand) -> Test | None:
        """In a list of constants of one kind."""
        listed = node.arguments[1]
        if not isinstance(listed, Items) or not all(isinstance(part, Literal) for part in listed.items):
            return None
        values = [part.value for part in listed.items if isinstance(part, Literal)]
        kinds = {type(value) for value in values}
        kind = _KINDS.get(kinds.pop()) if len(kinds) == 1 else None
        if kind is None:
            return None
        found = f"{item.value} in {self._constant(frozenset(values))}"
        return Test(
            self._all_known([item]), found if item.kind == kind else f"type({item.value}) is {kind} and {found}"
        )

    def _plus(self, _node: Call, parts: list[Operand]) -> Operand:
        left, right = parts
        kinds = {part.kind for part in parts}
        if "int" in kinds:
            return self._within(self._guarded(self._guard(parts, "int"), f"{left.value} + {right.value}", "int"))
        if "str" in kinds:
            return self._guarded(self._guard(parts, "str"), f"{left.value} + {right.value}", "str")
        return self._failing(parts, f"plus({left.value}, {right.value})", "list" if kinds == {"list"} else "")

    def _within(self, number: Operand) -> Operand:
        value = number.value
        self._line(f"if {value} is not None and not {INT_MIN} <= {value} <= {INT_MAX}: {value} = None")
        return number

    def _minus_or_times(self, node: Call, parts: list[Operand]) -> Operand:
        left, right = parts
        sign = node.function.strip("_")
        return self._within(self._guarded(self._guard(parts, "int"), f"{left.value} {sign} {right.value}", "int"))

    def _divided(self, node: Call, parts: list[Operand]) -> Operand:
        left, right = (part.value for part in parts)
        guard = " and ".join(filter(None, [self._guard(parts, "int"), f"{right} != 0"]))
        if node.function == "_%_":
            rest = f"abs({left}) % abs({right})"
            return self._guarded(guard, f"({rest} if {left} >= 0 else -({rest}))", "int")
        whole = f"abs({left}) // abs({right})"
        truncated = f"({whole} if ({left} < 0) is ({right} < 0) else -({whole}))"
        return self._within(self._guarded(guard, truncated, "int"))

    def _negative(self, node: Call, parts: list[Operand]) -> Operand:
        written = node.arguments[0]
        if isinstance(written, Literal) and type(written.value) is int and written.value > INT_MIN:
            return self._literal(-written.value)
        return self._within(self._guarded(self._guard(parts, "int"), f"-{parts[0].value}", "int"))

    def _not(self, _node: Call, parts: list[Operand]) -> Operand:
        return self._guarded(self._guard(parts, "bool"), f"not {parts[0].value}", "bool")

    def _affix(self, node: Call, parts: list[Operand]) -> Operand:
        method = {"startsWith": "startswith", "endsWith": "endswith"}[node.function]
        called = f"{parts[0].value}.{method}({parts[1].value})"
        return self._guarded(self._guard(parts, "str"), called, "bool", self._applied(node, parts))

    def _date(self, node: Call, parts: list[Operand]) -> Operand:
        written = node.arguments[0]
        if isinstance(written, Literal) and isinstance(written.value, str):
            try:
                return Operand(self._constant(FUNCTIONS["date"](written.value)), constant=True)
            except ValueError:
                return Operand("None", unknown="True")
        text = parts[0].value
        return self._given(f"{text} if type({text}) is date else day({text})")
