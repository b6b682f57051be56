"""A table of facts: a row for each person (or household, or child), a column for each dotted name."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import accumulate
from typing import Any

import numpy as np

from todoke.kernel.rules.check import Names, Shape
from todoke.kernel.rules.columns.masks import NO, Mask, picked
from todoke.kernel.rules.columns.values import (
    EPOCH,
    Column,
    Index,
    Lists,
    Numbers,
    Records,
    Value,
    Words,
    nothing,
    part,
    take,
    through,
    truth,
)


@dataclass(frozen=True, eq=False)
class Link:
    """Columns that live in another frame, whose rows many rows share: what a household has, once."""

    index: Index
    """The row there; -1: none, and nothing there is known."""

    frame: "Frame"


@dataclass(frozen=True, eq=False)
class Frame:
    """``columns`` by dotted names; those of ``links`` are seen as this frame's own."""

    size: int
    columns: Mapping[str, Value]
    links: Sequence[Link] = field(default=())

    def column(self, name: str) -> Value | None:
        """A column by its whole name; None where there is none."""
        own = self.columns.get(name)
        if own is not None:
            return own
        for link in self.links:
            value = link.frame.column(name)
            if value is not None:
                return through(value, link.index, link.frame.size)
        return None

    def has_within(self, prefix: str) -> bool:
        """Whether any name begins with ``prefix``."""
        return any(name.startswith(prefix) for name in self.columns) or any(
            link.frame.has_within(prefix) for link in self.links
        )

    def link_of(self, names: Collection[str]) -> Link | None:
        """Where all of ``names``, or what they are members of, live."""
        for link in self.links:
            if all(self._lives_in(link, name) for name in names):
                return link
        return None

    def _lives_in(self, link: Link, name: str) -> bool:
        parts = name.split(".")
        wholes = [".".join(parts[:length]) for length in range(len(parts), 0, -1)]
        return link.frame.reaches(wholes) and not any(whole in self.columns for whole in wholes)

    def reaches(self, names: Sequence[str]) -> bool:
        """Whether one of ``names`` is a column here or behind a link."""
        return any(name in self.columns for name in names) or any(link.frame.reaches(names) for link in self.links)

    def part(self, start: int, end: int) -> "Frame":
        """The rows from ``start`` to before ``end``, as views of the same arrays."""
        columns = {name: part(value, start, end) for name, value in self.columns.items()}
        return Frame(end - start, columns, [replace(link, index=link.index[start:end]) for link in self.links])


def member_of(record: Records, name: str) -> Value:
    """``record.name``: not known where the record or its member is not."""
    whole = record.within + name
    value = record.frame.column(whole)
    if value is None and not record.frame.has_within(f"{whole}."):
        return nothing(record.failed)
    value = value or Records(record.frame, within=f"{whole}.")
    if record.frame.size == 0:
        value = through(value, np.zeros(1, np.int64), 0)
    elif record.index is not None:
        value = take(value, record.index)
    return value.where_known(record.known, picked(record.known, value.failed, record.failed))


def frame_of(rows: Sequence[Mapping[str, Any]], names: Names) -> Frame:
    """A frame of nested facts as the interpreter reads them. Only what ``names`` declares is kept.

    Raises ValueError for a value that is not of its declared shape.
    """
    columns: dict[str, Value] = {}
    for name, shape in names.items():
        _add(columns, name, shape, [_found(row, name.split(".")) for row in rows])
    return Frame(len(rows), columns)


def _found(row: Any, path: Sequence[str]) -> Any:
    for name in path:
        row = row.get(name) if isinstance(row, Mapping) else None
    return row


def _add(columns: dict[str, Value], name: str, shape: Shape, values: Sequence[Any]) -> None:
    known: Mask = np.array([value is not None for value in values], bool)
    if shape.kind == "record":
        columns[name] = Records(_members(shape, values), known=known)
    else:
        columns[name] = _column(shape, values, known)


def _members(shape: Shape, values: Sequence[Any]) -> Frame:
    members: dict[str, Value] = {}
    for name, of in (shape.members or {}).items():
        _add(members, name, of, [_found(value, [name]) for value in values])
    return Frame(len(values), members)


def _column(shape: Shape, values: Sequence[Any], known: Mask) -> Value:
    match shape.kind:
        case "bool":
            return truth(np.array([_of_kind(bool, value) is True for value in values], bool), known, NO)
        case "int":
            return Column("int", _numbers([_of_kind(int, value) or 0 for value in values], np.int64), known)
        case "date":
            days = [_of_kind(date, value).toordinal() - EPOCH if value else 0 for value in values]
            return Column("date", _numbers(days, np.int32), known)
        case "str":
            words = Words(dict.fromkeys(_of_kind(str, value) for value in values if value is not None))
            codes = [0 if value is None else words.codes[value] for value in values]
            return Column("str", _numbers(codes, np.int32), known, words=words)
        case "list":
            return _lists(shape.item, values, known)
    raise ValueError(f"no column for {shape.kind}")


def _of_kind(kind: type, value: Any) -> Any:
    if value is not None and type(value) is not kind:
        raise ValueError(f"{value!r} is no {kind.__name__}")
    return value


def _numbers(values: Sequence[int], dtype: type) -> Numbers:
    return np.array(values, dtype)


def _lists(item: Shape | None, values: Sequence[Any], known: Mask) -> Lists:
    lengths = [len(value or ()) for value in values]
    starts = _numbers([0, *accumulate(lengths)][:-1], np.int64)
    flat = [each for value in values for each in value or ()]
    return Lists(starts, _numbers(lengths, np.int64), _items(item, flat), len(flat), known)


def _items(shape: Shape | None, flat: Sequence[Any]) -> Value:
    if any(value is None for value in flat):
        raise ValueError("an item of a list is never null")
    if shape is None:
        if flat:
            raise ValueError("items of a list without a declared shape")
        return nothing()
    if shape.kind == "record":
        return Records(_members(shape, flat))
    return _column(shape, flat, np.ones(len(flat), bool))
