"""What the reader calls the facts of a rule, and what kind of values they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from todoke.kernel.rules.check import ANY
from todoke.kernel.rules.check import Names as Shapes
from todoke.kernel.rules.interpreter import evaluate
from todoke.kernel.rules.python_source import parts_of
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over

Label = Callable[[str], str]
"""A fact's name in the reader's language; members of a list's items as ``household.children.birth_date``."""

Say = Callable[[str, Any], str | None]
"""A fact's value in words (``address.municipality``, ``"04202"``: 石巻市); None for as it stands."""

Unit = Callable[[str], str | None]
"""What a fact's number counts, in the reader's language: 円, 時間; None for nothing."""

_INTS = frozenset({"size", "age_on", "days_between", "sum", "_-_", "_*_", "_/_", "_%_", "-_"})
_DATES = frozenset({"date", "today", "first_school_day", "plus_years", "end_of_month", "fiscal_year_end_of_age"})
_PEOPLE = ("さん", "人", "方", "者", "員", "子", "児", "親", "家族", "ども", "生")


@dataclass(frozen=True)
class Scope:
    """Where a part of a rule stands: the variables of the macros around it, and which facts their items are."""

    items: Mapping[str, str | None] = field(default_factory=dict)
    inner: str = ""
    twice: frozenset[str] = frozenset()
    """Names that stand for a member of an item and might be read as the person's own."""


def in_japanese() -> bool:
    return (get_language() or "ja").startswith("ja")


def path_in(node: Node, scope: Scope) -> str | None:
    """``a.b.c`` of a name, where variables stand for the items of their lists."""
    match node:
        case Name(name):
            return scope.items.get(name, name)
        case Member(of, name):
            above = path_in(of, scope)
            return f"{above}.{name}" if above else name
        case Call("date", (inner,)):
            return path_in(inner, scope)
    return None


def head_of(node: Node) -> str | None:
    """The name that a path begins with."""
    while isinstance(node, Member):
        node = node.of
    return node.name if isinstance(node, Name) else None


def size_of(node: Node) -> int:
    """How many nodes there are from this one down."""
    return 1 + sum(size_of(part) for part in parts_of(node))


def facts_in(node: Node, variables: frozenset[str] = frozenset()) -> list[str]:
    """The facts that a part of a rule uses, in order; for items of a list, the list."""
    match node:
        case Name() | Member() if head_of(node) is not None:
            path = path_in(node, Scope())
            return [] if head_of(node) in variables or path is None else [path]
        case Over():
            inner = facts_in(node.body, variables | {node.variable})
            return list(dict.fromkeys([*facts_in(node.list, variables), *inner]))
    return list(dict.fromkeys(path for part in parts_of(node) for path in facts_in(part, variables)))


class Names:
    """The facts of one person, as their reader calls them."""

    def __init__(
        self,
        facts: Mapping[str, Any],
        today: date,
        label: Label,
        say: Say | None = None,
        unit: Unit | None = None,
        names: Shapes | None = None,
    ) -> None:
        self.facts, self.today = facts, today
        self._label, self.say, self.unit = label, say or (lambda _path, _value: None), unit or (lambda _path: None)
        self._names = names or {}

    def value(self, node: Node) -> Any:
        return evaluate(node, self.facts, self.today)

    def label(self, path: str) -> str:
        """As it stands within a sentence: English labels begin small there."""
        label = self._label(path)
        small = not in_japanese() and label[1:2].islower()
        return label[:1].lower() + label[1:] if small else label

    def list_path(self, node: Node, scope: Scope) -> str | None:
        """The fact that the items of a list come from."""
        match node:
            case Name() | Member():
                return path_in(node, scope)
            case Over("filter", source):
                return self.list_path(source, scope)
            case Over("map"):
                return path_in(node.body, self.within(node, scope))
            case Call("_+_", (first, _)) | Call("_?_:_", (_, first, _)):
                return self.list_path(first, scope)
        return None

    def within(self, node: Over, scope: Scope) -> Scope:
        """The scope of a macro's body."""
        items = {**scope.items, node.variable: self.list_path(node.list, scope)}
        members = {member.name for member in _members(node.body) if head_of(member) in items}
        return Scope(items, node.variable, frozenset(members))

    def are_people(self, node: Node, scope: Scope) -> bool:
        """Japanese counts and places people otherwise than things."""
        path = self.list_path(node, scope)
        return path is not None and (path.endswith("children") or self._label(path).endswith(_PEOPLE))

    def kind(self, node: Node, scope: Scope) -> str:
        """int, str, date, bool, list or record; any where neither the rule nor the facts tell."""
        match node:
            case Literal(value):
                return type(value).__name__
            case Items():
                return "list"
            case Over(macro):
                return "bool" if macro in {"exists", "all"} else "list"
            case Call("_+_" | "_?_:_", arguments):
                kinds = [self.kind(argument, scope) for argument in arguments[-2:]]
                return kinds[0] if kinds[0] != "any" else kinds[1]
            case Call(function):
                return "int" if function in _INTS else "date" if function in _DATES else "bool"
        path = path_in(node, scope)
        if path is None:
            return "any"
        declared = self._declared(path)
        return declared if declared != "any" else _kind_of(self._sample(path))

    def _declared(self, path: str) -> str:
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            shape = self._names.get(".".join(parts[:length]))
            if shape is None:
                continue
            for name in parts[length:]:
                shape = shape.item or shape
                shape = (shape.members or {}).get(name, ANY)
            return shape.kind
        return "any"

    def _sample(self, path: str) -> Any:
        whole: Any = self.facts
        for name in path.split("."):
            whole = next(iter(whole), None) if isinstance(whole, list) else whole
            whole = whole.get(name) if isinstance(whole, Mapping) else None
        return whole

    def is_age(self, node: Node, scope: Scope) -> bool:
        if isinstance(node, Call):
            return node.function == "age_on"
        return isinstance(node, Name | Member) and (path_in(node, scope) or "").split(".")[-1] == "age"

    def age_label(self, birth: Node, scope: Scope) -> str | None:
        """年齢 for 生年月日, お母さんの年齢 for お母さんの生年月日; None where the date is called otherwise."""
        path = path_in(birth, scope)
        if path is None:
            return None
        called = self.label(path)
        for born in (_("生年月日"), _("生まれた日"), _("誕生日")):
            at = called.lower().find(born.lower())
            if at >= 0:
                return called[:at] + _("年齢").lower() + called[at + len(born) :]
        return None


def _kind_of(value: Any) -> str:
    for kind, of in (("bool", bool), ("int", int), ("str", str), ("date", date), ("list", list), ("record", Mapping)):
        if isinstance(value, of):
            return kind
    return "any"


def _members(node: Node) -> list[Member]:
    own = [node] if isinstance(node, Member) else []
    return own + [member for part in parts_of(node) for member in _members(part)]
