"""A rule for one person, as generated Python: the fast way, equal in value to the interpreter.

Only the number of steps is not limited here: a rule within its cost limit on lists within their bounds needs no limit.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, TypeAlias

from todoke.kernel.rules.functions import FUNCTIONS, day_of
from todoke.kernel.rules.interpreter import Unknown, evaluate
from todoke.kernel.rules.python_operators import INT_MAX, INT_MIN
from todoke.kernel.rules.python_source import Source, numbered, source_of
from todoke.kernel.rules.tree import Call, Items, Literal, Member, Name, Node, Over, tree_hash

__all__ = [
    "Evaluate",
    "Trace",
    "applied",
    "compile_person",
    "compile_traced",
    "forget_compiled",
    "interpreted",
    "numbered",
    "run_source",
]

Evaluate: TypeAlias = Callable[[Mapping[str, Any], date], Any]
"""Facts and today to a value; None where it is not known."""

Trace: TypeAlias = Callable[[Mapping[str, Any], date], tuple[Any, list[tuple[int, Any]]]]
"""Facts and today to the value and to what each node came to."""

_CACHED = 4_096
_at_hand: dict[tuple[int, bool], tuple[Node, Any]] = {}
"""Compiled rules by the identity of their tree, whose hash costs more than many evaluations."""


def compile_person(tree: Node) -> Evaluate:
    """The rule as a function; compiled once per tree hash."""
    rule: Evaluate = _at_hand_or_compiled(tree, traced=False)
    return rule


def compile_traced(tree: Node) -> Trace:
    """The rule as a function that also says what each node came to, as (place in ``numbered(tree)``, value).

    Parts come before the whole. A node of a loop's body comes once for each item, in order. Nothing is cut short,
    so every condition has a value, except in the branch of ``?:`` that was not taken. Left out are constants, the
    inner parts of a dotted path, and what stands within a part that only the interpreter knows.
    """
    rule: Trace = _at_hand_or_compiled(tree, traced=True)
    return rule


def forget_compiled() -> None:
    """Compile every rule anew from now on."""
    _at_hand.clear()
    _compiled.cache_clear()


def _at_hand_or_compiled(tree: Node, *, traced: bool) -> Any:
    key = (id(tree), traced)
    known = _at_hand.get(key)
    if known is not None and known[0] is tree:
        return known[1]
    rule = _compiled(_Keyed(tree, traced=traced))
    if len(_at_hand) >= _CACHED:
        _at_hand.clear()
    _at_hand[key] = (tree, rule)
    return rule


class _Keyed:
    """A tree that is equal to others by its hash (the tree's own equality takes true for 1)."""

    def __init__(self, tree: Node, *, traced: bool) -> None:
        self.tree, self.traced = tree, traced
        self._key = (tree_hash(tree), traced)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Keyed) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)


@lru_cache(_CACHED)
def _compiled(keyed: _Keyed) -> Any:
    return run_source(source_of(keyed.tree, traced=keyed.traced))


def run_source(source: Source) -> Any:
    """The function ``rule`` of generated source."""
    names: dict[str, Any] = {**_HELPERS, **source.constants}
    exec(compile(source.text, "<rule>", "exec"), names)  # noqa: S102 (generated names, numbers and constants only)
    return names["rule"]


def applied(function: str, *values: Any) -> Any:
    """A function of FUNCTIONS on known values; None for what cannot be worked out."""
    try:
        result = FUNCTIONS[function](*values)
    except (TypeError, ValueError, ArithmeticError, AttributeError, OverflowError):
        return None
    return None if isinstance(result, int) and not INT_MIN <= result <= INT_MAX else result


def _member(whole: Any, name: str) -> Any:
    return whole.get(name) if isinstance(whole, Mapping) else None


def _known(whole: Any, path: tuple[str, ...]) -> bool:
    """An error on the way (a member of a word) counts as known, like every error."""
    for name in path:
        if not isinstance(whole, Mapping):
            return True
        whole = whole.get(name)
        if whole is None:
            return False
    return True


def _among(item: Any, whole: Any) -> bool | None:
    if not isinstance(whole, list | tuple):
        return None
    kind = type(item)
    return any(type(other) is kind and other == item for other in whole)


def _plus(left: Any, right: Any) -> Any:
    kind = type(left)
    if kind is type(right):
        if kind is int:
            total = left + right
            return total if INT_MIN <= total <= INT_MAX else None
        if kind is str or kind is list:
            return left + right
    return applied("_+_", left, right)


def _day(text: Any) -> date | None:
    if type(text) is str:
        try:
            return day_of(text)
        except ValueError:
            return None
    return text if isinstance(text, date) else None


def interpreted(node: Node, facts: Mapping[str, Any], today: date, variables: Mapping[str, Any]) -> Any:
    """A value or Unknown, by the interpreter; ``variables`` are those of the loops around the node."""
    null = frozenset(name for name, value in variables.items() if value is None)
    return evaluate(_with_nulls(node, null) if null else node, {**facts, **variables}, today)


def _value_by_interpreter(node: Node, facts: Mapping[str, Any], today: date, variables: Mapping[str, Any]) -> Any:
    value = interpreted(node, facts, today, variables)
    return None if isinstance(value, Unknown) else value


def _with_nulls(node: Node, null: frozenset[str]) -> Node:
    """The tree with null for variables that are null: among facts, None would read as not known."""
    match node:
        case Name(name) if name in null:
            return Literal(None)
        case Member(of):
            return replace(node, of=_with_nulls(of, null))
        case Items(items):
            return Items(tuple(_with_nulls(item, null) for item in items))
        case Call(_, arguments):
            return replace(node, arguments=tuple(_with_nulls(argument, null) for argument in arguments))
        case Over(_, source, variable, body):
            return replace(node, list=_with_nulls(source, null), body=_with_nulls(body, null - {variable}))
    return node


_HELPERS: dict[str, Any] = {
    "ORDERED": frozenset({int, str, date}),
    "among": _among,
    "applied": applied,
    "date": date,
    "day": _day,
    "interpreted": _value_by_interpreter,
    "known": _known,
    "member": _member,
    "plus": _plus,
    "type": type,
}
