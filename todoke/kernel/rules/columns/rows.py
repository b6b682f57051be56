"""Back from columns to one value a row."""

from collections.abc import Callable
from datetime import date
from typing import Any

from todoke.kernel.rules.columns.equality import all_names
from todoke.kernel.rules.columns.frame import member_of
from todoke.kernel.rules.columns.values import EPOCH, Column, Lists, Records, Truth, Value, Words, spread

UNKNOWN = object()
"""Stands for what is not known, since null is a value of the language."""


def values_of(value: Value, size: int) -> list[Any]:
    """What each row has; UNKNOWN where it is not known."""
    value = spread(value, size)
    known, plain = value.known.tolist(), _plain(value, size)
    return [plain[row] if known[row] else UNKNOWN for row in range(size)]


def _plain(value: Value, size: int) -> list[Any]:
    match value:
        case Truth():
            return list(value.true.tolist())
        case Column():
            return [_reader(value)(number) for number in value.values.tolist()]
        case Records():
            names = sorted(name.removeprefix(value.within) for name in all_names(value.frame))
            members = {name: values_of(member_of(value, name), size) for name in names}
            return [{name: of[row] for name, of in members.items() if of[row] is not UNKNOWN} for row in range(size)]
        case Lists():
            items = values_of(value.items, value.count)
            ends = zip(value.starts.tolist(), value.lengths.tolist(), strict=True)
            return [items[start : start + length] for start, length in ends]


def _reader(column: Column) -> Callable[[int], Any]:
    match column:
        case Column(kind="str", words=Words() as words):
            return lambda code: words.items[code]
        case Column(kind="date"):
            return lambda days: date.fromordinal(days + EPOCH)
        case Column(kind="null"):
            return lambda _number: None
    return int
