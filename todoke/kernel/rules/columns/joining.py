"""Values of several origins in one: the same dictionary of words, the same table behind them."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from todoke.kernel.rules.columns.masks import NO, picked
from todoke.kernel.rules.columns.values import (
    ZERO,
    Column,
    Lists,
    Numbers,
    Records,
    Truth,
    Value,
    Words,
    spread,
)


class DifferentKindsError(Exception):
    """Values of different kinds cannot stand in one column."""


def alike(values: Sequence[Value]) -> list[Value]:
    """The values with common words and common tables. Raises DifferentKindsError."""
    kinds = {value.kind for value in values} - {"nothing"}
    if len(kinds) > 1:
        raise DifferentKindsError(" or ".join(f"a {kind}" for kind in sorted(kinds)))
    model = next((value for value in values if value.kind != "nothing"), None)
    if model is None:
        return list(values)
    same = [_unknown_like(model, value) if value.kind == "nothing" else value for value in values]
    match model:
        case Column(words=Words()):
            return _common_words([value for value in same if isinstance(value, Column)])
        case Lists():
            return _common_items([value for value in same if isinstance(value, Lists)])
        case Records():
            _one_frame([value for value in same if isinstance(value, Records)])
    return same


def _unknown_like(model: Value, value: Value) -> Value:
    match model:
        case Truth():
            return Truth(NO, NO, value.failed)
        case Column():
            return replace(model, values=np.zeros(1, model.values.dtype), known=NO, failed=value.failed)
        case Records():
            return replace(model, index=ZERO, known=NO, failed=value.failed)
        case Lists():
            return replace(model, starts=ZERO, lengths=ZERO, known=NO, failed=value.failed)


def _common_words(columns: list[Column]) -> list[Value]:
    if all(column.words is columns[0].words for column in columns):
        return list(columns)
    every = dict.fromkeys(word for column in columns if column.words for word in column.words.items)
    common = Words(every)
    return [recoded(column, common) for column in columns]


def recoded(column: Column, words: Words) -> Column:
    """The strings by other codes; -1 for those that ``words`` lacks."""
    if column.words is None or column.words is words:
        return column
    return replace(column, values=words.codes_of(column.words)[column.values], words=words)


def _common_items(lists: list[Lists]) -> list[Value]:
    if all(one.items is lists[0].items for one in lists):
        return list(lists)
    count = sum(one.count for one in lists)
    items = joined([one.items for one in lists], [one.count for one in lists])
    done: list[Value] = []
    before = 0
    for one in lists:
        done.append(replace(one, starts=one.starts + before, items=items, count=count))
        before += one.count
    return done


def _one_frame(records: list[Records]) -> None:
    if len({(id(record.frame), record.within) for record in records}) > 1:
        raise DifferentKindsError("records of different lists")


def joined(values: Sequence[Value], sizes: Sequence[int]) -> Value:
    """One after another; ``sizes`` says how many rows each has. Raises DifferentKindsError."""
    if len(values) == 1:
        return values[0]
    same = [spread(value, size) for value, size in zip(alike(values), sizes, strict=True)]
    return _merged(same, np.concatenate)


def chosen(condition: Truth, then: Value, otherwise: Value) -> Value:
    """``then`` where it is true, ``otherwise`` where it is false. Raises DifferentKindsError."""
    value = _merged(alike([then, otherwise]), lambda arrays: np.where(condition.true, *arrays))
    failed = picked(condition.known, value.failed, condition.failed)
    return value.where_known(condition.known, failed)


def _merged(values: list[Value], merge: Callable[[Sequence[Numbers]], Numbers]) -> Value:
    return values[0].of([merge(arrays) for arrays in zip(*(value.arrays() for value in values), strict=True)])
