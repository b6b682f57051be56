"""Whether values of many rows are equal, and whether a list holds one."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from todoke.kernel.rules.columns import strings
from todoke.kernel.rules.columns.frame import Frame, member_of
from todoke.kernel.rules.columns.lists import all_of_runs, parents_and_items, pieces
from todoke.kernel.rules.columns.masks import NO, YES, Mask, both, either
from todoke.kernel.rules.columns.values import (
    Column,
    Lists,
    Records,
    Truth,
    Value,
    spread,
    take,
)

Compare: TypeAlias = Callable[[Value, Value, int], Mask]


def equal(left: Value, right: Value, size: int) -> Mask:
    """``==`` where both are known; values of different kinds are never equal."""
    if left.kind != right.kind:
        return NO
    match left, right:
        case (Truth(), Truth()):
            return np.asarray(left.true == right.true)
        case (Column(kind="str"), Column()):
            return strings.same(left, right)
        case (Column(kind="null"), Column()):
            return YES
        case (Column(), Column()):
            return np.asarray(left.values == right.values)
        case (Records(), Records()):
            return _equal_records(spread(left, size), spread(right, size), size)
        case (Lists(), Lists()):
            return _equal_lists(spread(left, size), spread(right, size), size)
    return NO


def alike_inside(left: Value, right: Value, size: int) -> Mask:
    """As ``equal``, but within lists and records, where Python takes true for 1."""
    return equal(_counted(left, right), _counted(right, left), size)


def _counted(value: Value, other: Value) -> Value:
    if isinstance(value, Truth) and other.kind == "int":
        return Column("int", value.true.astype(np.int64))
    return value


def _equal_records(left: Records, right: Records, size: int) -> Mask:
    if left.frame is right.frame and left.within == right.within:
        same = left.arrays()[0] == right.arrays()[0]
        if same.all():
            return np.asarray(same)
    result = YES
    for name in _names(left) | _names(right):
        one, other = member_of(left, name), member_of(right, name)
        same = both(both(one.known, other.known), alike_inside(one, other, size))
        result = both(result, either(same, ~either(one.known, other.known)))
    return result


def _names(record: Records) -> set[str]:
    return {name.removeprefix(record.within) for name in all_names(record.frame) if name.startswith(record.within)}


def all_names(frame: Frame) -> set[str]:
    """The columns of a frame and of its links."""
    return set(frame.columns).union(*(all_names(link.frame) for link in frame.links))


def _equal_lists(left: Lists, right: Lists, size: int) -> Mask:
    lengths = np.where(both(left.known, right.known) & (left.lengths == right.lengths), left.lengths, 0)
    row = np.repeat(np.arange(size), lengths)
    place = np.arange(len(row)) - (np.cumsum(lengths) - lengths)[row]
    items = take(left.items, left.starts[row] + place), take(right.items, right.starts[row] + place)
    same = np.broadcast_to(alike_inside(*items, len(row)), (len(row),))
    return np.asarray((left.lengths == right.lengths) & all_of_runs(same, lengths))


def among(item: Value, lists: Lists, size: int, compare: Compare = equal) -> Mask:
    """Whether the list of each row holds the row's item, by ``compare``."""
    item, lists = spread(item, size), spread(lists, size)
    lengths = np.where(both(lists.known, item.known), lists.lengths, 0)
    lists = Lists(lists.starts, lengths, lists.items, lists.count)
    found: Mask = np.zeros(size, bool)
    for first, last in pieces(lengths):
        rows, items = parents_and_items(lists, first, last)
        same = np.broadcast_to(compare(take(item, rows), take(lists.items, items), len(rows)), (len(rows),))
        found[rows[same]] = True
    return found
