"""Kinds of values that only CEL has, and what is equal among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from todoke.kernel.rules.cel.times import Duration, Timestamp


@dataclass(frozen=True)
class Type:
    """What type() gives."""

    name: str


TYPES = {
    bool: "bool",
    int: "int",
    float: "double",
    str: "string",
    list: "list",
    type(None): "null_type",
    Type: "type",
    Timestamp: "google.protobuf.Timestamp",
    Duration: "google.protobuf.Duration",
}


class Map:
    """Keys to values; 1 and 1.0 are one key, 1 and true are two. Raises ValueError for a key that is there twice."""

    def __init__(self, pairs: list[tuple[Any, Any]]) -> None:
        self._pairs: dict[tuple[str, Any], tuple[Any, Any]] = {}
        for key, value in pairs:
            if type(key) not in (bool, int, str):
                raise TypeError("unsupported key type")
            if _tagged(key) in self._pairs:
                raise ValueError("repeated key")
            self._pairs[_tagged(key)] = (key, value)

    def __len__(self) -> int:
        return len(self._pairs)

    def __iter__(self) -> Iterator[Any]:
        return (key for key, _value in self._pairs.values())

    def __contains__(self, key: Any) -> bool:
        return _tagged(key) in self._pairs

    def __getitem__(self, key: Any) -> Any:
        if key not in self:
            raise ValueError(f"no such key: {key!r}")
        return self._pairs[_tagged(key)][1]


def _tagged(key: Any) -> tuple[str, Any]:
    return ("number" if type(key) in (int, float) else type(key).__name__, key)


TYPES[Map] = "map"


def equal(left: Any, right: Any) -> bool:
    """As CEL has it: numbers by value whatever their kind, lists and maps by their parts, other kinds never."""
    if type(left) in (int, float) and type(right) in (int, float):
        return as_number(left, right) == as_number(right, left)
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, Map):
        return len(left) == len(right) and all(key in right and equal(left[key], right[key]) for key in left)
    return bool(left == right)


def as_number(value: float, beside: float) -> float:
    """An int beside a double counts as a double, with what that loses."""
    return float(value) if type(beside) is float else value
