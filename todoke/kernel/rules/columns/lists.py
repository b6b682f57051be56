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


class Runs:
    """Where the items of lists lie, from the first item of any to the last."""

    def __init__(self, lists: Lists) -> None:
        starts, ends = lists.starts, lists.starts + lists.lengths
        self.first, self.last = (int(starts.min()), int(ends.max())) if len(starts) else (0, 0)
        self.starts = (starts - self.first).astype(np.intp, copy=False)
        self.ends = (ends - self.first).astype(np.intp, copy=False)
        self._bounds = None
        if np.array_equal(ends[:-1], starts[1:]):
            self._bounds = np.append(self.starts, self.ends[-1:])

    def sums(self, before: Numbers) -> Numbers:
        """What each list comes to, from running totals that have one element more than there are items."""
        if self._bounds is None:
            return np.asarray(before.take(self.ends) - before.take(self.starts))
        at = before.take(self._bounds)
        return np.asarray(at[1:] - at[:-1])

    def counts(self, mask: Mask) -> Numbers:
        """How many items of each list are in ``mask``, which has an element for each item that there is."""
        return self.sums(running(mask[self.first : self.last]))


def running(mask: Mask) -> Numbers:
    """Running totals, from 0 on."""
    before = np.zeros(len(mask) + 1, np.int32 if len(mask) < MOST_IN_32_BITS else np.int64)
    np.cumsum(mask, out=before[1:], dtype=before.dtype)
    return before


def any_in(mask: Mask, lists: Lists, runs: Runs) -> Mask:
    """Whether a list has an item in ``mask``."""
    if never(mask):
        return NO
    if len(mask) == 1 and lists.count != 1:
        return lists.lengths > 0
    return runs.counts(mask) > 0


def decided(lists: Lists, body: Truth, *, by: bool) -> Truth:
    """exists (``by`` true) and all (``by`` false): one item decides; else one that is not known leaves it open."""
    runs = Runs(lists)
    deciding = both(any_in(body.true if by else body.false, lists, runs), lists.known)
    unsure = either(any_in(~body.known, lists, runs), ~lists.known)
    failed = picked(lists.known, any_in(body.failed, lists, runs), lists.failed)
    failed = failed if never(failed) else both(failed, ~deciding)
    other = both(~deciding, ~unsure)
    return Truth(deciding, other, failed) if by else Truth(other, deciding, failed)


def within(lists: Lists, bound: int) -> Lists:
    """Longer lists than ``bound`` could not be worked out."""
    beyond = lists.lengths > bound
    if not beyond.any():
        return lists
    return lists.where_known(~beyond, either(lists.failed, both(lists.known, beyond)))


def mapped(lists: Lists, body: Value) -> Lists:
    """Known where all items are."""
    whole = _whole(lists, body, Runs(lists))
    return replace(whole, items=spread(body, lists.count))


def filtered(lists: Lists, body: Truth) -> Lists:
    """The items for which it is true; known where it is for all items."""
    runs = Runs(lists)
    whole = _whole(lists, body, runs)
    true = np.broadcast_to(body.true, (lists.count,))[runs.first : runs.last]
    before = running(true)
    kept = runs.first + np.flatnonzero(true)
    items = take(lists.items, kept)
    return Lists(before.take(runs.starts), runs.sums(before), items, len(kept), whole.known, whole.failed)


def _whole(lists: Lists, body: Value, runs: Runs) -> Lists:
    known = both(lists.known, ~any_in(~body.known, lists, runs))
    return lists.where_known(known, picked(lists.known, any_in(body.failed, lists, runs), lists.failed))


def summed(lists: Lists) -> Column:
    """The sum of ints; 0 for an empty list."""
    result: Numbers = np.zeros(1, np.int64)
    if lists.items.kind == "int":
        runs = Runs(lists)
        values = spread(lists.items, lists.count).arrays()[0]
        result, beyond = integers.sums(values[runs.first : runs.last], runs.starts, lists.lengths)
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
    before = running(~mask)
    ends = np.cumsum(lengths)
    return np.asarray(before[ends] == before[ends - lengths])
