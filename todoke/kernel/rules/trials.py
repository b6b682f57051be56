"""Exact search for the facts that settle a rule: try every value that can make a difference, few facts first."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

from todoke.kernel.rules.functions import plus_years
from todoke.kernel.rules.needs import NEVER, Needs, Sets, State, Term
from todoke.kernel.rules.person import compile_person
from todoke.kernel.rules.python_operators import INT_MAX, INT_MIN
from todoke.kernel.rules.tree import Node

MAX_FACTS = 8
MAX_TRIALS = 10_000
_DAY = timedelta(days=1)


def exact_ways(tree: Node, facts: Mapping[str, Any], today: date, needs: Needs) -> tuple[Sets, Sets] | None:
    """The smallest set that can make the rule true, and false; None where that is too much to try or proves nothing.

    ``needs`` has gone over the tree; it must not be loose.
    """
    values = _values(needs)
    if values is None or len(values) > MAX_FACTS:
        return None
    rule = compile_person(tree)
    found: dict[bool, Sets] = {}
    trials = 0
    for size in range(1, len(values) + 1):
        for paths in combinations(values, size):
            for chosen in product(*(values[path] for path in paths)):
                trials += 1
                if trials > MAX_TRIALS:
                    return None
                value = rule(_with(facts, zip(paths, chosen, strict=True)), today)
                if isinstance(value, bool):
                    found.setdefault(value, (frozenset(paths),))
            if len(found) == 2:
                return found[True], found[False]
    return found.get(True, NEVER), found.get(False, NEVER)


def _with(facts: Mapping[str, Any], values: Iterable[tuple[str, Any]]) -> Mapping[str, Any]:
    whole = dict(facts)
    for path, value in values:
        *way, last = path.split(".")
        inner = whole
        for name in way:
            inner[name] = dict(inner.get(name) or {})
            inner = inner[name]
        inner[last] = value
    return whole


def _values(needs: Needs) -> dict[str, list[Any]] | None:
    """For each missing fact the values at, below and above whatever it is compared with; None where that is unclear."""
    found: dict[str, set[Any]] = {path: {True, False} for path in needs.truths}
    pairs: list[tuple[Term, Term]] = []
    for function, left, right in needs.compared:
        if left.term and right.term and "fact" == left.term.kind == right.term.kind and function != "_in_":
            pairs.append((left.term, right.term))
            continue
        values = _compared(function, left, right)
        if values is None:
            return None
        path, beside = values
        found.setdefault(path, set()).update(beside)
    _share(found, pairs)
    return {path: sorted(found[path], key=lambda value: (type(value).__name__, value)) for path in needs.uses}


def _compared(function: str, left: State, right: State) -> tuple[str, set[Any]] | None:
    """A missing fact against what is known."""
    if left.term is not None and right.known:
        term, value = left.term, right.value
    elif right.term is not None and left.known and function != "_in_":
        term, value = right.term, left.value
    else:
        return None
    found: set[Any] = set()
    for one in value if function == "_in_" and isinstance(value, list | tuple) else [value]:
        beside = _beside(term, one)
        if beside is None:
            return None
        found |= beside
    return term.path, found


def _beside(term: Term, value: Any) -> set[Any] | None:
    """What the fact may be for its term to be below, at and above ``value``."""
    try:
        if term.kind == "age" and type(value) is int and term.day is not None:
            births = [plus_years(term.day + _DAY, -age) for age in (value, value + 1)]
            days = {birth + shift * _DAY for birth in births for shift in (-1, 0, 1)}
            return {str(day) for day in days} if term.written else set(days)
        if term.kind == "date" and type(value) is date:
            return {str(value + shift * _DAY) for shift in (-1, 0, 1)}
        return _near(value, 1) if term.kind == "fact" else None
    except (ValueError, OverflowError):
        return None


def _near(value: Any, reach: int) -> set[Any] | None:
    """The value with its neighbours on both sides; None for kinds without an order."""
    if isinstance(value, bool):
        return {True, False}
    if isinstance(value, int):
        return {max(INT_MIN, min(INT_MAX, value + shift)) for shift in range(-reach, reach + 1)}
    if isinstance(value, str):
        return {"", *(value + "\0" * shift for shift in range(reach + 1))}
    if type(value) is date:
        return {value + shift * _DAY for shift in range(-reach, reach + 1)}
    return None


def _share(found: dict[str, set[Any]], pairs: list[tuple[Term, Term]]) -> None:
    """Give facts that are compared with one another the same values, with room for an order among them."""
    together = {path: {path} for pair in pairs for path in (pair[0].path, pair[1].path)}
    for left, right in pairs:
        merged = together[left.path] | together[right.path]
        for path in merged:
            together[path] = merged
    for path, others in together.items():
        values = {value for other in others for value in found.get(other, ())} or {0}
        found[path] = {near for value in values for near in _near(value, len(others)) or ()}
