"""The walk over a tree for all rows of a frame at once.

Every part is worked out on the smallest table that has all that it names: an age of children on the children, once,
though their parents and siblings all ask for it; only then it is fetched for who asks. Where a part compares a child
with its siblings or its parent, there is a row for each pair, and no more of them at a time than CHUNK.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from todoke.kernel.rules.columns import lists as of_lists
from todoke.kernel.rules.columns.equality import equal
from todoke.kernel.rules.columns.errors import refuse
from todoke.kernel.rules.columns.frame import Frame, Link, member_of
from todoke.kernel.rules.columns.functions import FUNCTIONS, as_truth, impossible, joint
from todoke.kernel.rules.columns.joining import DifferentKindsError, chosen, joined
from todoke.kernel.rules.columns.lists import CHUNK, parents_and_items, pieces
from todoke.kernel.rules.columns.masks import NO, YES, both, either, never
from todoke.kernel.rules.columns.uses import Uses
from todoke.kernel.rules.columns.values import (
    ZERO,
    Index,
    Lists,
    Records,
    Truth,
    Value,
    constant,
    nothing,
    part,
    spread,
    take,
    truth,
)
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over, path_of

MOST_ROWS = 200_000_000
"""Pairs, or triples, that one rule may go through."""


def evaluate_columns(tree: Node, frame: Frame, today: date) -> Value:
    """The rule's value for every row of ``frame``: a Truth for a bool, else a Column (Lists, Records).

    It is what the interpreter gives row by row. Raises ColumnsError for a rule with values of several kinds in one
    place, and for one that would go through more than MOST_ROWS pairs.
    """
    return spread(_Evaluation(tree, today).on_frame(frame, None, tree), frame.size)


@dataclass(eq=False)
class _Rows:
    """Rows with what a name stands for on them: the variable of a macro, or (None) the facts themselves."""

    size: int
    variable: str | None
    item: Value
    outer: "_Rows | None" = None
    parents: Index | None = None
    """The row of ``outer`` that each belongs to."""

    settled: bool = False
    """Whether this is where the item's own table is worked on."""

    values: dict[int, Value] = field(default_factory=dict)


class _Evaluation:
    def __init__(self, tree: Node, today: date) -> None:
        self._uses, self._today, self._rows = Uses(tree), today, 0
        self._done: dict[tuple[int, str | None, int], Value] = {}
        self._lasting: dict[int, Value] = {}

    def on_frame(self, frame: Frame, variable: str | None, node: Node) -> Value:
        """For all rows of a frame, once, whoever asks."""
        if path_of(node):
            return self.value(node, _Rows(frame.size, variable, Records(frame), settled=True))
        key = id(frame), variable, self._uses.number(node)
        if key not in self._done:
            self._done[key] = self._in_chunks(frame, variable, node)
        return self._done[key]

    def _in_chunks(self, frame: Frame, variable: str | None, node: Node) -> Value:
        self._lasting |= {id(value.items): value.items for value in frame.columns.values() if isinstance(value, Lists)}
        chunks = [(start, min(start + CHUNK, frame.size)) for start in range(0, frame.size, CHUNK)] or [(0, 0)]
        values = []
        for start, end in chunks:
            piece = frame if len(chunks) == 1 else frame.part(start, end)
            rows = _Rows(end - start, variable, Records(piece), settled=True)
            values.append(self.value(node, rows))
        return self._joined(values, [end - start for start, end in chunks], node)

    def _joined(self, values: list[Value], sizes: list[int], node: Node) -> Value:
        try:
            return joined(values, sizes)
        except DifferentKindsError as error:
            refuse(str(error), node)

    def value(self, node: Node, rows: _Rows) -> Value:
        """On these rows."""
        number = self._uses.number(node)
        if number in rows.values:
            return rows.values[number]
        names = self._uses.names(node)
        if names and rows.outer is not None and rows.parents is not None and not _of(rows.variable, names):
            rows.outer.values[number] = outside = self.value(node, rows.outer)
            return take(outside, rows.parents)
        value = self._on_smaller_table(node, rows, names) or self._computed(node, rows)
        if self._uses.repeated(node):
            rows.values[number] = value
        return value

    def _on_smaller_table(self, node: Node, rows: _Rows, names: frozenset[str]) -> Value | None:
        record = rows.item
        plain = not names or path_of(node) is not None
        if plain or not isinstance(record, Records) or any(not _of(rows.variable, {name}) for name in names):
            return None
        if not rows.settled:
            value = self.on_frame(record.frame, rows.variable, node)
            return value if record.index is None else take(value, record.index)
        link = record.frame.link_of(names if rows.variable is None else {name.partition(".")[2] for name in names})
        return self._through(link, rows.variable, node) if link else None

    def _through(self, link: Link, variable: str | None, node: Node) -> Value:
        there = np.asarray(link.index >= 0)
        if there.all() and link.frame.size:
            return take(self.on_frame(link.frame, variable, node), link.index)
        nowhere = self.value(node, _Rows(1, variable, Records(Frame(1, {})), settled=True))
        if not link.frame.size:
            return nowhere
        value = take(self.on_frame(link.frame, variable, node), np.where(there, link.index, 0))
        return self._chosen(Truth(there, ~there), value, nowhere, node)

    def _chosen(self, condition: Truth, then: Value, otherwise: Value, node: Node) -> Value:
        try:
            return chosen(condition, then, otherwise)
        except DifferentKindsError as error:
            refuse(str(error), node)

    def _computed(self, node: Node, rows: _Rows) -> Value:
        match node:
            case Literal(value):
                return constant(value)
            case Name(name):
                return rows.item if name == rows.variable else _member(rows.item, name)
            case Member(of, name):
                return _member(self.value(of, rows), name)
            case Items(items):
                return self._list([self.value(item, rows) for item in items], rows.size, node)
            case Call():
                return self._called(node, rows)
            case Over():
                return self._over(node, rows)

    def _list(self, items: list[Value], size: int, node: Node) -> Value:
        if not items:
            return Lists(ZERO, ZERO, nothing(), 0)
        constants = all(len(array) == 1 for item in items for array in item.arrays())
        try:
            return of_lists.literal(items, 1 if constants else size)
        except DifferentKindsError as error:
            refuse(str(error), node)

    def _called(self, node: Call, rows: _Rows) -> Value:
        function, arguments = node.function, node.arguments
        if function == "today":
            return constant(self._today)
        if function == "_in_" and isinstance(arguments[1], Items):
            return self._among(arguments[0], arguments[1], rows)
        values = [self.value(argument, rows) for argument in arguments]
        if function in {"_&&_", "_||_"}:
            return _logic([as_truth(value) for value in values], by=function == "_||_")
        if function == "_?_:_":
            return self._chosen(as_truth(values[0]), values[1], values[2], node)
        if function == "known":
            known = either(values[0].known, values[0].failed)
            return Truth(known, ~known)
        if function not in FUNCTIONS:
            refuse(f"columns have no {function}", node)
        try:
            return FUNCTIONS[function](*values, rows.size)
        except DifferentKindsError as error:
            refuse(str(error), node)

    def _among(self, item: Node, listed: Items, rows: _Rows) -> Value:
        """The listed may be of several kinds here."""
        sought, *values = [self.value(each, rows) for each in (item, *listed.items)]
        found = NO
        for value in values:
            found = either(found, equal(sought, value, rows.size))
        return truth(found, *joint(sought, *values))

    def _over(self, node: Over, rows: _Rows) -> Value:
        lists = self.value(node.list, rows)
        if not isinstance(lists, Lists):
            return impossible(lists)
        if node.bound is not None:
            lists = of_lists.within(lists, node.bound)
        if all(_of(node.variable, {name}) for name in self._uses.names(node.body)):
            return _reduced(node.macro, lists, self._on_items(lists, node))
        lists = spread(lists, rows.size)
        lengths = np.where(lists.known, lists.lengths, 0)
        self._rows += int(lengths.sum())
        if self._rows > MOST_ROWS:
            refuse(f"more than {MOST_ROWS:,} rows to go through", node.list)
        ranges = pieces(lengths)
        done = [self._over_piece(node, rows, replace(lists, lengths=lengths), *ends) for ends in ranges]
        return self._joined(done, [end - start for start, end in ranges], node.body)

    def _over_piece(self, node: Over, rows: _Rows, lists: Lists, start: int, end: int) -> Value:
        parents, items = parents_and_items(lists, start, end)
        inner = _Rows(len(parents), node.variable, take(lists.items, items), rows, parents)
        lengths = lists.lengths[start:end]
        own = replace(part(lists, start, end), starts=np.cumsum(lengths) - lengths, items=inner.item, count=inner.size)
        return _reduced(node.macro, own, self.value(node.body, inner))

    def _on_items(self, lists: Lists, node: Over) -> Value:
        items = lists.items
        if isinstance(items, Records):
            value = self.on_frame(items.frame, node.variable, node.body)
            return value if items.index is None else take(value, items.index)
        key = id(items), node.variable, self._uses.number(node.body)
        value = self._done.get(key) or self.value(node.body, _Rows(lists.count, node.variable, items, settled=True))
        if id(items) in self._lasting:
            self._done[key] = value
        return value


def _of(variable: str | None, names: Collection[str]) -> bool:
    """Whether any of the names is the variable's; all are the facts'."""
    return variable is None or any(name.partition(".")[0] == variable for name in names)


def _member(whole: Value, name: str) -> Value:
    return member_of(whole, name) if isinstance(whole, Records) else impossible(whole)


def _logic(values: list[Truth], *, by: bool) -> Truth:
    """``||`` (``by`` true) and ``&&`` (``by`` false)."""
    deciding, other, failed = NO, YES, NO
    for value in values:
        decides, leaves = (value.true, value.false) if by else (value.false, value.true)
        deciding, other = either(deciding, decides), both(other, leaves)
        failed = either(failed, value.failed)
    failed = failed if never(failed) else both(failed, ~deciding)
    return Truth(deciding, other, failed) if by else Truth(other, deciding, failed)


def _reduced(macro: str, lists: Lists, body: Value) -> Value:
    match macro:
        case "map":
            return of_lists.mapped(lists, body)
        case "filter":
            return of_lists.filtered(lists, as_truth(body))
    return of_lists.decided(lists, as_truth(body), by=macro == "exists")
