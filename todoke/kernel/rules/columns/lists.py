"""Lists of many rows: counting, keeping and going through their items."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from todoke.kernel.rules.columns import integers
from todoke.kernel.rules.columns.joining import alike, joined
from todoke.kernel.rules.columns.masks import NO, YES, Mask, both, either, never, picked
from todoke.kernel.rules.columns.values import (
    Column,
    Index,
    Lists,
    Numbers,
    Truth,
    Value,
    spread,
    take,
)

MOST_IN_32_BITS = 2**31
CHUNK = 250_000
"""Rows, or items, that are worked on at a time: they stay near the processor."""


def _window(lists: Lists) -> tuple[int, int, Numbers]:
    """The first item of any list, the one after the last, and the starts counted from there."""
    if not len(lists.starts):
        return 0, 0, lists.starts
    first = int(lists.starts.min())
    return first, int((lists.starts + lists.lengths).max()), (lists.starts - first).astype(np.intp)


def _running(mask: Mask) -> Numbers:
    before = np.zeros(len(mask) + 1, np.int32 if len(mask) < MOST_IN_32_BITS else np.int64)
    np.cumsum(mask, out=before[1:], dtype=before.dtype)
    return before


def counts(mask: Mask, lists: Lists) -> Numbers:
    """How many items of each list are in ``mask``."""
    if len(mask) == 1 and lists.count != 1:
        return lists.lengths * mask
    first, last, starts = _window(lists)
    return _in_runs(_running(mask[first:last]), starts, lists.lengths)


def _in_runs(before: Numbers, starts: Numbers, lengths: Numbers) -> Numbers:
    """What runs come to, from running totals that have one element more than there are items."""
    ends = starts + lengths
    if np.array_equal(ends[:-1], starts[1:]):
        return np.diff(before.take(starts, mode="wrap"), append=before.take(ends[-1:], mode="wrap"))
    return np.asarray(before.take(ends, mode="wrap") - before.take(starts, mode="wrap"))


def any_in(mask: Mask, lists: Lists) -> Mask:
    """Whether a list has an item in ``mask``."""
    if never(mask):
        return NO
    return counts(mask, lists) > 0


def decided(lists: Lists, body: Truth, *, by: bool) -> Truth:
    """exists (``by`` true) and all (``by`` false): one item decides; else one that is not known leaves it open."""
    deciding = both(any_in(body.true if by else body.false, lists), lists.known)
    unsure = either(any_in(~body.known, lists), ~lists.known)
    failed = picked(lists.known, any_in(body.failed, lists), lists.failed)
    failed = failed if never(failed) else both(failed, ~deciding)
    other = both(~deciding, ~unsure)
    return Truth(deciding, other, failed) if by else Truth(other, deciding, failed)


def mapped(lists: Lists, body: Value) -> Lists:
    """Known where all items are."""
    whole = _whole(lists, body)
    return replace(whole, items=spread(body, lists.count))


def filtered(lists: Lists, body: Truth) -> Lists:
    """The items for which it is true; known where it is for all items."""
    whole = _whole(lists, body)
    first, last, starts = _window(lists)
    true = np.broadcast_to(body.true, (lists.count,))[first:last]
    before = _running(true)
    begin = before[starts]
    kept = first + np.flatnonzero(true)
    return Lists(
        begin, before[starts + lists.lengths] - begin, take(lists.items, kept), len(kept), whole.known, whole.failed
    )


def _whole(lists: Lists, body: Value) -> Lists:
    known = both(lists.known, ~any_in(~body.known, lists))
    return lists.where_known(known, picked(lists.known, any_in(body.failed, lists), lists.failed))


def summed(lists: Lists) -> Column:
    """The sum of ints; 0 for an empty list."""
    result: Numbers = np.zeros(1, np.int64)
    if lists.items.kind == "int":
        first, last, starts = _window(lists)
        values = spread(lists.items, lists.count).arrays()[0]
        result, beyond = integers.sums(values[first:last], starts, lists.lengths)
    else:
        beyond = lists.lengths > 0
    return Column("int", result, both(lists.known, ~beyond), picked(lists.known, beyond, lists.failed))


def parents_and_items(lists: Lists, first: int, last: int) -> tuple[Index, Index]:
    """For each item of the lists from row ``first`` to before ``last``: its row, and the item's number."""
    lengths = lists.lengths[first:last]
    before = np.cumsum(lengths) - lengths
    parents = np.repeat(np.arange(len(lengths)), lengths)
    return parents + first, np.arange(len(parents)) + (lists.starts[first:last] - before)[parents]


def pieces(lengths: Numbers) -> list[tuple[int, int]]:
    """Ranges of rows whose lists have some CHUNK items together, or one row with more."""
    ends = np.cumsum(lengths)
    if not len(ends) or ends[-1] <= CHUNK:
        return [(0, len(ends))]
    ranges, first = [], 0
    while first < len(ends):
        before = ends[first - 1] if first else 0
        last = max(first + 1, int(np.searchsorted(ends, before + CHUNK, side="right")))
        ranges.append((first, last))
        first = last
    return ranges


def literal(items: Sequence[Value], size: int) -> Lists:
    """``[a, b]`` in each row. Raises DifferentKindsError."""
    known, failed = YES, NO
    for item in items:
        known, failed = both(known, item.known), either(failed, item.failed)
    whole = joined(items, [size] * len(items)) if len(items) > 1 else spread(items[0], size)
    order = np.arange(len(items) * size).reshape(len(items), size).T.ravel()
    starts = np.arange(size) * len(items)
    return Lists(starts, np.full(size, len(items)), take(whole, order), len(order), known, failed)


def added(left: Lists, right: Lists, size: int) -> Lists:
    """One list after the other. Raises DifferentKindsError."""
    same = [spread(value, size) for value in alike([left, right])]
    left, right = [value for value in same if isinstance(value, Lists)]
    known = both(left.known, right.known)
    lengths = np.where(known, left.lengths + right.lengths, 0)
    starts = np.cumsum(lengths) - lengths
    count = int(lengths.sum())
    row = np.repeat(np.arange(size), lengths)
    place = np.arange(count) - starts[row]
    second = place >= left.lengths[row]
    index = np.where(second, right.starts[row] + place - left.lengths[row], left.starts[row] + place)
    return Lists(starts, lengths, take(left.items, index), count, known, either(left.failed, right.failed))


def all_of_runs(mask: Mask, lengths: Numbers) -> Mask:
    """Whether each run of ``lengths``, one after another, is all in ``mask``."""
    before = _running(~mask)
    ends = np.cumsum(lengths)
    return np.asarray(before[ends] == before[ends - lengths])
