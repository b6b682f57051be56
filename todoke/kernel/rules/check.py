"""Whether a rule fits its declarations: names, members, kinds of values, and options to choose from."""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import NoReturn

from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over, path_of


@dataclass(frozen=True)
class Shape:
    """What a value is: bool, int, str, date, list, record, or any where nothing is declared."""

    kind: str = "any"
    options: frozenset[str] | None = None
    """The only words that it can be."""

    item: "Shape | None" = None
    """What a list holds."""

    members: "Mapping[str, Shape] | None" = None
    """What a record has."""

    bound: int | None = None
    """How many items a list has at most; DEFAULT_BOUND where none is declared."""


DEFAULT_BOUND = 100
ANY, BOOL, INT, STR, DATE = Shape(), Shape("bool"), Shape("int"), Shape("str"), Shape("date")
NUMBERS, ORDERED = frozenset({"int"}), frozenset({"int", "str", "date"})

Names = Mapping[str, Shape]
"""Dotted names (``answers.work``, ``facts.birth_date``) and what they stand for."""

_KINDS_WANTED: dict[str, tuple[str, ...]] = {
    "age_on": ("date", "date"),
    "first_school_day": ("date",),
    "days_between": ("date", "date"),
    "plus_years": ("date", "int"),
    "end_of_month": ("date",),
    "fiscal_year_end_of_age": ("date", "int"),
    "sum": ("list",),
    "startsWith": ("str", "str"),
    "endsWith": ("str", "str"),
    "matches_any": ("str", "list"),
    "-_": ("int",),
    "!_": ("bool",),
}
_RESULTS: dict[str, Shape] = {
    "size": INT,
    "known": BOOL,
    "today": DATE,
    "date": DATE,
    "age_on": INT,
    "first_school_day": DATE,
    "days_between": INT,
    "plus_years": DATE,
    "end_of_month": DATE,
    "fiscal_year_end_of_age": DATE,
    "sum": INT,
    "startsWith": BOOL,
    "endsWith": BOOL,
    "contains": BOOL,
    "matches_any": BOOL,
    "-_": INT,
    "!_": BOOL,
}


def shape_of(node: Node, names: Names, variables: Names | None = None) -> Shape:
    """What the rule gives. Raises RuleError for what cannot be meant, with its place.

    ``variables`` are those of the macros around the node.
    """
    return _Checker(names).shape(node, variables or {})


def bound_of(shape: Shape) -> int:
    """How many items a list of this shape has at most."""
    return DEFAULT_BOUND if shape.bound is None else shape.bound


def place(node: Node) -> tuple[int, int]:
    match node:
        case Name(_, line, column) | Member(_, _, line, column) | Call(_, _, line, column):
            return line, column
        case Over():
            return node.line, node.column
        case Items(items) if items:
            return place(items[0])
    return 1, 1


def _refuse(problem: str, node: Node) -> NoReturn:
    raise RuleError(problem, *place(node))


def _hint(wrong: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(wrong, known, 1, 0.6)
    return f"; did you mean {near[0]}?" if near else ""


class _Checker:
    def __init__(self, names: Names) -> None:
        self._names = names

    def shape(self, node: Node, variables: Names) -> Shape:
        match node:
            case Literal(value):
                return ANY if value is None else Shape(type(value).__name__)
            case Name() | Member():
                return self._named(node, variables)
            case Items(items):
                item = self._common([self.shape(item, variables) for item in items])
                return Shape("list", item=item, bound=len(items))
            case Call():
                return self._call(node, variables)
            case Over():
                return self._over(node, variables)

    def _named(self, node: Name | Member, variables: Names) -> Shape:
        path = path_of(node)
        if path is None and isinstance(node, Member):
            return self._member(self.shape(node.of, variables), [node.name], node)
        path = path or node.name
        head, *rest = path.split(".")
        if head in variables:
            return self._member(variables[head], rest, node)
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            declared = self._names.get(".".join(parts[:length]))
            if declared is not None:
                return self._member(declared, parts[length:], node)
        _refuse(f"unknown name {path}{_hint(path, self._names)}", node)

    def _member(self, of: Shape, path: list[str], node: Node) -> Shape:
        for name in path:
            if of.kind == "any" or (of.kind == "record" and of.members is None):
                return ANY
            if of.members is None or name not in of.members:
                _refuse(f"a {of.kind} has no {name}{_hint(name, of.members or ())}", node)
            of = of.members[name]
        return of

    def _common(self, shapes: list[Shape]) -> Shape:
        if not shapes:
            return ANY
        kinds = {shape.kind for shape in shapes}
        kind = kinds.pop() if len(kinds) == 1 else "any"
        bound = max(bound_of(shape) for shape in shapes) if kind in {"list", "any"} else None
        item = self._common([shape.item or ANY for shape in shapes]) if kind == "list" else None
        return Shape(kind, item=item, members=self._common_members(shapes) if kind == "record" else None, bound=bound)

    def _common_members(self, shapes: list[Shape]) -> Names | None:
        members = [shape.members for shape in shapes if shape.members is not None]
        if len(members) < len(shapes):
            return None
        shared = set(members[0]).intersection(*members[1:])
        return {name: self._common([of[name] for of in members]) for name in sorted(shared)}

    def _over(self, node: Over, variables: Names) -> Shape:
        source = self.shape(node.list, variables)
        self._want(source, {"list"}, node.list)
        body = self.shape(node.body, {**variables, node.variable: source.item or ANY})
        if node.macro == "map":
            return Shape("list", item=body, bound=bound_of(source))
        self._want(body, {"bool"}, node.body)
        return source if node.macro == "filter" else BOOL

    def _want(self, shape: Shape, kinds: Collection[str], node: Node) -> None:
        if shape.kind != "any" and shape.kind not in kinds:
            _refuse(f"a {shape.kind} where {' or '.join(sorted(kinds))} is needed", node)

    def _call(self, node: Call, variables: Names) -> Shape:
        function, arguments = node.function, node.arguments
        shapes = [self.shape(argument, variables) for argument in arguments]
        if function in {"_&&_", "_||_"}:
            for shape, argument in zip(shapes, arguments, strict=True):
                self._want(shape, {"bool"}, argument)
            return BOOL
        if function == "_?_:_":
            self._want(shapes[0], {"bool"}, arguments[0])
            return self._common(shapes[1:])
        if function in {"_==_", "_!=_"}:
            self._alike(node, shapes)
            return BOOL
        if function in {"_<_", "_<=_", "_>_", "_>=_"}:
            for shape, argument in zip(shapes, arguments, strict=True):
                self._want(shape, ORDERED, argument)
            self._alike(node, shapes)
            return BOOL
        if function == "_in_":
            self._want(shapes[1], {"list"}, arguments[1])
            self._among(node, shapes)
            return BOOL
        if function == "_+_":
            self._want(shapes[0], {"int", "str", "list"}, arguments[0])
            self._alike(node, shapes)
            return self._joined(shapes)
        if function in {"_-_", "_*_", "_/_", "_%_"}:
            for shape, argument in zip(shapes, arguments, strict=True):
                self._want(shape, NUMBERS, argument)
            return INT
        for shape, wanted, argument in zip(shapes, _KINDS_WANTED.get(function, ()), arguments, strict=False):
            self._want(shape, {wanted}, argument)
        if function in {"size", "contains"}:
            self._want(shapes[0], {"str", "list"}, arguments[0])
        if function == "sum":
            self._want(shapes[0].item or ANY, NUMBERS, arguments[0])
        if function == "date":
            self._want(shapes[0], {"str", "date"}, arguments[0])
        return _RESULTS[function]

    def _joined(self, shapes: list[Shape]) -> Shape:
        whole = self._common(shapes)
        kind = next((shape.kind for shape in shapes if shape.kind != "any"), "any")
        return replace(whole, kind=kind, bound=sum(bound_of(shape) for shape in shapes))

    def _alike(self, node: Call, shapes: list[Shape]) -> None:
        left, right = shapes
        if "any" not in (left.kind, right.kind) and left.kind != right.kind:
            _refuse(f"a {left.kind} and a {right.kind} are never alike", node)
        self._options(node, left, [node.arguments[1]])
        self._options(node, right, [node.arguments[0]])

    def _among(self, node: Call, shapes: list[Shape]) -> None:
        item, whole = shapes[0], shapes[1].item or ANY
        if "any" not in (item.kind, whole.kind) and item.kind != whole.kind:
            _refuse(f"a {item.kind} is never in a list of {whole.kind}", node)
        listed = node.arguments[1]
        self._options(node, item, listed.items if isinstance(listed, Items) else ())
        self._options(node, whole, [node.arguments[0]])

    def _options(self, node: Call, shape: Shape, others: Collection[Node]) -> None:
        words = [other.value for other in others if isinstance(other, Literal) and isinstance(other.value, str)]
        for word in words:
            if shape.options is not None and word not in shape.options:
                _refuse(f"{word!r} is no option{_hint(word, shape.options)}", node)
