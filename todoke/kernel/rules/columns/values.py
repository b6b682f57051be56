"""Values of many rows at once: truths, columns, records of another frame, and lists.

An array is as long as its rows are many, or has one element that stands for all of them: a constant costs nothing.
Where a value is not known, ``failed`` tells what could not be worked out from what is missing; the numbers there mean
nothing, but are of the value's kind.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from todoke.kernel.rules.columns.masks import NO, YES, Mask, both, either

if TYPE_CHECKING:
    from todoke.kernel.rules.columns.frame import Frame

Numbers: TypeAlias = NDArray[Any]
Index: TypeAlias = NDArray[Any]
"""Rows of another table, by number."""

ZERO: Numbers = np.zeros(1, np.int64)
EPOCH = date(1970, 1, 1).toordinal()
T = TypeVar("T", "Truth", "Column", "Records", "Lists", "Value")


class Words:
    """The different strings of a column; a code is the place of one in ``items``. None stands there twice."""

    def __init__(self, items: Iterable[str]) -> None:
        self._items = tuple(items) or ("",)
        self._codes: dict[str, int] | None = None
        self._translations: dict[int, tuple[Words, Numbers]] = {}

    @property
    def items(self) -> tuple[str, ...]:
        """By code."""
        return self._items

    def __len__(self) -> int:
        return len(self._items)

    @property
    def codes(self) -> dict[str, int]:
        """Which code a word has."""
        if self._codes is None:
            self._codes = {word: code for code, word in enumerate(self.items)}
        return self._codes

    def codes_of(self, other: "Words") -> Numbers:
        """For each word of ``other``, its code here; -1 where there is none."""
        if len(other) == 1:
            return np.array([self.codes.get(other.items[0], -1)], np.int32)
        known = self._translations.get(id(other))
        if known is None:
            found = np.fromiter((self.codes.get(word, -1) for word in other.items), np.int32, len(other))
            known = self._translations[id(other)] = other, found
        return known[1]


@dataclass(frozen=True, eq=False)
class Truth:
    """Certainly true, certainly false, or neither."""

    true: Mask
    false: Mask
    failed: Mask = field(default_factory=lambda: NO)
    kind = "bool"

    @property
    def known(self) -> Mask:
        """Where it is one of them."""
        return either(self.true, self.false)

    @cached_property
    def codes(self) -> Numbers:
        """All in one array, so that rows are fetched once: 1 true, 2 false, 4 failed."""
        true, false, failed = (mask.view(np.uint8) for mask in (self.true, self.false, self.failed))
        return true | false << 1 | failed << 2 if len(failed) > 1 else true | false << 1

    def taken(self, index: Index) -> "Truth":
        """The rows of ``index``."""
        if len(self.true) == 1 or len(self.false) == 1:
            return self.of([_taken(array, index) for array in self.arrays()])
        codes = np.take(self.codes, index)
        failed = self.failed if len(self.failed) == 1 else (codes >> 2).view(bool)
        return Truth((codes & 1).view(bool), (codes >> 1 & 1).view(bool), failed)

    def arrays(self) -> tuple[Numbers, ...]:
        """All that has a row for each row."""
        return self.true, self.false, self.failed

    def of(self, arrays: Sequence[Numbers]) -> "Truth":
        """The same with other ``arrays()``."""
        true, false, failed = arrays
        return Truth(true, false, failed)

    def where_known(self, mask: Mask, failed: Mask) -> "Truth":
        """Known only in ``mask``; ``failed`` are rows that could not be worked out."""
        return Truth(both(self.true, mask), both(self.false, mask), failed)


@dataclass(frozen=True, eq=False)
class Column:
    """Ints (64 bits), strings (codes of ``words``), dates (days since 1970), nulls, or nothing that is ever known."""

    kind: str
    values: Numbers
    known: Mask = field(default_factory=lambda: YES)
    failed: Mask = field(default_factory=lambda: NO)
    words: Words | None = None

    def arrays(self) -> tuple[Numbers, ...]:
        """All that has a row for each row."""
        return self.values, self.known, self.failed

    def of(self, arrays: Sequence[Numbers]) -> "Column":
        """The same with other ``arrays()``."""
        values, known, failed = arrays
        return Column(self.kind, values, known, failed, self.words)

    def where_known(self, mask: Mask, failed: Mask) -> "Column":
        """Known only in ``mask``; ``failed`` are rows that could not be worked out."""
        return replace(self, known=both(self.known, mask), failed=failed)


@dataclass(frozen=True, eq=False)
class Records:
    """Rows of a frame. ``index`` is None for all of its rows in their order."""

    frame: "Frame"
    index: Index | None = None
    known: Mask = field(default_factory=lambda: YES)
    failed: Mask = field(default_factory=lambda: NO)
    within: str = ""
    """The record is that part of the row whose columns' names begin so (``address.``)."""

    kind = "record"

    def arrays(self) -> tuple[Numbers, ...]:
        """All that has a row for each row."""
        return (np.arange(self.frame.size) if self.index is None else self.index), self.known, self.failed

    def of(self, arrays: Sequence[Numbers]) -> "Records":
        """The same with other ``arrays()``."""
        index, known, failed = arrays
        return Records(self.frame, index, known, failed, self.within)

    def where_known(self, mask: Mask, failed: Mask) -> "Records":
        """Known only in ``mask``; ``failed`` are rows that could not be worked out."""
        return replace(self, known=both(self.known, mask), failed=failed)


@dataclass(frozen=True, eq=False)
class Lists:
    """A list a row: ``lengths`` items of ``items`` from ``starts`` on. Rows may share items."""

    starts: Index
    lengths: Index
    items: "Value"
    count: int
    """How many items there are."""

    known: Mask = field(default_factory=lambda: YES)
    failed: Mask = field(default_factory=lambda: NO)
    kind = "list"

    def arrays(self) -> tuple[Numbers, ...]:
        """All that has a row for each row; the items have not."""
        return self.starts, self.lengths, self.known, self.failed

    def of(self, arrays: Sequence[Numbers]) -> "Lists":
        """The same with other ``arrays()``."""
        starts, lengths, known, failed = arrays
        return Lists(starts, lengths, self.items, self.count, known, failed)

    def where_known(self, mask: Mask, failed: Mask) -> "Lists":
        """Known only in ``mask``; ``failed`` are rows that could not be worked out."""
        return replace(self, known=both(self.known, mask), failed=failed)


Value: TypeAlias = Truth | Column | Records | Lists


def nothing(failed: Mask = NO) -> Column:
    """Known nowhere."""
    return Column("nothing", ZERO, NO, failed)


def constant(value: bool | int | str | date | None) -> Truth | Column:
    """The same value for all rows."""
    match value:
        case bool():
            return Truth(YES, NO) if value else Truth(NO, YES)
        case int():
            return Column("int", np.array([value], np.int64))
        case str():
            return Column("str", np.zeros(1, np.int32), words=Words([value]))
        case date():
            return Column("date", np.array([value.toordinal() - EPOCH], np.int32))
    return Column("null", ZERO)


def truth(true: Mask, known: Mask, failed: Mask) -> Truth:
    """``true`` where known."""
    return Truth(both(true, known), both(~true, known), failed)


def changed(value: T, change: Callable[[Numbers], Numbers]) -> T:
    """With every array changed."""
    return value.of([change(array) for array in value.arrays()])


def take(value: T, index: Index) -> T:
    """The rows of ``index``."""
    index = index.astype(np.intp, copy=False)
    if isinstance(value, Truth):
        return value.taken(index)
    if isinstance(value, Records) and value.index is None:
        return value.of([index, *(_taken(mask, index) for mask in (value.known, value.failed))])
    return changed(value, lambda array: _taken(array, index))


def _taken(array: Numbers, index: Index) -> Numbers:
    return array if len(array) == 1 else np.take(array, index)


def part(value: T, start: int, end: int) -> T:
    """The rows from ``start`` to before ``end``."""
    if isinstance(value, Records) and value.index is None:
        return take(value, np.arange(start, end))
    return changed(value, lambda array: array if len(array) == 1 else array[start:end])


def spread(value: T, size: int) -> T:
    """With every array ``size`` long."""
    return changed(value, lambda array: array if len(array) == size else np.broadcast_to(array, (size,)))


def through(value: T, index: Index, size: int) -> T:
    """The rows of ``index``, not known where it is negative; ``size`` is that of the table behind it."""
    if size == 0:
        empty = changed(value, lambda array: np.zeros(1, array.dtype))
        return empty.where_known(NO, NO)
    there = index >= 0
    taken = take(value, np.where(there, index, 0))
    return taken.where_known(there, both(taken.failed, there))
