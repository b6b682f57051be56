"""A rule as the condition of a query: the rows for which it is certainly true.

What is not known is NULL. A part that is a truth is said twice, as certainly true and as certainly false, so that
EXISTS, which knows no third value, never takes the unknown for false. Whole numbers are worked out as numeric and
become NULL beyond 64 bits, and so do divisions by zero: no row ends the query with an error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NoReturn

from psycopg.sql import SQL, Composable, Identifier, Placeholder
from psycopg.sql import Literal as Constant

from todoke.kernel.rules.errors import RuleError
from todoke.kernel.rules.functions import day_of
from todoke.kernel.rules.sql_functions import (
    ADDED_TEXT,
    FALSE,
    SIGNS,
    TEXT_TESTS,
    TRUE,
    TRUTHS,
    VALUES,
    all_of,
    any_of,
    checked,
    filled,
    negated,
)
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over, path_of

MOST_PARTS = 5_000
"""Truths are said twice, so nested conditions grow; more of them is no query."""

TYPES = {"int": SQL("bigint"), "str": SQL("text"), "date": SQL("date"), "bool": SQL("boolean")}


class SqlError(RuleError):
    """A rule that SQL cannot say, with the part of it."""


@dataclass(frozen=True)
class SqlValue:
    """A value (bool, int, str or date) as an expression that is NULL where it is not known."""

    kind: str
    sql: Composable


@dataclass(frozen=True)
class SqlList:
    """A list as a SELECT of its items, a column for each member; ``known`` is true where the list is known.

    The SELECT may name the tables of the query around it, so it qualifies its own columns. A list of values has one
    column, ``item``, and its kind.
    """

    rows: Composable
    members: Mapping[str, str]
    known: Composable = field(default_factory=lambda: TRUE)


Mapped = Mapping[str, SqlValue | SqlList]
"""Dotted names and what they are in the query."""


def where_clause(tree: Node, mapping: Mapped, today: date) -> tuple[Composable, dict[str, Any]]:
    """A condition for WHERE and its named parameters. Raises SqlError for what SQL cannot say."""
    query = _Query(mapping, today, _Written())
    return query.true(tree), query.written.parameters


def _refuse(what: str, node: Node) -> NoReturn:
    match node:
        case Name(_, line, column) | Member(_, _, line, column) | Call(_, _, line, column):
            raise SqlError(f"SQL cannot say {what}", line, column)
    raise SqlError(f"SQL cannot say {what}", 1, 1)


@dataclass(frozen=True)
class _Items:
    """Items of a list on their way: where they come from, which are kept, what is made of each."""

    source: SqlList
    alias: Identifier
    kept: tuple[Composable, ...] = ()
    known: Composable = field(default_factory=lambda: TRUE)
    made: SqlValue | None = None

    def some(self, condition: Composable) -> Composable:
        """Whether there is an item for which the condition is true."""
        return filled("EXISTS (SELECT 1 FROM {} WHERE {})", self.table, all_of(*self.kept, condition))

    def count(self) -> Composable:
        """How many there are; NULL where the list is not known."""
        inner = filled("(SELECT count(*) FROM {} WHERE {})", self.table, all_of(*self.kept))
        return filled("CASE WHEN {} THEN {} END", self.known, inner)

    def sum(self, made: Composable) -> Composable:
        """The sum of what is made of each; NULL where that is not known.

        The inner SELECT keeps the aggregate from going to the query around it where ``made`` names only that one's.
        """
        inner = filled("SELECT ({})::numeric AS a FROM {} WHERE {}", made, self.table, all_of(*self.kept))
        return filled("CASE WHEN {} THEN (SELECT coalesce(sum(a), 0) FROM ({}) AS made) END", self.known, inner)

    @property
    def table(self) -> Composable:
        return filled("({}) AS {}", self.source.rows, self.alias)

    def value(self, member: str) -> SqlValue | None:
        kind = self.source.members.get(member)
        return SqlValue(kind, filled("{}.{}", self.alias, Identifier(member))) if kind else None


@dataclass
class _Written:
    parameters: dict[str, Any] = field(default_factory=dict)
    parts: int = 0


@dataclass(frozen=True)
class _Query:
    mapping: Mapped
    today: date
    written: _Written
    variables: Mapping[str, _Items] = field(default_factory=dict)

    def true(self, node: Node) -> Composable:
        """A condition that is true exactly where ``node`` is certainly true."""
        return self._certain(node, wanted=True)

    def false(self, node: Node) -> Composable:
        """A condition that is true exactly where ``node`` is certainly false."""
        return self._certain(node, wanted=False)

    def _certain(self, node: Node, *, wanted: bool) -> Composable:
        self._count(node)
        match node:
            case Literal(bool() as constant):
                return TRUE if constant is wanted else FALSE
            case Name() | Member():
                value = self.value(node)
                self._want(value, "bool", node)
                return value.sql if wanted else negated(value.sql)
            case Call(function, parts):
                return self._certain_call(node, function, parts, wanted=wanted)
            case Over("exists" | "all" as macro):
                return self._certain_over(node, decides=macro == "exists", wanted=wanted)
        _refuse("this as a condition", node)

    def _certain_call(self, node: Call, function: str, parts: tuple[Node, ...], *, wanted: bool) -> Composable:
        match function:
            case "!_":
                return self._certain(parts[0], wanted=not wanted)
            case "_&&_" | "_||_":
                each = [self._certain(part, wanted=wanted) for part in parts]
                return all_of(*each) if wanted is (function == "_&&_") else any_of(*each)
            case "_?_:_":
                condition, then, otherwise = parts
                return any_of(
                    all_of(self.true(condition), self._certain(then, wanted=wanted)),
                    all_of(self.false(condition), self._certain(otherwise, wanted=wanted)),
                )
            case "_==_" | "_!=_":
                return self._equal(node, equal=wanted is (function == "_==_"))
            case "_in_":
                return self._in(node, wanted=wanted)
            case "known":
                return filled("({}) IS {} TRUE", self._known(parts[0]), SQL("") if wanted else SQL("NOT"))
        tested = self._test(node, function, parts)
        return tested if wanted else negated(tested)

    def _test(self, node: Call, function: str, parts: tuple[Node, ...]) -> Composable:
        """A test that is NULL where something is not known."""
        if function == "matches_any":
            text, words = self._of_kind("str", parts[0]), self._listed(parts[1])
            found = [filled("strpos({}, {}) > 0", text, self._of_kind("str", word)) for word in words]
            return filled("CASE WHEN {} IS NOT NULL THEN {} END", text, any_of(*found))
        left, right = (self.value(part) for part in parts) if len(parts) == 2 else _refuse(function, node)
        if left.kind != right.kind or left.kind == "bool":
            _refuse(f"{function} of a {left.kind} and a {right.kind}", node)
        if function in SIGNS:
            collation = SQL(' COLLATE "C"') if left.kind == "str" else SQL("")
            return filled("({} {} {}{})", left.sql, SIGNS[function], right.sql, collation)
        if function in TEXT_TESTS and left.kind == "str":
            return filled(TEXT_TESTS[function], left.sql, right.sql)
        _refuse(function, node)

    def _equal(self, node: Call, *, equal: bool) -> Composable:
        left, right = node.arguments
        if self._is_truth(left) and self._is_truth(right):
            same, other = (self.true, self.false) if equal else (self.false, self.true)
            return any_of(all_of(self.true(left), same(right)), all_of(self.false(left), other(right)))
        one, another = self.value(left), self.value(right)
        if one.kind == another.kind:
            return filled("({} {} {})", one.sql, SQL("=" if equal else "<>"), another.sql)
        return all_of(FALSE if equal else TRUE, *(filled("{} IS NOT NULL", value.sql) for value in (one, another)))

    def _is_truth(self, node: Node) -> bool:
        match node:
            case Literal(value):
                return isinstance(value, bool)
            case Name() | Member():
                return self.value(node).kind == "bool"
            case Call("_?_:_", (_, then, _)):
                return self._is_truth(then)
            case Call(function):
                return function in TRUTHS
            case Over(macro):
                return macro in {"exists", "all"}
        return False

    def _in(self, node: Call, *, wanted: bool) -> Composable:
        item, whole = node.arguments
        if isinstance(whole, Items):
            value, others = self.value(item), [self.value(each) for each in whole.items]
            same = [filled("{} = {}", value.sql, other.sql) for other in others if other.kind == value.kind]
            known = [filled("{} IS NOT NULL", each.sql) for each in (value, *others)]
            found = any_of(*same)
            return all_of(*known, found if wanted else negated(found))
        value, items = self.value(item), self._items(whole)
        if items.made is None or items.made.kind != value.kind:
            _refuse("this list of something else", node)
        found = items.some(filled("{} = {}", items.made.sql, value.sql))
        found = found if wanted else negated(found)
        return all_of(filled("{} IS NOT NULL", value.sql), items.known, found)

    def _certain_over(self, node: Over, *, decides: bool, wanted: bool) -> Composable:
        items = self._bounded(node)
        within = self._within(node, items)
        decisive = items.some(within._certain(node.body, wanted=decides))
        if wanted is decides:
            return all_of(items.known, decisive)
        open_or_decisive = filled("({}) IS NOT TRUE", within._certain(node.body, wanted=not decides))
        return all_of(items.known, negated(items.some(open_or_decisive)))

    def _bounded(self, node: Over) -> _Items:
        """A list that is longer than its bound is not known."""
        items = self._items(node.list)
        if node.bound is None:
            return items
        within = filled("{} <= {}", items.count(), Constant(node.bound))
        return replace(items, known=all_of(items.known, within))

    def _within(self, node: Over, items: _Items) -> "_Query":
        self._count(node)
        return _Query(self.mapping, self.today, self.written, {**self.variables, node.variable: items})

    def _items(self, node: Node) -> _Items:
        path = path_of(node)
        source = self.mapping.get(path) if path and path.partition(".")[0] not in self.variables else None
        if isinstance(source, SqlList):
            alias = f"item_{len(self.variables)}_{self._count(node)}"
            items = _Items(source, Identifier(alias), known=source.known)
            item = items.value("item")
            return items if item is None else _Items(source, items.alias, known=source.known, made=item)
        match node:
            case Over("filter" | "map" as macro):
                return self._made(node, macro)
        _refuse("this list", node)

    def _made(self, node: Over, macro: str) -> _Items:
        items = self._bounded(node)
        within = self._within(node, items)
        if macro == "map":
            made = within.value(node.body)
            unsure = items.some(filled("{} IS NULL", made.sql))
            return _Items(items.source, items.alias, items.kept, all_of(items.known, negated(unsure)), made)
        yes, no = within.true(node.body), within.false(node.body)
        unsure = items.some(filled("({}) IS NOT TRUE", any_of(yes, no)))
        return _Items(items.source, items.alias, (*items.kept, yes), all_of(items.known, negated(unsure)), items.made)

    def value(self, node: Node) -> SqlValue:
        """An expression that is NULL where ``node`` is not known."""
        self._count(node)
        match node:
            case Literal(int() | str() as value):
                return self._constant(value)
            case Name() | Member():
                return self._named(node)
            case Call("_?_:_", (condition, then, otherwise)):
                return self._chosen(node, condition, then, otherwise)
            case Call("today"):
                return self._constant(self.today)
            case Call("date", (Literal(str() as text),)):
                return self._day(text)
            case Call("size" | "sum" as function, (part,)):
                return self._total(function, part)
            case Call() | Over() if self._is_truth(node):
                return SqlValue(
                    "bool", filled("CASE WHEN {} THEN TRUE WHEN {} THEN FALSE END", self.true(node), self.false(node))
                )
            case Call(function, parts) if function in VALUES:
                gives, kinds, make = VALUES[function]
                if function == "_+_" and self.value(parts[0]).kind == "str":
                    gives, kinds, make = ADDED_TEXT
                parts_sql = [self._of_kind(kind, part) for kind, part in zip(kinds, parts, strict=True)]
                return SqlValue(gives, make(*parts_sql))
        _refuse("this as a value", node)

    def _constant(self, value: bool | int | str | date) -> SqlValue:
        kind = type(value).__name__
        if isinstance(value, str) and "\0" in value:
            raise SqlError("SQL has no sign of code 0", 1, 1)
        name = f"p{len(self.written.parameters)}"
        self.written.parameters[name] = value
        return SqlValue(kind, filled("{}::{}", Placeholder(name), TYPES[kind]))

    def _day(self, text: str) -> SqlValue:
        try:
            return self._constant(day_of(text))
        except ValueError:
            return SqlValue("date", SQL("NULL::date"))

    def _named(self, node: Name | Member) -> SqlValue:
        path = path_of(node) or ""
        head, _, rest = path.partition(".")
        items = self.variables.get(head)
        if items is None:
            value = self.mapping.get(path)
        else:
            value = items.made if not rest else items.value(rest) if items.made is None else None
        if isinstance(value, SqlValue):
            return value
        _refuse(path or "a member of this", node)

    def _chosen(self, node: Node, condition: Node, then: Node, otherwise: Node) -> SqlValue:
        one, other = self.value(then), self.value(otherwise)
        if one.kind != other.kind:
            _refuse(f"a {one.kind} or a {other.kind}", node)
        choice = (self.true(condition), one.sql, self.false(condition), other.sql)
        return SqlValue(one.kind, filled("CASE WHEN {} THEN {} WHEN {} THEN {} END", *choice))

    def _total(self, function: str, node: Node) -> SqlValue:
        if function == "size" and not self._is_list(node):
            return SqlValue("int", filled("char_length({})", self._of_kind("str", node)))
        items = self._items(node)
        if function == "size":
            return SqlValue("int", items.count())
        if items.made is None or items.made.kind != "int":
            _refuse("a sum of this", node)
        return SqlValue("int", checked(items.sum(items.made.sql)))

    def _is_list(self, node: Node) -> bool:
        return isinstance(node, Over) or isinstance(self.mapping.get(path_of(node) or ""), SqlList)

    def _known(self, node: Node) -> Composable:
        path = path_of(node)
        if path is None:
            _refuse("whether this is known", node)
        listed = self.mapping.get(path)
        if isinstance(listed, SqlList) and path.partition(".")[0] not in self.variables:
            return listed.known
        return filled("{} IS NOT NULL", self.value(node).sql)

    def _listed(self, node: Node) -> tuple[Node, ...]:
        if isinstance(node, Items) and all(isinstance(item, Literal) for item in node.items):
            return node.items
        _refuse("a list that is not written out", node)

    def _of_kind(self, kind: str, node: Node) -> Composable:
        value = self.value(node)
        self._want(value, kind, node)
        return value.sql

    def _want(self, value: SqlValue, kind: str, node: Node) -> None:
        if value.kind != kind:
            _refuse(f"a {value.kind} where {kind} is needed", node)

    def _count(self, node: Node) -> int:
        self.written.parts += 1
        if self.written.parts > MOST_PARTS:
            _refuse(f"more than {MOST_PARTS:,} parts", node)
        return self.written.parts
